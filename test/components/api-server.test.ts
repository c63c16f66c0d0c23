import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";

const kubeconfig = (server: string) => ({
  clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
  users: [{ name: "u", user: { token: "of-the-kubeconfig" } }],
  contexts: [{ name: "prod", context: { cluster: "c", user: "u" } }],
});

describe("an API server", () => {
  let folder: string;
  let server: Server;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-kubeconfig-"));
    server = createServer((request, response) => {
      response.end(JSON.stringify({ path: request.url, authorization: request.headers.authorization }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await writeFile(join(folder, "config"), JSON.stringify(kubeconfig(`http://127.0.0.1:${port}/below`)));
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it("is asked with the kubeconfig's credentials, and without the generated client", async () => {
    const module = pathToFileURL(resolve("components/api-server.ts")).href;
    const script = `
      import { registerHooks } from "node:module";
      const generated = [];
      registerHooks({ load(url, context, next) { if (url.includes("/dist/gen/models/")) generated.push(url); return next(url, context); } });
      const { apiServerOf } = await import(${JSON.stringify(module)});
      const ask = await apiServerOf({ kubeconfig: ${JSON.stringify(join(folder, "config"))}, context: "prod" });
      const answer = await ask({ method: "GET", path: "/api/v1/namespaces?limit=1" });
      console.log(JSON.stringify({ ...answer, generated }));`;
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script]);
    assert.deepEqual(JSON.parse(stdout), {
      status: 200,
      body: { path: "/below/api/v1/namespaces?limit=1", authorization: "Bearer of-the-kubeconfig" },
      generated: [],
    });
  });
});
