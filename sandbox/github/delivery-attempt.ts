import { createHmac } from "node:crypto";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import type { HookEvent, Target } from "./deliveries.ts";
import type { StoredHook } from "./state.ts";

/** A request with GitHub's headers and the signed bytes. */
export interface DeliveryRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The result of a delivery. Without a response, status and code use GitHub's words. */
export interface Outcome {
  readonly status: string;
  readonly statusCode: number;
  /** In seconds. */
  readonly duration: number;
  readonly response:
    | { readonly headers: Readonly<Record<string, string>>; readonly body: string }
    | undefined;
}

/** The number of bytes that are kept of a response body. */
const ANSWER_LIMIT = 65_536;

/**
 * Builds a delivery and signs it with the hook's current secret.
 * @see https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
 */
export function deliveryRequest({ hook, scope }: Target, event: HookEvent): DeliveryRequest {
  const isForm = hook.contentType === "form";
  const body = isForm ? new URLSearchParams({ payload: event.body }).toString() : event.body;
  return {
    headers: {
      Accept: "*/*",
      "Content-Type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      "User-Agent": "GitHub-Hookshot/sandbox",
      "X-GitHub-Delivery": event.guid,
      "X-GitHub-Event": event.name,
      "X-GitHub-Hook-ID": String(hook.id),
      "X-GitHub-Hook-Installation-Target-ID": String(scope.id),
      "X-GitHub-Hook-Installation-Target-Type": scope.noun,
      ...(hook.secret === undefined ? {} : { "X-Hub-Signature-256": signature(hook.secret, body) }),
    },
    body,
  };
}

function signature(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/**
 * The address to which a hook's deliveries are sent: its own if it is on this machine, or `deliverTo` with the
 * hook's path. Undefined for other addresses, because the local GitHub never leaves this machine.
 */
export function placeOf(hook: StoredHook, deliverTo: string | undefined): URL | undefined {
  const url = new URL(hook.url);
  if (deliverTo !== undefined) return new URL(`${url.pathname}${url.search}`, deliverTo);
  const isHere = url.hostname === "localhost" || url.hostname === "[::1]" || /^127\./.test(url.hostname);
  return isHere ? url : undefined;
}

/** Sends a delivery once. Every failure is an outcome, even a missing server. */
export async function attempt(
  place: URL | undefined,
  hook: StoredHook,
  { headers, body }: DeliveryRequest,
  { timeout, ending }: { readonly timeout: number; readonly ending: AbortSignal },
): Promise<Outcome> {
  const started = performance.now();
  const outcome = (status: string, statusCode: number, response?: Outcome["response"]): Outcome => {
    const duration = Math.round((performance.now() - started) / 10) / 100;
    return { status, statusCode, duration, response };
  };
  if (place === undefined) return outcome("failed to connect to host", 502);
  const limit = AbortSignal.timeout(timeout);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const send = place.protocol === "https:" ? secureRequest : plainRequest;
    const call = send(place, {
      method: "POST",
      // The Host header is the hook's, as behind a reverse proxy.
      headers: { ...headers, Host: new URL(hook.url).host, "Content-Length": Buffer.byteLength(body) },
      rejectUnauthorized: hook.insecureSsl !== "1",
      signal: AbortSignal.any([limit, ending]),
      agent: false,
    });
    call.on("response", resolve).on("error", reject).end(body);
    const answer = await promise;
    const response = { headers: headersOf(answer), body: await textOf(answer) };
    const code = answer.statusCode ?? 0;
    const isGood = code >= 200 && code < 300;
    return outcome(isGood ? "OK" : `Invalid HTTP Response: ${code}`, code, response);
  } catch {
    return limit.aborted ? outcome("timed out", 504) : outcome("failed to connect to host", 502);
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]),
  );
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length >= ANSWER_LIMIT) break;
  }
  return Buffer.concat(parts).toString("utf8", 0, ANSWER_LIMIT);
}
