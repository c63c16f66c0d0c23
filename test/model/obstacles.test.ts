import assert from "node:assert/strict";
import fc from "fast-check";
import { stackLabel } from "../../model/labels.ts";
import { type Answers, lastOf, type NamespaceAnswer, obstaclesOf } from "../../model/obstacles.ts";
import { catalogueOf, planOf, readCatalogueText } from "../sources.ts";

const CATALOGUE = catalogueOf({ nginx: {}, auth: { team: "identity" } });
const asking = { document: readCatalogueText(CATALOGUE).document, stack: "prod" };
const { services } = planOf(CATALOGUE);
const nginx = services.find(({ name }) => name === "nginx") ?? assert.fail();
const FREE: Answers = { repository: "ready", builds: { is: "there", labels: {} }, project: { is: "absent" } };
const ours = { "kargo-fleet/stack": "prod", "kargo-fleet/service": "nginx" };

const codes = (more: Partial<Answers>) =>
  obstaclesOf(nginx, { ...FREE, ...more }, asking).map(({ code }) => code);
const there = (labels: Readonly<Record<string, string>>): NamespaceAnswer => ({ is: "there", labels });

describe("an obstacle to creating a service", () => {
  it("does not exist if its repository accepts a hook, its build namespace exists and its own is free", () => {
    assert.deepEqual(codes({}), []);
  });

  it("is a repository that is missing, archived, closed to the token or full of hooks", () => {
    assert.deepEqual(codes({ repository: "missing" }), ["KF100"]);
    for (const repository of ["archived", "no-hooks", "full"] as const)
      assert.deepEqual(codes({ repository }), ["KF101"]);
  });

  it("is a build namespace that is missing or being deleted", () => {
    for (const is of ["absent", "terminating"] as const)
      assert.deepEqual(codes({ builds: { is } }), ["KF102"]);
  });

  it("is an existing namespace of somebody else", () => {
    assert.deepEqual(codes({ project: there(ours) }), []);
    for (const project of [
      there({}),
      there({ ...ours, "kargo-fleet/stack": "other" }),
      there({ ...ours, "kargo-fleet/service": "other" }),
      { is: "terminating" } as const,
    ])
      assert.deepEqual(codes({ project }), ["KF103"], JSON.stringify(project));
  });

  it("is no namespace of this stack, also if its name is no label value", () => {
    for (const stack of ["prod_", "x".repeat(80)]) {
      const project = there({ ...ours, "kargo-fleet/stack": stackLabel(stack) });
      const answers: Answers = { repository: "unknown", builds: { is: "unknown" }, project };
      assert.deepEqual(obstaclesOf(nginx, answers, { ...asking, stack }), []);
    }
  });

  it("is never an unknown answer", () => {
    assert.deepEqual(
      codes({ repository: "unknown", builds: { is: "unknown" }, project: { is: "unknown" } }),
      [],
    );
  });

  it("is reported with all others", () => {
    const answers: Answers = { repository: "missing", builds: { is: "absent" }, project: there({}) };
    assert.deepEqual(codes(answers), ["KF100", "KF102", "KF103"]);
  });
});

describe("resources that are registered last", () => {
  it("are services with an obstacle, and all services of a team without build namespace, whose hooks wait for it", () => {
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
    const teams = ["edge", "identity"];
    const entry = fc.record({
      team: fc.constantFrom(...teams),
      answer: fc.constantFrom("ready", "missing", "absent"),
    });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), (entries) => {
        const list = catalogueOf(
          Object.fromEntries(entries.map(({ team }, index) => [names[index], { team }])),
        );
        const { document } = readCatalogueText(list);
        const plan = planOf(list);
        const obstacles = new Map(
          plan.services.flatMap((one) => {
            const { answer } = entries[names.indexOf(one.name)] ?? assert.fail();
            const answers: Answers = {
              ...FREE,
              repository: answer === "missing" ? "missing" : "ready",
              builds: answer === "absent" ? { is: "absent" } : FREE.builds,
            };
            const found = obstaclesOf(one, answers, { document, stack: "prod" });
            return found.length > 0 ? [[one.name, found] as const] : [];
          }),
        );
        const { services: last, namespaces } = lastOf(plan.services, obstacles);
        for (const { name, build } of plan.services) {
          const waits = obstacles.has(name) || namespaces.has(build?.namespace ?? "");
          assert.equal(last.has(name), waits);
        }
        const lacking = entries
          .filter(({ answer }) => answer === "absent")
          .map(({ team }) => `builds-${team}`);
        assert.deepEqual([...namespaces].sort(), [...new Set(lacking)].sort());
      }),
      { numRuns: 100 },
    );
  });
});
