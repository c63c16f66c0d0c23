import { createServer, request as plain } from "node:http";
import { request as secure } from "node:https";
import { type LocalProxy, listening } from "./local-proxy.ts";

/** Whether the object is created before the interruption. */
export type Moment = "before" | "after";

/** The action at a creation. */
export interface Blow {
  /** Only creations for this service count. */
  readonly service: string;
  /** The number of the creation, from 1. */
  readonly at: number;
  readonly moment: Moment;
  strike(): void;
  /** Whether the response still arrives. */
  readonly answered: boolean;
}

/** Counts the requests that create something, at all servers together, in the order of arrival. */
export class Count {
  #made = 0;
  #blow: Blow | undefined;

  /** Sets the action and restarts the count at 1. */
  set(blow: Blow | undefined): void {
    this.#made = 0;
    this.#blow = blow;
  }

  /** Counts a creation. Returns the action if it is due. */
  next(body: string): Blow | undefined {
    const blow = this.#blow;
    if (blow === undefined) return undefined;
    const label = `"kargo-fleet/service":"${blow.service}"`;
    const address = `/${blow.service}"`;
    if (!body.includes(label) && !(body.includes('"url":"https://hooks.') && body.includes(address)))
      return undefined;
    this.#made += 1;
    return this.#made === blow.at ? blow : undefined;
  }
}

/**
 * A proxy in front of a server that counts creations.
 * @param upstream the server behind it
 * @param headers added to each request
 * @param creates which requests create something
 */
export async function tripwire(
  upstream: string,
  count: Count,
  creates: (method: string, url: string) => boolean,
  headers: Readonly<Record<string, string>> = {},
): Promise<LocalProxy> {
  const target = new URL(upstream);
  const send = target.protocol === "https:" ? secure : plain;
  const server = createServer(async (incoming, outgoing) => {
    const { method = "GET", url = "/" } = incoming;
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const blow = creates(method, url) ? count.next(body.toString()) : undefined;
    const strike = (): boolean => {
      blow?.strike();
      if (blow?.answered === false) outgoing.destroy();
      return blow?.answered === false;
    };
    if (blow?.moment === "before" && strike()) return;
    const options = {
      method,
      headers: { ...incoming.headers, host: target.host, ...headers },
      rejectUnauthorized: false,
    };
    const onward = send(new URL(url, target), options, (answer) => {
      if (blow?.moment === "after" && strike()) return;
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", (error) => outgoing.destroy(error));
    outgoing.on("close", () => onward.destroy());
    onward.end(body);
  });
  return listening(server);
}
