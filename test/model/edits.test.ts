import assert from "node:assert/strict";
import fc from "fast-check";
import { formatPath, InvalidInput } from "../../model/diagnostics.ts";
import { losses } from "../../model/losses.ts";
import { makePlan, type Plan } from "../../model/plan.ts";
import { provisioned } from "../../model/provisioned.ts";
import { type RawSources, rawSources, toSources } from "../generated-catalogues.ts";
import { sampled } from "../sampling.ts";
import { NOW, readCatalogueText, readStackText } from "../sources.ts";

/** Edits of an entry that always change its service's plan. */
const EDITS: readonly ((entry: Entry) => Entry)[] = [
  (entry) => ({ ...entry, chart: { path: "charts/edited" } }),
  (entry) => ({ ...entry, labels: { ...(entry.labels as object), "acme.example/edited": "yes" } }),
  (entry) => ({ ...entry, warehouse: { ...(entry.warehouse as object), platform: "linux/s390x" } }),
  (entry) => ({ ...entry, build: false, tags: { strategy: "semver", constraint: "^77.7.7" } }),
  (entry) => ({ ...entry, state: "decommissioned" }),
];
type Entry = Readonly<Record<string, unknown>>;

/** A bit mask of the edited services, and the kind of edit. */
const edit = fc.record({ which: fc.nat({ max: 31 }), how: fc.nat({ max: EDITS.length - 1 }) });
const BASES = sampled(2000, 200);
const PER_BASE = 5;
const PAIRS = (BASES * PER_BASE).toLocaleString("en");

/** Caches the stack file, which stays the same and is slow to read. */
let lastRead: { readonly text: string; readonly config: ReturnType<typeof readStackText> } | undefined;

function stackOf(text: string): ReturnType<typeof readStackText> {
  if (lastRead?.text !== text) lastRead = { text, config: readStackText(text) };
  return lastRead.config;
}

function planned({ catalogue, stack }: RawSources): Plan | undefined {
  const texts = toSources({ catalogue, stack });
  try {
    return makePlan(readCatalogueText(texts.catalogue), stackOf(texts.stack), NOW);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

const byName = (plan: Plan) =>
  new Map(plan.services.map((service) => [service.name, JSON.stringify(service)]));

/** The services with different plans, including those in only one of the two. */
function differing(before: Plan, after: Plan): string[] {
  const [then, now] = [byName(before), byName(after)];
  return [...new Set([...then.keys(), ...now.keys()])]
    .filter((name) => then.get(name) !== now.get(name))
    .sort();
}

describe(`${PAIRS} pairs of files before and after an edit`, function () {
  this.timeout(600_000);

  it("have different plans for exactly the edited services", () => {
    let pairs = 0;
    fc.assert(
      fc.property(
        rawSources(),
        fc.array(edit, { minLength: PER_BASE, maxLength: PER_BASE }),
        (raw, edits) => {
          const before = planned(raw);
          if (before === undefined) return;
          const here = new Set(before.services.map(({ name }) => name));
          for (const { which, how } of edits) {
            const entries = Object.entries(raw.catalogue.services) as [string, Entry][];
            const edited = entries.filter((_, index) => (which >> index) % 2 === 1).map(([name]) => name);
            const services = entries.map(([name, entry]) => [
              name,
              edited.includes(name) ? EDITS[how]?.(entry) : entry,
            ]);
            const catalogue = { ...raw.catalogue, services: Object.fromEntries(services) };
            const after = planned({ ...raw, catalogue });
            pairs++;
            assert.ok(after, "the edit is right in itself");
            assert.deepEqual(differing(before, after), edited.filter((name) => here.has(name)).sort());
          }
        },
      ),
      { numRuns: BASES },
    );
    assert.ok(pairs >= 0.9 * BASES * PER_BASE, `${pairs} pairs were right before`);
  });

  it("lose exactly the services whose entries are gone, each with a loss message", () => {
    fc.assert(
      fc.property(rawSources(), fc.nat({ max: 31 }), (raw, which) => {
        const entries = Object.entries(raw.catalogue.services);
        const gone = entries.filter((_, index) => (which >> index) % 2 === 1).map(([name]) => name);
        const kept = Object.fromEntries(entries.filter(([name]) => !gone.includes(name)));
        const next = { ...raw, catalogue: { ...raw.catalogue, services: kept } };
        const before = planned(raw);
        const plan = planned(next);
        if (before === undefined || plan === undefined) return;
        const here = new Set(before.services.map(({ name }) => name));
        const lost = gone.filter((name) => here.has(name)).sort();
        assert.deepEqual(differing(before, plan), lost);
        const texts = toSources(next);
        const files = { catalogue: readCatalogueText(texts.catalogue), config: stackOf(texts.stack) };
        const said = losses(provisioned(before), { plan, ...files });
        const active = lost.filter(
          (name) => before.services.find((one) => one.name === name)?.state === "active",
        );
        assert.deepEqual(
          said.map(({ path }) => path).sort(),
          active.map((name) => formatPath(["services", name])).sort(),
        );
      }),
      { numRuns: sampled(1000, 120) },
    );
  });
});
