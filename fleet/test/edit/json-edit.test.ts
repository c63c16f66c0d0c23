import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { execa } from "execa";
import fc from "fast-check";
import { sampled } from "../../../test/sampling.ts";
import { addKey, setKey } from "../../edit/json-edit.ts";

const add = (text: string, key: string, value: object) => addKey(text, ["services"], key, value);

const ENTRY = { team: "edge", repository: "acme/checkout" };

describe("an edit of services.json", function () {
  this.timeout(30_000);
  const repository = readFileSync("services.json", "utf8");

  it("adds a line at its sorted place in the layout of its neighbours, and keeps every other byte", () => {
    const added = add(repository, "checkout", ENTRY);
    const lines = added.split("\n");
    const index = lines.findIndex((line) => line.includes("checkout"));
    assert.equal(lines[index], '    "checkout": { "team": "edge", "repository": "acme/checkout" },');
    assert.match(lines[index - 1] ?? "", /"auth":/);
    assert.equal(lines.toSpliced(index, 1).join("\n"), repository);
  });

  it("adds the first and the last entry", () => {
    assert.match(add(repository, "aaa", ENTRY), /"services": \{\n {4}"aaa": \{.*\},\n {4}"api-gw"/);
    assert.match(add(repository, "zzz", ENTRY), /"nginx": \{.*\},\n {4}"zzz": \{.*\}\n {2}\}\n/);
  });

  it("adds at the end if the keys are not sorted", () => {
    const text = '{\n  "services": {\n    "b": {},\n    "a": {}\n  }\n}\n';
    assert.equal(
      add(text, "aa", {}),
      '{\n  "services": {\n    "b": {},\n    "a": {},\n    "aa": {}\n  }\n}\n',
    );
  });

  it("adds to an empty map", () => {
    assert.equal(
      add('{\n  "teams": {},\n  "services": {}\n}\n', "a", { team: "x" }),
      '{\n  "teams": {},\n  "services": {\n    "a": { "team": "x" }\n  }\n}\n',
    );
    assert.equal(add('{ "services": {} }', "a", {}), '{ "services": { "a": {} } }');
  });

  it("writes one key per line if the neighbours do, or if a line would become too long", () => {
    const text = '{\n\t"services": {\n\t\t"b": {\n\t\t\t"team": "x"\n\t\t}\n\t}\n}\n';
    assert.equal(
      add(text, "a", { team: "x", labels: { tier: "1" } }),
      '{\n\t"services": {\n\t\t"a": {\n\t\t\t"team": "x",\n\t\t\t"labels": {\n\t\t\t\t"tier": "1"\n\t\t\t}\n\t\t},\n\t\t"b": {\n\t\t\t"team": "x"\n\t\t}\n\t}\n}\n',
    );
    const long = add(repository, "checkout", {
      ...ENTRY,
      image: `registry.example/${"a".repeat(60)}`,
    });
    assert.match(long, /"checkout": \{\n {6}"team": "edge",\n/);
  });

  it("keeps the line endings of the file", () => {
    const windows = repository.replaceAll("\n", "\r\n");
    const added = add(windows, "checkout", ENTRY);
    assert.equal(added.replaceAll("\r\n", "").includes("\n"), false);
    assert.equal(added.replaceAll("\r\n", "\n"), add(repository, "checkout", ENTRY));
  });

  it("adds a key at the end of an entry, or changes an existing key's value", () => {
    const text = '{ "services": { "a": { "team": "x" } } }';
    const set = setKey(text, ["services", "a"], "state", "decommissioned");
    assert.equal(set, '{ "services": { "a": { "team": "x", "state": "decommissioned" } } }');
    assert.equal(setKey(set, ["services", "a"], "state", "active"), set.replace("decommissioned", "active"));
  });

  it("produces text that the repository's formatter accepts", async () => {
    const added = add(add(repository, "checkout", ENTRY), "z", {
      ...ENTRY,
      labels: { tier: "critical", zone: "eu", "acme.example/owner": "edge-engineers" },
    });
    const { stdout } = await execa("biome", ["format", "--stdin-file-path=services.json"], {
      input: added,
      preferLocal: true,
    });
    assert.equal(stdout, added.trimEnd());
  });

  it("inserts one piece of text, whatever the file's layout, and the result parses as intended", () => {
    const indent = fc.constantFrom(undefined, 1, 2, 4, "\t");
    const services = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,4}$/),
      fc.record({ team: fc.string(), n: fc.json() }, { noNullPrototype: true }),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        services,
        indent,
        fc.constantFrom("\n", "\r\n"),
        fc.constantFrom("", "\uFEFF"),
        (list, space, eol, bom) => {
          const text = bom + JSON.stringify({ teams: {}, services: list }, null, space).replaceAll("\n", eol);
          const added = add(text, "new-one", ENTRY);
          assert.deepEqual(JSON.parse(added.slice(bom.length)), {
            teams: {},
            services: { ...list, "new-one": ENTRY },
          });
          const start = [...text].findIndex((_, at) => added[at] !== text[at]);
          const split = start < 0 ? text.length : start;
          const candidates = Array.from({ length: split + 1 }, (_, at) => at);
          assert.ok(
            candidates.some((at) => added.endsWith(text.slice(at)) && added.startsWith(text.slice(0, at))),
          );
          const [any] = Object.keys(list);
          if (any === undefined) return;
          const set = setKey(text, ["services", any], "state", "decommissioned");
          assert.deepEqual(JSON.parse(set.slice(bom.length)).services[any], {
            ...list[any],
            state: "decommissioned",
          });
        },
      ),
      { numRuns: sampled(500, 200) },
    );
  });
});
