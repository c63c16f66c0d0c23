import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { sharedControlPlane } from "./control-plane.ts";
import { type InlineStack, openInlineStack } from "./inline-stack.ts";

/** A proxy that passes bytes on, until its connections fall silent without closing. */
async function silenceable(upstream: string) {
  const { hostname, port } = new URL(upstream);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(Number(port), hostname);
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      open.add(one);
      one.pipe(other).on("error", () => one.destroy());
      one.on("error", () => other.destroy()).on("close", () => open.delete(one));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Later connections work. */
    silence: () => {
      for (const socket of open) socket.unpipe().resume();
    },
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

type Program = (provider: kubernetes.Provider) => Promise<void>;

describe("an up whose connection to the API server falls silent", () => {
  let stack: InlineStack<Program>;
  let proxy: Awaited<ReturnType<typeof silenceable>>;

  before(async () => {
    const { url, admin } = await sharedControlPlane();
    proxy = await silenceable(url);
    const kubeconfig = (await readFile(admin, "utf8")).replaceAll(url, proxy.url);
    stack = await openInlineStack<Program>("silent", (program) =>
      program(new kubernetes.Provider("kubernetes", { kubeconfig, clusterIdentifier: "test" })),
    );
  });
  after(async () => {
    proxy?.close();
    await stack?.close();
  });

  /** Two objects, of which the second waits for the first and then for `between`. */
  const program =
    (between: () => void): Program =>
    async (provider) => {
      const map = (name: string, dependsOn: pulumi.Resource[] = []) =>
        new kubernetes.core.v1.ConfigMap(name, { metadata: { name } }, { provider, dependsOn });
      const first = map("before-silence");
      await new Promise<void>((resolve) => {
        first.id.apply(() => resolve());
      });
      between();
      map("after-silence", [first]);
    };

  it("fails by name when the provider's health check finds out, and the next up completes it", async () => {
    await assert.rejects(
      stack.up(program(proxy.silence)),
      /after-silence[\s\S]*http2: client connection lost/,
    );
    assert.deepEqual(await stack.up(program(() => {})), { same: 3, create: 1 });
    assert.deepEqual(await stack.destroy(), { delete: 4 });
  });
});
