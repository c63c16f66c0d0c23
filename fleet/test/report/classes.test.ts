import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { catalogueSchema } from "../../../model/catalogue.ts";
import { CLASSIFIED, knownClass, REPORTED_BY_PLANS, SAFE } from "../../../model/change-classes.ts";
import { includedSchema } from "../../../model/included-files.ts";
import { stackConfigSchema } from "../../../model/stack-config.ts";
import { filesOf } from "../../../test/files.ts";
import { sampled } from "../../../test/sampling.ts";
import { BUILDS, catalogueText, NOW, service, stackText } from "../../../test/sources.ts";
import { readFleet } from "../../all-stacks.ts";
import { leafChanges } from "../../preview/input-changes.ts";
import { verdictOf } from "../../report/verdict.ts";
import { warningLines } from "../../report/warnings.ts";
import { fleetReport, found, plan, reportOf, stackChange } from "./reports.ts";

type Json = z.core.JSONSchema.BaseSchema;

/**
 * Collects the leaves of a schema and the nodes above them: keys joined by dots, `*` for any name; lists are
 * leaves.
 */
function pathsOf(schema: Json, path: readonly string[], leaves: Set<string>, inner: Set<string>): void {
  const node = schema as Json & { anyOf?: Json[]; oneOf?: Json[]; allOf?: Json[] };
  // Schema keywords that could hide keys; zod does not use them now.
  const hiding = ["$ref", "patternProperties", "prefixItems", "if", "dependentSchemas"];
  assert.deepEqual(
    Object.keys(node).filter((key) => hiding.includes(key)),
    [],
    path.join("."),
  );
  const forms = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
  for (const one of forms) pathsOf(one, path, leaves, inner);
  const below = Object.entries(node.properties ?? {});
  const named = node.additionalProperties;
  // The path of a Stage has its name, not its position.
  const stages = path.length === 2 && path[0] === "pipelines" ? node.items : undefined;
  if (typeof named === "object") below.push(["*", named]);
  if (typeof stages === "object") below.push(["*", stages as Json]);
  const kept = below.filter(([key]) => !(path.length === 3 && path[0] === "pipelines" && key === "stage"));
  for (const [key, child] of kept) pathsOf(child as Json, [...path, key], leaves, inner);
  if (kept.length > 0) inner.add(path.join("."));
  else if (forms.length === 0) leaves.add(path.join("."));
}

const LEAVES = new Set<string>();
const INNER = new Set<string>();
for (const schema of [catalogueSchema, includedSchema, stackConfigSchema])
  pathsOf(z.toJSONSchema(schema, { io: "input" }), [], LEAVES, INNER);

const QUIET = new Set([...SAFE, ...REPORTED_BY_PLANS]);
const SAME = plan({ nginx: service("nginx") });
const NOTHING = stackChange(SAME, SAME);

/** The report on one changed leaf. */
function reportOn(path: readonly string[], before: unknown, after: unknown) {
  const under = (value: unknown) => path.reduceRight<unknown>((inside, key) => ({ [key]: inside }), value);
  const inputs = leafChanges(under(before), under(after), []);
  return fleetReport([{ change: { ...NOTHING, inputs }, engine: undefined }]);
}

