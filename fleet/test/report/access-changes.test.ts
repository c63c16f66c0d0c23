import assert from "node:assert/strict";
import fc from "fast-check";
import { type RawSources, rawSources, toSources } from "../../../test/generated-catalogues.ts";
import { service } from "../../../test/sources.ts";
import type { FoundStack } from "../../all-stacks.ts";
import { isAccessKind } from "../../report/access-kinds.ts";
import { renderReport } from "../../report/markdown.ts";
import { warningLines, warningText } from "../../report/warnings.ts";
import { found, plan, reportOf, step } from "./reports.ts";

const TEAMS = {
  edge: { group: "AD-Edge", approvers: "AD-Edge-Release" },
  identity: { group: "AD-Identity" },
};
const STAGES = ["dev", "staging", "prod"].map((stage, index, all) => {
  const manual = stage === "prod" ? "manual" : "auto";
  return { stage, promotion: manual, sync: manual, after: index === 0 ? [] : [all[index - 1]] };
});
const NGINX = { nginx: service("nginx", { build: false }) };

function accessLines(before: FoundStack, after: FoundStack): string[] {
  return warningLines(reportOf(before, after))
    .filter(({ kind }) => kind === "access")
    .map((line) => warningText(line, 16, false));
}

describe("the access changes of a report", () => {
  const before = plan(NGINX, {}, TEAMS);

  it("say who gains and who loses promotion to a Stage", () => {
    const stages = STAGES.map((stage) =>
      stage.stage === "staging" ? { ...stage, promotion: "manual" } : stage,
    );
    const after = plan(NGINX, { pipelines: JSON.stringify({ standard: stages }) }, TEAMS);
    assert.deepEqual(accessLines(before, after), [
      "team edge may no longer promote staging of nginx",
      "AD-Edge-Release may now promote staging of nginx",
    ]);
  });

  it("say what approvers take from the team", () => {
    const without = { ...TEAMS, edge: { group: "AD-Edge" } };
    assert.deepEqual(accessLines(plan(NGINX, {}, without), before), [
      "team edge may no longer promote prod, and sync prod of nginx",
      "AD-Edge-Release may now see the pipeline, promote prod, and sync prod of nginx",
      "AD-Edge-Release instead of AD-Edge now acts as approvers-edge in Kargo's UI and CLI",
      "An administrator must apply `fleet deployer` again before this up, because the guards change",
    ]);
  });

  it("report a change of the team", () => {
    const after = plan({ nginx: service("nginx", { build: false, team: "identity" }) }, {}, TEAMS);
    assert.equal(accessLines(before, after)[0], "nginx changes its team from edge to identity");
  });

  it("name both groups if a team has another one", () => {
    const other = { ...TEAMS, edge: { ...TEAMS.edge, group: "AD-New" } };
    const lines = accessLines(before, plan(NGINX, {}, other));
    const rights = "see the pipeline, and promote dev and staging of nginx";
    for (const line of [
      `AD-Edge (team edge) may no longer ${rights}`,
      `AD-New (team edge) may now ${rights}`,
    ])
      assert.ok(lines.includes(line), lines.join("\n"));
  });

  it("report a change of the break-glass group", () => {
    const after = plan(NGINX, { access: "{ deployer: other, breakGlass: AD-Night }" }, TEAMS);
    assert.deepEqual(accessLines(before, after), [
      "other instead of kargo-fleet-deployer is the guard's deployer",
      "AD-Night may now bypass the guard (break-glass)",
      "An administrator must apply `fleet deployer` again before this up, because the guards change",
    ]);
  });

  it("report the same change of many services once", () => {
    const two = { a: service("a", { build: false }), b: service("b", { build: false }) };
    const moved = {
      a: service("a", { build: false, team: "identity" }),
      b: service("b", { build: false, team: "identity" }),
    };
    const lines = accessLines(plan(two, {}, TEAMS), plan(moved, {}, TEAMS));
    assert.equal(lines[0], "a and b change their team from edge to identity");
  });

  it("report a change of a Role that only the engine shows", () => {
    const type = "kubernetes:rbac.authorization.k8s.io/v1:Role";
    const steps = [step("update", type, "nginx/team", { paths: ["rules[0].verbs"] })];
    const lines = warningLines(reportOf(before, before, { steps })).map((line) =>
      warningText(line, 16, false),
    );
    assert.deepEqual(lines, ["Role `nginx/team` changes: `rules[0].verbs`"]);
  });

  /** Two catalogues with their stacks; the second has some parts of a third. */
  const edited = fc
    .record({
      base: rawSources(),
      other: rawSources(),
      parts: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 2 }),
    })
    .map(({ base, other, parts }): readonly [RawSources, RawSources] => {
      const { teams, services } = base.catalogue;
      const has = (part: number) => parts.includes(part);
      const catalogue = {
        teams: has(2) ? approved(teams) : teams,
        services: has(1) ? shifted(services, Object.keys(teams)) : services,
      };
      const { access, platform } = other.stack;
      const head = {
        catalogue,
        stack: { ...base.stack, ...(has(0) && { access }), ...(has(3) && { platform }) },
      };
      return [base, head];
    });
  const planned = (raw: RawSources) => {
    const { catalogue, stack } = toSources(raw);
    try {
      return found(catalogue, stack);
    } catch {
      return undefined;
    }
  };

  it("cover every changed object of access, and the report names every changed object", function () {
    this.timeout(120_000);
    let differing = 0;
    fc.assert(
      fc.property(edited, ([base, head]) => {
        const [was, is] = [planned(base), planned(head)];
        fc.pre(was !== undefined && is !== undefined);
        const report = reportOf(was, is);
        const { services, shared } = report.stacks[0]?.change ?? { services: [], shared: [] };
        const lines = warningLines(report).filter(({ kind }) => kind === "access");
        const text = lines.map((line) => warningText(line, Number.POSITIVE_INFINITY, false)).join("\n");
        for (const { service: name, objects } of services) {
          if (!objects.some(({ kind }) => isAccessKind(kind))) continue;
          differing += 1;
          const own =
            lines.some((line) => line.services.includes(name)) ||
            text.includes(`kargo-${name}/`) ||
            text.includes(`argocd/${name}\``);
          assert.ok(own, `${name}: ${text}`);
        }
        if (shared.some(({ kind }) => isAccessKind(kind))) {
          differing += 1;
          assert.ok(
            lines.some((line) => line.services.length === 0),
            text,
          );
        }
        const whole = renderReport(report);
        for (const { kind, namespace, name } of [...services.flatMap(({ objects }) => objects), ...shared]) {
          assert.ok(whole.includes(`${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`), name);
        }
      }),
      { numRuns: 60, endOnFailure: true, interruptAfterTimeLimit: 30_000 },
    );
    assert.ok(differing > 10, String(differing));
  });
});

/** Moves every service to the next team. */
function shifted(services: RawSources["catalogue"]["services"], teams: readonly string[]) {
  const next = (team: unknown) => teams[(teams.indexOf(String(team)) + 1) % teams.length];
  return Object.fromEntries(
    Object.entries(services).map(([name, entry]) => [
      name,
      { ...(entry as object), team: next((entry as { team: unknown }).team) },
    ]),
  );
}

/** Gives every team other approvers. */
function approved(teams: RawSources["catalogue"]["teams"]) {
  return Object.fromEntries(
    Object.entries(teams).map(([name, team]) => [name, { ...(team as object), approvers: "AD-Others" }]),
  );
}
