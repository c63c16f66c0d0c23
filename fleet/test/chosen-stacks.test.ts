import assert from "node:assert/strict";
import { filesOf } from "../../test/files.ts";
import { catalogueText, NOW, service, stackText } from "../../test/sources.ts";
import { readFleet } from "../all-stacks.ts";
import { chosenStacks, requireOneCluster } from "../chosen-stacks.ts";

const cluster = (name: string, more: Readonly<Record<string, string>> = {}) =>
  stackText({
    cluster: `{ name: ${name}, context: ${name} }`,
    gitops: `{ repository: acme/gitops, path: '${name}/{service}' }`,
    webhooks: `{ url: "https://hooks.acme.example", owner: ${name === "eu"} }`,
    ...more,
  });
const fleet = readFleet(
  filesOf({
    "services.json": catalogueText({ auth: service("auth"), cart: service("cart") }),
    "Pulumi.eu.yaml": cluster("eu", { shards: "2" }),
    "Pulumi.us.yaml": cluster("us"),
    "Pulumi.sandbox.yaml": cluster("sandbox", { github: "{ owner: acme, sandbox: true }" }),
  }),
  NOW,
);
const chosen = (...references: string[]) => chosenStacks(fleet, references).map(({ name }) => name);

describe("the chosen stacks", () => {
  it("are all but the sandbox's if none is named", () => {
    assert.deepEqual(fleet.problems, []);
    assert.deepEqual(chosen(), ["eu", "eu-00", "eu-01", "us"]);
  });

  it("are those that are named, also the sandbox's", () => {
    assert.deepEqual(chosen("organization/us", "sandbox"), ["sandbox", "us"]);
  });

  it("have the shards of a stack with them", () => {
    assert.deepEqual(chosen("eu"), ["eu", "eu-00", "eu-01"]);
    assert.deepEqual(chosen("eu-01"), ["eu-01"]);
  });

  it("must exist", () => {
    assert.throws(() => chosen("es"), /There is no stack "es" here.*Did you mean/);
  });

  it("are on one cluster if a context is named", () => {
    const plans = fleet.stacks.flatMap(({ name, plan }) => (plan ? [{ name, plan }] : []));
    const eu = plans.filter(({ plan }) => plan.cluster.name === "eu");
    requireOneCluster(eu, "eu");
    requireOneCluster(plans, undefined);
    assert.throws(() => requireOneCluster(plans, "eu"), /--context is for one cluster, .* eu, sandbox, us\./);
  });
});