describe("the classes of leaves", () => {
  it("cover every leaf of both schemas", () => {
    assert.ok(LEAVES.size > 100, String(LEAVES.size));
    assert.deepEqual(
      [...LEAVES].filter((leaf) => knownClass(leaf.split(".")) === undefined),
      [],
    );
  });

  it("contain only leaves of the schemas and the engine's keys of a stack file", () => {
    const rest = CLASSIFIED.filter((leaf) => !LEAVES.has(leaf) && !INNER.has(leaf));
    assert.deepEqual(
      rest.filter((leaf) => !leaf.startsWith("file.")),
      [],
    );
    assert.equal(new Set(CLASSIFIED).size, CLASSIFIED.length);
  });

  it("allow a Safe verdict exactly for the leaves in the list of safe ones", () => {
    const name = fc.stringMatching(/^[a-z]{1,6}$/);
    const value = fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.boolean(), fc.constant(undefined));
    for (const leaf of LEAVES) {
      const property = fc.property(name, value, value, (name, before, after) => {
        fc.pre(before !== after);
        const path = leaf.split(".").map((key) => (key === "*" ? name : key));
        const report = reportOn(path, before, after);
        assert.equal(verdictOf(report).is, QUIET.has(leaf) ? "nothing" : "warnings", leaf);
        assert.equal(warningLines(report).length, QUIET.has(leaf) ? 0 : 1);
      });
      fc.assert(property, { numRuns: sampled(20, 2) });
    }
  }).timeout(120_000);

  it("never allow a Safe verdict for an unlisted leaf", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), (path) => {
        const nested = path.some((_, index) => knownClass(path.slice(0, index + 1)) !== undefined);
        fc.pre(!nested && !path.includes("__proto__"));
        assert.deepEqual(
          warningLines(reportOn(path, "a", "b")).map(({ kind }) => kind),
          ["unclassified"],
        );
      }),
    );
  });
});

