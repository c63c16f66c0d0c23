import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readStack } from "../../../fleet/all-stacks.ts";
import { inspect } from "../../../fleet/audit/inspection.ts";
import type { Cluster } from "../../../fleet/cluster.ts";
import { withTexts, workingDirectory } from "../../../fleet/files.ts";
import { previewerObjects } from "../../../manifests/deployer.ts";
import { RBAC } from "../access-world.ts";
import { make, unmake } from "../by-hand.ts";
import type { FleetStack } from "../fleet-stack.ts";
import { GATES } from "./gates.ts";
import { GUARDS } from "./guards.ts";
import { RIGHTS } from "./rights.ts";
import { ROLES } from "./roles.ts";

/** What the audit reports after each change of access by hand; each change is undone. */
export function describeSabotages(stackOf: () => FleetStack, adminOf: () => Cluster): void {
  describe("after a sabotage", () => {
    let admin: Cluster;
    before(() => {
      admin = adminOf();
    });
    const found = async (previewer?: string) => {
      const names = ["services.json", "Pulumi.test.yaml"];
      const texts = names.map(async (name) => [name, await readFile(join(stackOf().folder, name), "utf8")]);
      const folder = withTexts(workingDirectory(), Object.fromEntries(await Promise.all(texts)));
      const { plan, config, catalogue } = readStack("test", folder);
      assert.ok(plan && config.value && catalogue?.value);
      const { teams, services: listed } = catalogue.value;
      const all = { teams: Object.keys(teams), services: Object.keys(listed) };
      const files = { plan, config: config.value, ...all };
      const { services } = plan;
      const known = ["user sandbox-argo-events"];
      const { findings } = await inspect({ cluster: admin, files, services, previewer, known });
      return findings.map(({ where, who, what }) => `${where}  ${[...who, what].join(", ")}`);
    };

    for (const { name, change, found: beginning } of [...RIGHTS, ...GUARDS, ...ROLES, ...GATES]) {
      it(`reports it: ${name}`, async () => {
        const undo = await change(admin);
        const findings = await found().finally(undo);
        assert.ok(
          findings.some((finding) => finding.startsWith(beginning)),
          findings.join("\n"),
        );
      });
    }

    it("reports the identity of fleet deployer --read-only until --previewer names it", async () => {
      const objects = previewerObjects("ci-previewer", ["edge", "identity"]).map((body) => {
        const { namespace } = body.metadata;
        const where = namespace === undefined ? RBAC : `${RBAC}/namespaces/${namespace}`;
        return { path: `${where}/${body.kind.toLowerCase()}s`, body };
      });
      await make(admin, objects);
      try {
        assert.ok((await found()).some((each) => each.includes("user ci-previewer, may get secrets")));
        assert.deepEqual(await found("ci-previewer"), []);
        assert.ok(
          (await found("another")).some((each) => each.includes("user ci-previewer, may get secrets")),
        );
      } finally {
        await unmake(admin, objects);
      }
    });

    it("finds no other problem after each sabotage is undone", async () => {
      assert.deepEqual(await found(), []);
    });
  });
}
