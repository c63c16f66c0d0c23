import assert from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { sharedPrograms } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";
import { SECRETS_PROVIDER } from "./vault.ts";

const PROJECT = {
  name: "host",
  runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--title=of-Pulumi.yaml" } },
  main: "program.cjs",
};
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
class Part extends pulumi.ComponentResource {}
const parent = new Part("kargo-fleet:test:Part", "parent", {}, { protect: true });
new Part("kargo-fleet:test:Part", "inherits", {}, { parent });
new Part("kargo-fleet:test:Part", "leaves", {}, { parent, protect: false });
exports.node = { title: process.title, typescript: process.env.PULUMI_NODEJS_TYPESCRIPT ?? "" };
`;

/** What the build of the host adds to Pulumi's own code, and what every newer host does (docs/toolchain.md). */
describe("the language host", () => {
  let folder: string;
  let exported: (...command: readonly string[]) => Promise<unknown>;

  before(async () => {
    folder = await engineFolder("language-host");
    await mkdir(join(folder, "node_modules/@pulumi"), { recursive: true });
    await symlink(resolve("node_modules/@pulumi/pulumi"), join(folder, "node_modules/@pulumi/pulumi"));
    await writeFile(join(folder, "Pulumi.yaml"), JSON.stringify(PROJECT));
    await writeFile(join(folder, "program.cjs"), PROGRAM);
    const env = await engineEnvironment((await sharedPrograms()).path, folder);
    const pulumi = async (...args: readonly string[]) =>
      (await execa("pulumi", [...args, "--non-interactive"], { cwd: folder, env })).stdout;
    exported = async (...command) => JSON.parse(await pulumi("stack", ...command));
    await pulumi("stack", "init", "test", "--secrets-provider", SECRETS_PROVIDER);
    await pulumi("up", "--yes", "--skip-preview");
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it("starts Node with the options of Pulumi.yaml", async () => {
    assert.deepEqual(await exported("output", "--json"), {
      node: { title: "of-Pulumi.yaml", typescript: "" },
    });
  });

  it("leaves a child unprotected below a protected component", async () => {
    const { deployment } = (await exported("export")) as {
      deployment: { resources: readonly { urn: string; protect?: boolean }[] };
    };
    const parts = deployment.resources.filter(({ urn }) => urn.includes("test:Part"));
    assert.deepEqual(
      parts.map(({ urn, protect }) => `${urn.split("::").at(-1)} ${protect === true}`).sort(),
      ["inherits true", "leaves false", "parent true"],
    );
  });
});
