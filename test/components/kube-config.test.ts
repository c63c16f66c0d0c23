import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";

const KUBECONFIG = {
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:2" } }],
  users: [{ name: "u" }],
  contexts: [{ name: "prod", context: { cluster: "c", user: "u" } }],
};

describe("a kubeconfig", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-kubeconfig-"));
    await writeFile(join(folder, "config"), JSON.stringify(KUBECONFIG));
  });
  after(() => rm(folder, { recursive: true }));

  /** What an expression prints in a process of its own. `config` is read; `generated` are the loaded generated files. */
  async function printed(expression: string): Promise<string> {
    const module = pathToFileURL(resolve("components/kube-config.ts")).href;
    const script = `
      import { registerHooks } from "node:module";
      const generated = [];
      registerHooks({ load(url, context, next) { if (url.includes("/dist/gen/models/")) generated.push(url); return next(url, context); } });
      const { kubeConfig } = await import(${JSON.stringify(module)});
      const config = await kubeConfig({ kubeconfig: ${JSON.stringify(join(folder, "config"))}, context: "prod" });
      console.log(String(${expression}));`;
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script]);
    return stdout;
  }

  it("is read without the generated client", async () => {
    assert.equal(
      await printed("[config.getCurrentCluster().server, generated.length]"),
      "https://127.0.0.1:2,0",
    );
  });

  it("makes clients of the generated client", async () => {
    const api = 'config.makeApiClient((await import("@kubernetes/client-node")).CoreV1Api)';
    const said = await printed(
      `[await ${api}.listNamespace().catch(({ cause }) => cause), generated.length]`,
    );
    assert.match(said, /ECONNREFUSED.*,[1-9]\d*$/);
  });
});
