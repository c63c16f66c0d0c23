import assert from "node:assert/strict";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { catalogueOf } from "../sources.ts";
import { pulumiIn, succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

/**
 * The files of the program at commit dba78d0, without types, comments and generated definitions: a compressed JSON object
 * from path to text.
 */
const EARLIER = new URL("earlier-program.json.br", import.meta.url);
const SERVICES = {
  nginx: {},
  auth: { team: "identity" },
  old: { state: "decommissioned" },
};
const PIPELINES =
  "{ standard: [ { stage: dev, promotion: auto, sync: auto }, { stage: gate, controlFlow: true, after: [dev] }, { stage: prod, promotion: pull-request, sync: manual, after: [gate] } ] }";

describe("an up over a state that an earlier program made", () => {
  let stack: FleetStack;
  before(async () => {
    stack = await openFleetStack(Object.keys(SERVICES), { catalogue: catalogueOf(SERVICES) });
    await stack.writeConfig({
      pipelines: PIPELINES,
      cluster: `{ name: test, context: sandbox, kubeconfig: ${JSON.stringify(stack.kubeconfig)}, qps: 50, burst: 100 }`,
    });
  });
  after(() => stack?.close());

  /** The usual plugin of dynamic resources, because a shared one would keep the earlier program's modules. */
  async function pulumi(...command: readonly string[]): Promise<string> {
    const PATH = stack.environment.PATH?.split(delimiter).slice(1).join(delimiter);
    const place = { folder: stack.folder, environment: { ...stack.environment, ...(PATH && { PATH }) } };
    return (await succeeds(pulumiIn(place, ...command, "--stack", "test"))).stdout;
  }
  const up = () => pulumi("up", "--yes", "--skip-preview");

  it("changes nothing, and creates only what the earlier program did not know: the calendar of windows", async () => {
    const files: Record<string, string> = JSON.parse(
      brotliDecompressSync(await readFile(EARLIER)).toString("utf8"),
    );
    const parts = new Set(Object.keys(files).map((path) => path.split("/")[0] ?? ""));
    for (const part of parts) await rm(join(stack.folder, part), { force: true });
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(stack.folder, path)), { recursive: true });
      await writeFile(join(stack.folder, path), text);
    }
    await up();
    const made = await stack.objects();
    assert.ok(made.includes("Stage kargo-nginx/prod"), made.join());
    for (const part of parts) {
      await rm(join(stack.folder, part), { recursive: true });
      await symlink(resolve(part), join(stack.folder, part));
    }
    const { steps } = JSON.parse(await pulumi("preview", "--json")) as {
      steps: { op: string; urn: string }[];
    };
    const changes = steps.filter(({ op }) => op !== "same" && op !== "read");
    assert.deepEqual(
      changes.map(({ op, urn }) => [op, urn.split("::").at(-1)]),
      [["create", "platform/calendar"]],
    );
    await up();
    assert.deepEqual(await stack.objects(), made);
  });
});
