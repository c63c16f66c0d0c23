import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { catalogueJsonSchema, includedJsonSchema } from "../../model/catalogue-schema.ts";
import { rawSources } from "../generated-catalogues.ts";
import { slipped } from "../generated-slips.ts";
import { catalogueOf, readCatalogueText } from "../sources.ts";

const committed: unknown = JSON.parse(readFileSync("services.schema.json", "utf8"));
const valid = new Ajv2020({ strict: false }).compile(committed as object);

/** Every key in the schema by path, with its schema. */
function keys(schema: unknown, path = ""): [string, Readonly<Record<string, unknown>>][] {
  if (schema === null || typeof schema !== "object") return [];
  const {
    properties = {},
    additionalProperties,
    items,
    oneOf = [],
    anyOf = [],
  } = schema as {
    properties?: Record<string, Record<string, unknown>>;
    additionalProperties?: unknown;
    items?: unknown;
    oneOf?: unknown[];
    anyOf?: unknown[];
  };
  return [
    ...Object.entries(properties).flatMap(([key, value]): [string, Readonly<Record<string, unknown>>][] => [
      [`${path}.${key}`, value],
      ...keys(value, `${path}.${key}`),
    ]),
    ...keys(additionalProperties, `${path}.*`),
    ...keys(items, `${path}[]`),
    ...[...oneOf, ...anyOf].flatMap((one) => keys(one, path)),
  ];
}

describe("services.schema.json", function () {
  this.timeout(30_000);

  it("is up to date; otherwise run npm run schema", () => {
    assert.deepEqual(committed, JSON.parse(JSON.stringify(catalogueJsonSchema())));
  });

  it("has a counterpart for included files", () => {
    const beside: unknown = JSON.parse(readFileSync("included.schema.json", "utf8"));
    assert.deepEqual(beside, JSON.parse(JSON.stringify(includedJsonSchema())));
    const both = new Ajv2020({ strict: false }).addSchema(committed as object, "services.schema.json");
    const takes = both.compile(beside as object);
    assert.ok(
      takes({ $schema: "../included.schema.json", services: { nginx: { repository: "acme/nginx" } } }),
    );
    for (const wrong of [
      {},
      { services: {}, teams: {} },
      { services: {}, include: [] },
      { services: { nginx: {} } },
      { services: { nginx: { repository: "acme" } } },
    ])
      assert.ok(!takes(wrong), JSON.stringify(wrong));
  });

  it("explains every key, and has an example for each free value", () => {
    const all = keys(committed);
    assert.ok(all.length > 25, `${all.length} keys`);
    for (const [path, { description, examples, default: fallback, const: only, enum: some }] of all) {
      assert.ok(typeof description === "string" && /[.)]$/.test(description), `${path} has no description`);
      assert.ok(
        [examples, fallback, only, some].some((value) => value !== undefined),
        `${path} shows no value`,
      );
    }
  });

  it("has only patterns that editors can read", () => {
    for (const [path, { pattern }] of keys(committed))
      assert.doesNotThrow(() => pattern === undefined || new RegExp(String(pattern), "u"), path);
  });

  for (const file of globSync(["services.json", "examples/**/services.json"])) {
    it(`accepts ${file}, which refers to it`, () => {
      const catalogue = JSON.parse(readFileSync(file, "utf8")) as { $schema: string };
      assert.ok(valid(catalogue), JSON.stringify(valid.errors));
      assert.match(String(catalogue.$schema), /services\.schema\.json$/);
    });
  }

  it("accepts every catalogue that the checks accept", () => {
    fc.assert(
      fc.property(rawSources(), ({ catalogue }) => {
        const { problems } = readCatalogueText(JSON.stringify(catalogue));
        if (problems.length === 0) assert.ok(valid(catalogue), JSON.stringify(valid.errors));
      }),
      { numRuns: 200 },
    );
  });

  it("refuses most mistakes that the checks refuse: unknown keys, wrong types, patterns", () => {
    for (const entry of [
      { team: 1 },
      { teem: "x" },
      { repository: "x" },
      { tags: { strategy: "latest" } },
      { state: "gone" },
    ])
      assert.equal(valid(JSON.parse(catalogueOf({ nginx: entry }))), false, JSON.stringify(entry));
    fc.assert(
      fc.property(slipped(rawSources()), (raw) => {
        const text = JSON.stringify(raw.catalogue) ?? "null";
        if (!valid(JSON.parse(text))) assert.notEqual(readCatalogueText(text).problems.length, 0);
      }),
      { numRuns: 300 },
    );
  });
});
