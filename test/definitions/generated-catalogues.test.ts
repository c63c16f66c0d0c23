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

/** The plan, or nothing where problems are reported. Whatever else is thrown is a defect. */
function planOrProblems(raw: RawSources): Plan | undefined {
  const { catalogue, stack } = toSources(raw);
  try {
    return planOf(catalogue, stack);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/** In CI always the same, so that what is red there is the change's; everywhere else anew, so that more is found. */
const SEED = process.env.CI ? { seed: 7 } : {};

/** fast-check's own report would print a text of 300,000 letters. */
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

  /** Everything that an object breaks: its definition, Kubernetes' metadata, Kargo's admission, and its stored form. */
  function problemsOf(object: KubernetesObject): string[] {
    const stored = storedDifferences(object, Object(storedByKargo(object)));
    return [
      ...definitions.problems(object),
      ...metadataProblems(object),
      ...destinationProblems(object),
      ...admissionProblems(object),
      ...stored.changed.map((path) => `Kargo would store ${path} otherwise`),
      ...stored.added.map((path) => `Kargo would add ${path}`),
    ];
  }

  const seen = new Map<string, boolean>();
  const counts = { accepted: 0, refused: 0 };

  for (const [what, sources, numRuns] of [
    ["right", rawSources(), sampled(1500, 150)],
    ["slightly wrong", slipped(rawSources()), sampled(3000, 300)],
  ] as const) {
    it(`that are ${what} are refused with a problem, or give objects that everybody takes`, () => {
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

  it("were both accepted and refused, and by no means few", () => {
    assert.ok(
      counts.accepted > sampled(1500, 150) && counts.refused > sampled(500, 50),
      JSON.stringify(counts),
    );
    assert.ok(seen.size > sampled(15_000, 1500), `only ${seen.size} objects`);
    console.log(`      ${counts.accepted} accepted, ${counts.refused} refused; ${seen.size} objects`);
  });

  it("would be caught with a Warehouse, a Stage or a name that is refused", () => {
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
