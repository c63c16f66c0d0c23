import { createHmac, timingSafeEqual } from "node:crypto";
import type { Endpoint } from "./event-sources.ts";
import { isObject, type JsonObject, type JsonValue, NotUtf8, parseJson } from "./go-json.ts";
import { refuse } from "./refusal.ts";

/** A request as it came in: the body as bytes, since the signature is over them. */
export interface Delivery {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly path: string;
  /** Name and value of each header line, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** What a pod answers; `data` is the event that it puts on the bus, if it does. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly data?: JsonObject;
}

/** Made by Go's server from the request line, or taken out of the headers by it. */
const NOT_A_HEADER = ["Host", "Transfer-Encoding"];

/**
 * What an endpoint of the github kind answers to a delivery that reached it (pkg/eventsources/sources/github and
 * go-github 50's `ValidatePayload`). Every method will do; whatever is wrong is a 400.
 *
 * @throws Refusal for a signed body in another form than JSON, or one that kills the connection
 */
export function receive(endpoint: Endpoint, { headers: lines, body }: Delivery): Answer {
  const headers = canonical(lines);
  const first = (name: string) => headers[name]?.[0] ?? "";
  const type = mediaTypeOf(first("Content-Type"));
  if (type === undefined) return bad("mime: no media type");
  if (type !== "application/json" && type !== "application/x-www-form-urlencoded") {
    return bad(`webhook request has unsupported Content-Type ${JSON.stringify(type)}`);
  }
  if (body.length > endpoint.maxPayloadSize) return bad("http: request body too large");
  const signature = first("X-Hub-Signature-256") || first("X-Hub-Signature");
  const secret = endpoint.secret ?? "";
  // Without a secret nothing is checked, not even a signature that is there.
  if (secret !== "") {
    const wrong = signatureProblem(signature, body, secret);
    if (wrong !== undefined) return bad(wrong);
  }
  if (type !== "application/json") refuse("A signed delivery as a form is beyond this evaluator.");
  const payload = payloadOf(body);
  if (!isObject(payload)) return bad("json: cannot unmarshal the body into an object");
  const data = {
    body: {
      ...payload,
      "X-GitHub-Event": first("X-Github-Event"),
      "X-GitHub-Delivery": first("X-Github-Delivery"),
    },
    headers,
    ...(endpoint.metadata === undefined ? {} : { metadata: endpoint.metadata }),
  };
  return { status: 200, text: "success", data };
}

function bad(text: string): Answer {
  return { status: 400, text };
}

/** Header lines as Go's net/http keeps them: names in its canonical form, the values of one name in a list. */
export function canonical(
  lines: readonly (readonly [name: string, value: string])[],
): Record<string, readonly string[]> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    if (NOT_A_HEADER.includes(key)) continue;
    headers[key] = [...(headers[key] ?? []), key === "Authorization" ? "*** Masked Auth Secret ***" : value];
  }
  return headers;
}

function mediaTypeOf(header: string): string | undefined {
  const type = (header.split(";")[0] ?? "").trim().toLowerCase();
  return type === "" ? undefined : type;
}

const HASHES: Readonly<Record<string, string>> = { sha1: "sha1", sha256: "sha256", sha512: "sha512" };

function signatureProblem(signature: string, body: Uint8Array, secret: string): string | undefined {
  if (signature === "") return "missing signature";
  const [, hash = "", hex] = /^([^=]*)=(.*)$/s.exec(signature) ?? [];
  if (hex === undefined) return `error parsing signature ${JSON.stringify(signature)}`;
  const algorithm = HASHES[hash];
  if (algorithm === undefined) return `unknown hash type prefix: ${JSON.stringify(hash)}`;
  if (!/^([0-9a-f]{2})*$/i.test(hex)) return `error decoding signature ${JSON.stringify(signature)}`;
  const expected = createHmac(algorithm, secret).update(body).digest();
  const given = Buffer.from(hex, "hex");
  const same = given.length === expected.length && timingSafeEqual(given, expected);
  return same ? undefined : "payload signature check failed";
}

function payloadOf(body: Uint8Array): JsonValue | undefined {
  let payload: JsonValue;
  try {
    payload = parseJson(body);
  } catch (error) {
    if (error instanceof NotUtf8) refuse("A signed body that is not UTF-8 is beyond this evaluator.");
    return undefined;
  }
  if (payload === null)
    refuse("A signed body of `null` makes Argo Events drop the connection without an answer.");
  return payload;
}
