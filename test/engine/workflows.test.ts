import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { catalogueText, service } from "../sources.ts";
import { sharedPrograms, TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

const PREVIEWER = "ci-previewer";

describe("the workflows' scripts, with the real engine", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: FleetStack;
  let temp: string;

  before(async () => {
    temp = await mkdtemp(join(tmpdir(), "workflow-engine-"));
    stack = await openFleetStack(["nginx", "more"]);
    await stack.writeConfig({});
    await stack.writeCatalogue(catalogueText({ nginx: service("nginx") }));
  });
  after(async () => {
    await stack?.close();
    await rm(temp, { recursive: true, force: true });
  });

  async function kubectl(args: readonly string[], input = ""): Promise<string> {
    const { programs } = await sharedPrograms();
    return (await execa(programs.kubectl, ["--kubeconfig", stack.admin, ...args], { input })).stdout;
  }
  const script = (name: string) => stack.script(`.github/scripts/${name}`, { RUNNER_TEMP: temp });
  const reports = () => readdir(join(temp, "reports"));

  it("bring a stack up, and report it", async () => {
    const up = await script("up.sh");
    assert.equal(up.code, 0, up.output);
    const summary = join(temp, "summary");
    const report = await stack.script(".github/scripts/report-up.sh", {
      RUNNER_TEMP: temp,
      GITHUB_STEP_SUMMARY: summary,
    });
    assert.equal(report.code, 0, report.output);
    assert.match(await readFile(summary, "utf8"), /^## .*\n[\s\S]*nginx/);
  });

  it("look for drift as an identity that may change nothing, and find none after an up", async () => {
    const { output } = await stack.fleet("deployer", "--read-only", PREVIEWER);
    await kubectl(["apply", "--filename", "-"], output);
    await readOnly();
    await rm(join(temp, "reports"), { recursive: true });
    const drift = await script("drift.sh");
    assert.deepEqual([drift.code, await reports()], [0, ["test.none"]], drift.output);
  });

  it("find what somebody changed by hand", async () => {
    await rm(join(temp, "reports"), { recursive: true });
    const patch = JSON.stringify({ spec: { source: { targetRevision: "elsewhere" } } });
    await kubectl(["patch", "application", "nginx-dev", "-n", "argocd", "--type=merge", "-p", patch]);
    const drift = await script("drift.sh");
    assert.equal(drift.code, 0, drift.output);
    assert.deepEqual(await reports(), ["test.md"]);
    assert.match(await readFile(join(temp, "reports/test.md"), "utf8"), /\nnginx\/\S+ {2}changed: .*spec/);
  });

  it("preview as that identity, which may not even make a dry run, and make nothing", async () => {
    const before = await stack.objects();
    await stack.writeCatalogue(catalogueText({ nginx: service("nginx"), more: service("more") }));
    const { steps, failed, output } = await stack.preview();
    assert.ok(!failed, output);
    assert.equal(steps.more, "create", JSON.stringify(steps));
    assert.deepEqual(await stack.objects(), before);
  });

  /** From here on the stack's kubeconfig is the previewer's. */
  async function readOnly(): Promise<void> {
    const config = parse(await readFile(stack.admin, "utf8")) as { users: { user: object }[] };
    for (const each of config.users) each.user = { ...each.user, as: PREVIEWER };
    await writeFile(stack.kubeconfig, stringify(config));
  }
});
