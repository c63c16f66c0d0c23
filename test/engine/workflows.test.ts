import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { catalogueOf } from "../sources.ts";
import { kubectl, succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

const PREVIEWER = "ci-previewer";

describe("the workflows' scripts, with the real engine", () => {
  let stack: FleetStack;
  let temp: string;

  before(async () => {
    temp = await mkdtemp(join(tmpdir(), "workflow-engine-"));
    stack = await openFleetStack(["nginx", "more"], { config: {}, catalogue: catalogueOf(["nginx"]) });
  });
  after(async () => {
    await stack?.close();
    await rm(temp, { recursive: true, force: true });
  });

  const script = (name: string, more: Readonly<Record<string, string>> = {}) =>
    stack.script(`.github/scripts/${name}`, { RUNNER_TEMP: temp, ...more });
  const reports = () => readdir(join(temp, "reports"));

  it("bring a stack up, and report it", async () => {
    await succeeds(script("up.sh"));
    const summary = join(temp, "summary");
    await succeeds(script("report-up.sh", { GITHUB_STEP_SUMMARY: summary }));
    assert.match(await readFile(summary, "utf8"), /^## .*\n[\s\S]*nginx/);
  });

  it("look for drift as an identity that may change nothing, and find none after an up", async () => {
    const { output } = await stack.fleet("deployer", "--read-only", PREVIEWER);
    await kubectl(stack, ["apply", "--filename", "-"], output);
    await readOnly();
    await rm(join(temp, "reports"), { recursive: true });
    const drift = await script("drift.sh");
    assert.deepEqual([drift.code, await reports()], [0, ["test.none"]], drift.output);
  });

  it("find what somebody changed by hand", async () => {
    await rm(join(temp, "reports"), { recursive: true });
    const patch = JSON.stringify({ spec: { source: { targetRevision: "elsewhere" } } });
    await kubectl(stack, ["patch", "application", "nginx-dev", "-n", "argocd", "--type=merge", "-p", patch]);
    await succeeds(script("drift.sh"));
    assert.deepEqual(await reports(), ["test.md"]);
    assert.match(await readFile(join(temp, "reports/test.md"), "utf8"), /\nnginx\/\S+ {2}changed: .*spec/);
  });

  it("preview as that identity, which may not even make a dry run, and make nothing", async () => {
    const before = await stack.objects();
    await stack.writeCatalogue(catalogueOf(["nginx", "more"]));
    const { steps } = await succeeds(stack.preview());
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
