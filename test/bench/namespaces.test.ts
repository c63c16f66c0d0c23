import assert from "node:assert/strict";
import fc from "fast-check";
import { namespacesOf, objectsOf, places } from "../../bench/namespaces/objects.ts";
import { percentile, textOf } from "../../bench/namespaces/tables.ts";

const kinds = (objects: readonly { readonly object: object }[]) => {
  const counts: Record<string, number> = {};
  for (const { object } of objects) {
    const { kind } = object as { kind: string };
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

describe("the objects of npm run bench -- namespaces", () => {
  for (const layout of ["shared", "separate"] as const) {
    it(`are as many in the layout ${layout}, with the same rights`, () => {
      assert.deepEqual(kinds(places(layout, 4, 2).flatMap(objectsOf)), {
        Warehouse: 4,
        Stage: 12,
        Freight: 4,
        Promotion: 40,
        Role: 8,
        RoleBinding: 8,
      });
    });

    it(`have different names in one namespace in the layout ${layout}`, () => {
      const all = places(layout, 30, 3).flatMap(objectsOf);
      const names = all.map(({ collection, object }) => {
        const { metadata } = object as { metadata: { name: string } };
        return `${collection}/${metadata.name}`;
      });
      assert.equal(new Set(names).size, names.length);
    });
  }

  it("are in one namespace, or in one per service", () => {
    assert.equal(namespacesOf(places("shared", 5, 2)).length, 1);
    assert.equal(namespacesOf(places("separate", 5, 2)).length, 5);
  });

  it("let only the Roles of a service name its Stages in a shared namespace", () => {
    const names = places("shared", 1, 2)
      .flatMap(objectsOf)
      .flatMap(({ object }) => (object as { rules?: { resourceNames?: string[] }[] }).rules ?? [])
      .flatMap(({ resourceNames = [] }) => resourceNames);
    assert.deepEqual([...new Set(names)].sort(), ["service-0-dev", "service-0-prod", "service-0-staging"]);
  });
});

describe("a percentile", () => {
  it("is one of the values, and at least the share of them is not above it", () => {
    const values = fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.95, 1), (all, share) => {
        const found = percentile(all, share);
        assert.ok(all.includes(found));
        assert.ok(all.filter((value) => value <= found).length >= share * all.length);
      }),
    );
  });
});

describe("the table of npm run bench -- namespaces", () => {
  const answered = (milliseconds: number, bytes: number) => ({
    answered: [{ name: "get one Stage", milliseconds: [milliseconds], bytes }],
    counted: [{ name: "size of etcd", value: 12.4 }],
  });

  it("shows both layouts side by side, also where the shared one is as good", () => {
    const text = textOf(
      { shared: answered(2, 5_600), separate: answered(2, 5_600) },
      { services: 10, teams: 2 },
    );
    assert.match(
      text,
      /\| get one Stage \| 2\.0 ms \| 2\.0 ms \| 5\.6 kB \| 2\.0 ms \| 2\.0 ms \| 5\.6 kB \| 1\.0 × \|/,
    );
    assert.match(text, /\| size of etcd \| 12 MB \| 12 MB \|/);
  });

  it("shows the first layout while the second is measured", () => {
    assert.match(
      textOf({ shared: answered(2, 5_600) }, { services: 10, teams: 2 }),
      /5\.6 kB \| — \| — \| — \| — \|/,
    );
  });
});
