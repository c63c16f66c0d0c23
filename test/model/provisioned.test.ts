import assert from "node:assert/strict";
import fc from "fast-check";
import { addedTo, type Provisioned, provisioned } from "../../model/provisioned.ts";
import { catalogueOf, planOf } from "../sources.ts";

const NAMES = ["auth", "cart", "mail", "shop"];
const PLAN = planOf(catalogueOf(NAMES));
const some = (names: readonly string[]) => ({
  ...PLAN,
  services: PLAN.services.filter(({ name }) => names.includes(name)),
});

describe("the record of ups of parts of a stack", () => {
  it("is that of one up of everything, whatever the parts and their order", () => {
    const parts = fc.array(fc.subarray(NAMES), { maxLength: 5 });
    fc.assert(
      fc.property(parts, fc.subarray(NAMES), (waves, incomplete) => {
        const outcome = (names: readonly string[]) => ({
          hooksOff: [],
          hooksLost: [],
          incomplete: incomplete.filter((name) => names.includes(name)),
        });
        let record: Provisioned | undefined;
        for (const names of [...waves, NAMES])
          record = addedTo(record, provisioned(some(names), outcome(names)));
        assert.deepEqual(record && { ...record, incomplete: record.incomplete.toSorted() }, {
          ...provisioned(PLAN, outcome(NAMES)),
          incomplete: [...incomplete].sort(),
        });
      }),
    );
  });

  it("forgets that a service was incomplete once it is made", () => {
    const broken = provisioned(some(["auth"]), { hooksOff: ["auth"], hooksLost: [], incomplete: ["auth"] });
    const { incomplete, hooksOff } = addedTo(broken, provisioned(some(["auth"])));
    assert.deepEqual([incomplete, hooksOff], [[], []]);
  });

  it("keeps the guards of an older program until an up of everything", () => {
    const { guards: _, ...older } = provisioned(PLAN);
    assert.equal(addedTo(older, provisioned(some(["auth"]))).guards, undefined);
  });
});
