import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { z } from "zod";

/** A received delivery. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The listener's answer; undefined for none. */
type Answering = (delivery: Received) => number | { status: number; location: string } | undefined;

/** A server that receives deliveries. */
interface HookListener {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly port: number;
  /** All received deliveries, in order. */
  readonly received: readonly Received[];
  /** The received deliveries of one event. */
  events(name: string): readonly Received[];
  /** Sets the answer for later deliveries. */
  answer(how: Answering): void;
}

/** Gives each test of the surrounding `describe` its own listener, which answers 200 by default. */
export function hookListener(): () => HookListener {
  let current: HookListener | undefined;
  let stop = async () => {};
  beforeEach(async () => {
    const received: Received[] = [];
    let answering: Answering = () => 200;
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { url = "", headers } = request;
        const delivery = { path: url, headers, body: Buffer.concat(parts).toString("utf8") };
        received.push(delivery);
        const answer = answering(delivery);
        if (answer === undefined) return;
        const { status, location } = typeof answer === "number" ? { status: answer, location: "" } : answer;
        response.writeHead(status, location === "" ? {} : { location }).end("heard\n");
      });
    });
    server.listen(0);
    await once(server, "listening");
    const { port } = z.object({ port: z.int() }).parse(server.address());
    current = {
      origin: `http://127.0.0.1:${port}`,
      port,
      received,
      events: (name) => received.filter(({ headers }) => headers["x-github-event"] === name),
      answer: (how) => {
        answering = how;
      },
    };
    stop = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    };
  });
  afterEach(async () => await stop());
  return () => {
    if (current === undefined) throw new Error("the listener listens only inside a test");
    return current;
  };
}

/** The expected signature header of a delivery. */
export function signatureOf(secret: string, { body }: Received): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
