import assert from "node:assert/strict";
import { filesOf } from "../../../test/files.ts";
import { catalogueText, NOW, service, stackText } from "../../../test/sources.ts";
import { readFleet } from "../../all-stacks.ts";
import { clusterStacks } from "../../cluster-stacks.ts";
import { partsOf } from "../../up/targets.ts";

const at = (cluster: string, index: number, more: Readonly<Record<string, string>> = {}) =>
  stackText({
    cluster: `{ name: ${cluster}, context: ${cluster} }`,
    gitops: "{ repository: acme/gitops, path: 'clusters/{cluster}/{service}' }",
    webhooks: `{ url: "https://hooks.acme.example", owner: ${cluster === "eu"} }`,
    platform: String(index === 2),
    rollout: `{ shard: { index: ${index}, of: 2 } }`,
    ...more,
  });
const FILES = {
  "services.json": catalogueText({ auth: service("auth"), cart: service("cart") }),
  "Pulumi.eu-00.yaml": at("eu", 1),
  "Pulumi.eu-01.yaml": at("eu", 2),
  "Pulumi.us-00.yaml": at("us", 1),
  "Pulumi.us-01.yaml": at("us", 2),
};
const read = (files: Readonly<Record<string, string>> = FILES) => readFleet(filesOf(files), NOW);

describe("the stacks that fleet up brings up", () => {
  it("are all of one cluster, the one with the shared objects first", () => {
    for (const reference of ["eu", "eu-00", "eu-01"]) {
      const { name, stacks } = clusterStacks(read(), reference);
      assert.deepEqual([name, stacks.map((stack) => stack.name)], ["eu", ["eu-01", "eu-00"]]);
    }
  });

  it("must be named if there are several clusters", () => {
    assert.throws(() => clusterStacks(read(), undefined), /stacks of several clusters here: eu, us/);
  });

  it("need not be named if there is one", () => {
    const files = Object.fromEntries(Object.entries(FILES).filter(([file]) => !file.includes("us")));
    assert.equal(clusterStacks(read(files), undefined).name, "eu");
  });

  it("are known by name, with a suggestion", () => {
    assert.throws(() => clusterStacks(read(), "eu-0"), /no stack "eu-0"[\s\S]*Did you mean "eu-00"/);
  });

  it("must have valid files; those of another cluster do not matter", () => {
    const wrong = {
      ...FILES,
      "Pulumi.us-00.yaml": at("us", 1, { rollout: "{ include: [{ names: [crat] }] }" }),
    };
    assert.equal(clusterStacks(read(wrong), "eu").name, "eu");
    assert.throws(() => clusterStacks(read(wrong), "us-01"), /crat/);
  });
});

describe("the parts of a stack", () => {
  it("have each service once, with its own resources, on command lines that a system accepts", () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `service-${index}`);
    const files = {
      "services.json": catalogueText(Object.fromEntries(names.map((name) => [name, service(name)]))),
      "Pulumi.eu.yaml": stackText({ webhooks: '{ url: "https://hooks.acme.example", groups: 100 }' }),
    };
    const [stack] = clusterStacks(read(files), undefined).stacks;
    assert.ok(stack);
    const parts = partsOf(stack, { services: names, platform: false }, true);
    assert.ok(parts.length > 1);
    assert.deepEqual(
      parts.flatMap(({ filter }) => filter.services),
      names,
    );
    for (const { targets, filter } of parts) {
      assert.ok(targets.join(" --target ").length < 1_000_000);
      assert.equal(new Set(targets).size, targets.length);
      const named = new Set(targets.map((urn) => urn.split("::").at(-1)?.split("/")[0]));
      assert.ok(filter.services.every((name) => named.has(name)));
      // Neither the stack nor a wildcard, because everything is a child of the stack.
      assert.ok(!targets.some((urn) => urn.includes("pulumi:pulumi:Stack") || urn.includes("*")));
    }
  });
});
