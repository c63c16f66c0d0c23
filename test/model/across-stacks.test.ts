import assert from "node:assert/strict";
import { acrossStacks } from "../../model/across-stacks.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import { catalogueOf, planOf, problemText, readCatalogueText, readStackText, stackText } from "../sources.ts";

const CATALOGUE = catalogueOf({ nginx: { labels: { region: "eu" } }, auth: { labels: { region: "us" } } });
const APART = "{ repository: acme/gitops, path: 'clusters/{cluster}/services/{service}' }";
const OTHER = '{ url: "https://hooks.acme.example", owner: false }';
const cluster = (name: string, context = name) => `{ name: ${name}, context: ${context} }`;

/** The problems of stacks with one catalogue; each stack is given by its differing lines. */
function problems(stacks: Readonly<Record<string, Readonly<Record<string, string>>>>): string[] {
  const planned = Object.entries(stacks).map(([name, keys]) => {
    const text = stackText(keys);
    const { value: config } = readStackText(text);
    const { value: catalogue } = readCatalogueText(CATALOGUE);
    if (!config || !catalogue) throw new Error(`the stack ${name} is wrong in itself`);
    return {
      name,
      plan: planOf(CATALOGUE, text),
      config,
      catalogue,
      document: parseStackFile(`Pulumi.${name}.yaml`, text),
    };
  });
  return acrossStacks(planned).map(problemText);
}

describe("several stacks of one catalogue", () => {
  it("have no problems on separate clusters with separate folders", () => {
    const stacks = {
      eu: { cluster: cluster("eu"), gitops: APART },
      us: { cluster: cluster("us"), gitops: APART, webhooks: OTHER },
    };
    assert.deepEqual(problems(stacks), []);
  });

  it("may write the same paths in two repositories or branches", () => {
    const other = { cluster: cluster("us"), gitops: "{ repository: acme/other }", webhooks: OTHER };
    assert.deepEqual(problems({ eu: { cluster: cluster("eu") }, us: other }), []);
    const branch = {
      cluster: cluster("us"),
      gitops: "{ repository: acme/gitops, branch: us }",
      webhooks: OTHER,
    };
    assert.deepEqual(problems({ eu: { cluster: cluster("eu") }, us: branch }), []);
  });

  it("treat repositories as the same whatever their case, as GitHub does", () => {
    const stacks = {
      eu: { cluster: cluster("eu") },
      us: { cluster: cluster("us"), gitops: "{ repository: Acme/GitOps }", webhooks: OTHER },
    };
    assert.match(problems(stacks).join(), /6 Stages write the same files as Stages of Pulumi\.eu\.yaml/);
  });

  it("may share a folder if they select different services", () => {
    const only = (region: string) => `{ include: [ { labels: { region: ${region} } } ] }`;
    const stacks = {
      eu: { cluster: cluster("eu"), rollout: only("eu") },
      us: { cluster: cluster("us"), rollout: only("us") },
    };
    assert.deepEqual(problems(stacks), []);
  });

  it("are not compared with a stack that uses the sandbox's GitHub", () => {
    const sandbox = { cluster: cluster("sandbox"), github: "{ owner: acme, sandbox: true }" };
    assert.deepEqual(problems({ eu: { cluster: cluster("eu") }, sandbox }), []);
  });

  const shard = (index: number, of: number) => ({
    rollout: `{ shard: { index: ${index}, of: ${of} } }`,
    platform: String(index === 1),
  });

  it("are told once of all services that both put on the same cluster", () => {
    assert.match(
      problems({ one: {}, two: { platform: "false" } }).join("\n"),
      /^Pulumi\.two\.yaml.*rollout {2}selects 2 services that Pulumi\.one\.yaml already puts on .*: nginx, auth\..*$/,
    );
  });

  it("are told once of all services whose webhook both create", () => {
    const stacks = {
      eu: { cluster: cluster("eu"), gitops: APART },
      us: { cluster: cluster("us"), gitops: APART },
    };
    assert.match(
      problems(stacks).join("\n"),
      /^Pulumi\.us\.yaml.*webhooks\.owner {2}is true here .* which both have 2 services \(nginx, auth\): .*$/,
    );
  });

  it("are told once that none of them creates the shared objects", () => {
    const half = (index: number) => ({ ...shard(index, 2), platform: "false" });
    assert.match(
      problems({ one: half(1), two: half(2) }).join("\n"),
      /^Pulumi\.one\.yaml.*platform {2}is false in every stack .* one of them: Pulumi\.one\.yaml, Pulumi\.two\.yaml\.$/,
    );
  });

  it("are told once that a shard is missing", () => {
    assert.match(
      problems({ one: shard(1, 3), two: shard(2, 3) }).join("\n"),
      /^Pulumi\.one\.yaml.*rollout\.shard {2}is one of 3 shards, but no stack .* is shard 3, .*$/,
    );
  });

  it("may be all the shards of one cluster", () => {
    assert.deepEqual(problems({ one: shard(1, 2), two: shard(2, 2) }), []);
  });
});
