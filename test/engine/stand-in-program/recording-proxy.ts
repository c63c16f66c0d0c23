import { createServer } from "node:http";
import { type RequestOptions, request } from "node:https";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { sharedControlPlane } from "../control-plane.ts";
import { kubeconfig } from "./kubeconfig.ts";

/** A request that passed the proxy. */
export interface Passed {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** When it arrived, in milliseconds of `performance.now()`. */
  readonly at: number;
  /** The text of its body, as far as it has arrived. */
  body(): string;
}

/** Stands between a client and the shared API server, as its administrator, and writes down every request. */
export interface RecordingProxy {
  readonly url: string;
  /** A kubeconfig that leads through the proxy. */
  readonly kubeconfig: string;
  /** Yields the requests since it was last asked. */
  passed(): Passed[];
  close(): Promise<void>;
}

export async function recordingProxy(): Promise<RecordingProxy> {
  const { admin, url: upstream } = await sharedControlPlane();
  const config = new KubeConfig();
  config.loadFromFile(admin);
  let passed: Passed[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method = "GET", url = "/", headers } = incoming;
    const chunks: Buffer[] = [];
    passed.push({ method, url, at: performance.now(), body: () => Buffer.concat(chunks).toString() });
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.pause();
    const options: RequestOptions = { method, headers: { ...headers, host: new URL(upstream).host } };
    await config.applyToHTTPSOptions(options);
    const onward = request(new URL(url, upstream), options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", (error) => outgoing.destroy(error));
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A test that fails before it closes the proxy must not keep the run from ending.
  server.unref();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    kubeconfig: await kubeconfig({ server: url }),
    passed: () => {
      const since = passed;
      passed = [];
      return since;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
