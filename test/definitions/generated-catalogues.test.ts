import assert from "node:assert/strict";
import fc from "fast-check";
import type { KubernetesObject } from "../../manifests/objects.ts";
import { InvalidInput } from "../../model/diagnostics.ts";
import type { Plan } from "../../model/plan.ts";
import { everyObject, nameOf } from "../every-object.ts";
import { type RawSources, rawSources, toSources } from "../generated-catalogues.ts";
import { slipped } from "../generated-slips.ts";
import { admissionProblems, storedByKargo } from "../kargo-admission.ts";
import { destinationProblems, metadataProblems } from "../kubernetes-rules.ts";
import { sampled } from "../sampling.ts";
import { planOf, stackText } from "../sources.ts";
import { storedDifferences } from "../stored-differences.ts";
import { type Definitions, readDefinitions } from "./definitions.ts";

/** The plan; undefined if problems are reported. Any other error is a defect. */
function planOrProblems(raw: RawSources): Plan | undefined {
  const { catalogue, stack } = toSources(raw);
  try {
    return planOf(catalogue, stack);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/** Fixed in CI, so that a failure there comes from the change; random elsewhere, so that more is found. */
const SEED = process.env.CI ? { seed: 7 } : {};

/** Shortens fast-check's report, which would print 300,000 characters. */
function short(run: fc.RunDetails<[RawSources]>): void {
  if (!run.failed) return;
  const found = JSON.stringify(run.counterexample).slice(0, 2000);
  throw new Error(`seed ${run.seed}, path ${run.counterexamplePath}: ${String(run.errorInstance)}\n${found}`);
}

describe("thousands of generated catalogues", function () {
  this.timeout(300_000);
  let definitions: Definitions;

  before(async function () {
    this.timeout(120_000);
    definitions = await readDefinitions();
  });

  /** What is wrong with an object by its definition, Kubernetes' metadata rules and Kargo's admission, or changes when stored. */
  function problemsOf(object: KubernetesObject): string[] {
    const stored = storedDifferences(object, Object(storedByKargo(object)));
    return [
      ...definitions.problems(object),
      ...metadataProblems(object),
      ...destinationProblems(object),
      ...admissionProblems(object),
      ...stored.changed.map((path) => `Kargo would store ${path} differently`),
      ...stored.added.map((path) => `Kargo would add ${path}`),
    ];
  }

  const seen = new Map<string, boolean>();
  const counts = { accepted: 0, refused: 0 };

  for (const [what, sources, numRuns] of [
    ["valid", rawSources(), sampled(1500, 150)],
    ["slightly invalid", slipped(rawSources()), sampled(3000, 300)],
  ] as const) {
    it(`that are ${what} are refused with a problem, or result in valid objects`, () => {
      fc.assert(
        fc.property(sources, (raw) => {
          const plan = planOrProblems(raw);
          counts[plan ? "accepted" : "refused"]++;
          for (const object of plan ? everyObject(plan) : []) {
            const text = JSON.stringify(object);
            if (seen.has(text)) continue;
            assert.deepEqual(problemsOf(object), [], nameOf(object));
            seen.set(text, true);
          }
        }),
        { numRuns, reporter: short, ...SEED },
      );
    });
  }

  it("are accepted and refused in large numbers", () => {
    assert.ok(
      counts.accepted > sampled(1500, 150) && counts.refused > sampled(500, 50),
      JSON.stringify(counts),
    );
    assert.ok(seen.size > sampled(15_000, 1500), `only ${seen.size} objects`);
    console.log(`      ${counts.accepted} accepted, ${counts.refused} refused; ${seen.size} objects`);
  });

  it("are checked by rules that find an invalid Warehouse, Stage or name", () => {
    const objects = everyObject(planOf(JSON.stringify(ONE), stackText()));
    const broken = (kind: string, change: (text: string) => string) => {
      const object = objects.find((each) => each.kind === kind);
      assert.ok(object, kind);
      assert.deepEqual(problemsOf(object), []);
      return problemsOf(JSON.parse(change(JSON.stringify(object))) as KubernetesObject);
    };
    const changes: [string, (text: string) => string][] = [
      ["Warehouse", (text) => text.replaceAll("registry.example/nginx", "https://registry.example/nginx")],
      ["Warehouse", (text) => text.replace("5m0s", "5m")],
      ["Stage", (text) => text.replace('"direct":true', '"direct":"yes"')],
      ["Stage", (text) => text.replace('"as":"promote"', '"as":"step-1"')],
      ["ProjectConfig", (text) => text.replace('"name":"dev"', '"name":"prod"')],
      ["Application", (text) => text.replace('"project"', '"projekt"')],
      ["Namespace", (text) => text.replace('"name":"kargo-nginx"', '"name":"Kargo"')],
    ];
    for (const [kind, change] of changes)
      assert.notDeepEqual(broken(kind, change), [], `${kind} ${change.toString()}`);
  });
});

const ONE = {
  teams: { edge: { group: "AD-Edge" } },
  services: { nginx: { team: "edge", repository: "acme/nginx" } },
};