describe("a Safe verdict is never given", () => {
  const stages = (prod: object) =>
    JSON.stringify({
      standard: [
        { stage: "dev", promotion: "auto", sync: "auto" },
        { stage: "prod", promotion: "manual", sync: "manual", after: ["dev"], ...prod },
      ],
    });
  const image = "sha256:".padEnd(71, "1");
  type Files = Parameters<typeof plan>;
  const nginx = (more: object, keys = {}): Files => [{ nginx: service("nginx", more) }, keys];
  const stack = (keys: Readonly<Record<string, string>>): Files => [{ nginx: service("nginx") }, keys];
  const team = (edge: object): Files => [{ nginx: service("nginx") }, {}, { edge, other: { group: "AD" } }];
  const isLoud = (before: Files, after: Files) => {
    const { is, text } = verdictOf(reportOf(plan(...before), plan(...after)));
    assert.equal(is, "warnings", text);
  };

  for (const [what, after, before = stack({})] of [
    ["another image", nginx({ image: "registry.example/other" })],
    ["another repository", nginx({ repository: "acme/other" })],
    ["another branch that is built", nginx({ build: { branch: "other" } })],
    ["another chart", nginx({ chart: { path: "charts/other" } })],
    ["another registry", stack({ registry: "other.example" })],
    [
      "another image of Kaniko",
      stack({ builds: BUILDS.replace(/(kaniko|build)@sha256:\d{64}/, `$1@${image}`) }),
    ],
    ["another network of builds", stack({ builds: BUILDS.replace("10.0.0.1/32", "10.0.0.2/32") })],
    [
      "another credential that pushes",
      stack({ builds: BUILDS.replace(/}$/, ', credentials: { push: "one" } }') }),
    ],
    ["another address of webhooks", stack({ webhooks: '{ url: "https://other.example" }' })],
    ["another folder of values files", stack({ gitops: '{ repository: acme/gitops, path: "x/{service}" }' })],
    ["another name of the cluster", stack({ cluster: "{ name: other, context: test }" })],
    ["another token", stack({ "github:token": "{ secure: v1:abc }" })],
    [
      "a prod that takes Freight directly from the Warehouse",
      stack({ pipelines: stages({ after: [] }) }),
      stack({ pipelines: stages({}) }),
    ],
  ] as const satisfies readonly (readonly [string, Files, Files?])[]) {
    it(`for ${what}`, () => isLoud(before, after));
  }

  const access = (more: string) => stack({ access: `{ deployer: kargo-fleet-deployer, ${more} }` });
  const prod = (keys: object) => stack({ pipelines: stages(keys) });
  const labelled = (a: string) => ({
    nginx: service("nginx", { labels: { a } }),
    web: service("web", { labels: { a: "x" } }),
  });

  const ONLY_X = { rollout: "{ include: [ { labels: { a: x } } ] }" };

  /** A change with an effect for each leaf that the plans report. */
  const told: Readonly<Record<string, readonly [Files, Files]>> = {
    "services.*.team": [stack({}), nginx({ team: "identity" })],
    "services.*.labels.*": [
      [labelled("x"), ONLY_X],
      [labelled("y"), ONLY_X],
    ],
    "services.*.state": [stack({}), nginx({ state: "decommissioned" })],
    "teams.*": [stack({}), team({ group: "AD-Edge" })],
    "teams.*.group": [team({ group: "AD-Edge" }), team({ group: "AD-New" })],
    "teams.*.approvers": [team({ group: "AD-Edge" }), team({ group: "AD-Edge", approvers: "AD-New" })],
    "access.deployer": [stack({}), stack({ access: "{ deployer: other }" })],
    "access.breakGlass": [stack({}), access("breakGlass: AD")],
    "access.incident": [stack({}), access("incident: AD")],
    "access.kargoNamespace": [stack({}), access("kargoNamespace: other")],
    "pipelines.*.*.state": [prod({}), prod({ state: "retired" })],
    "pipelines.*.*.destination.cluster": [prod({}), prod({ destination: { cluster: "other" } })],
    "pipelines.*.*.destination.namespace": [prod({}), prod({ destination: { namespace: "x-{service}" } })],
    "rollout.include": [[labelled("x")], [labelled("x"), { rollout: "{ include: [ { names: [web] } ] }" }]],
    "rollout.exclude": [stack({}), stack({ rollout: "{ exclude: [ { names: [nginx] } ] }" })],
    "rollout.percent": [stack({}), stack({ rollout: "{ percent: 0 }" })],
    "rollout.shard.index": [
      stack({ rollout: "{ shard: { index: 2, of: 2 } }" }),
      stack({ rollout: "{ shard: { index: 1, of: 2 } }" }),
    ],
    "rollout.shard.of": [stack({}), stack({ rollout: "{ shard: { index: 1, of: 9 } }" })],
    "rollout.decommission": [stack({}), stack({ rollout: "{ decommission: [ { names: [nginx] } ] }" })],
    shards: [stack({}), stack({ shards: "2" })],
    platform: [stack({}), stack({ platform: "false" })],
    protect: [stack({}), stack({ protect: "false" })],
  };

  it("for a change that only the plans report, if it removes something", () => {
    assert.deepEqual(Object.keys(told), REPORTED_BY_PLANS);
    for (const [before, after] of Object.values(told)) isLoud(before, after);
  });

  it("for protect under a bare key, which the engine treats as a key of the project", () => {
    const catalogue = catalogueText({ nginx: service("nginx") });
    const bare = stackText().replace("config:\n", "config:\n  protect: false\n");
    const { is, text } = verdictOf(reportOf(found(catalogue, stackText()), found(catalogue, bare)));
    assert.equal(is, "warnings", text);
  });

  it("if `include` changes, even if the services stay the same", () => {
    const list = catalogueText({ nginx: service("nginx") });
    const including = list.replace("{", '{ "include": ["catalogue/*.json"],');
    const files = (catalogue: string) =>
      readFleet(
        filesOf({
          "services.json": catalogue,
          "catalogue/edge.json": '{ "services": {} }',
          "Pulumi.test.yaml": stackText(),
        }),
        NOW,
      );
    const [before, after] = [files(list).stacks[0], files(including).stacks[0]];
    assert.ok(before?.plan && after?.plan);
    assert.match(verdictOf(reportOf(before, after)).text, /^⚠️ /);
  });

  it("for an unknown key with any name", () => {
    const found = plan({ nginx: service("nginx") });
    const value = { config: { ...(found.document.value as { config: object }).config, protect: false } };
    const changed = { ...found, document: { ...found.document, value } };
    assert.match(verdictOf(reportOf(found, changed)).text, /^⚠️ 1 change not classified/);
  });
});
