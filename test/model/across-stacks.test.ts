import assert from "node:assert/strict";
import { acrossStacks } from "../../model/across-stacks.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import {
  catalogueText,
  planOf,
  problemText,
  readCatalogueText,
  readStackText,
  service,
  stackText,
} from "../sources.ts";

const CATALOGUE = catalogueText({
  nginx: service("nginx", { labels: { region: "eu" } }),
  auth: service("auth", { labels: { region: "us" } }),
});
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

  it("must not write the same files of the GitOps repository", () => {
    assert.deepEqual(
      problems({ eu: { cluster: cluster("eu") }, us: { cluster: cluster("us"), webhooks: OTHER } }),
      [
        "Pulumi.us.yaml:4:23  config.kargo-fleet:gitops.path  has 6 Stages write the same files as Stages of Pulumi.eu.yaml: services/nginx/values-dev.yaml and 5 more files in https://github.com/acme/gitops on branch main. Put {cluster} into gitops.path of both, or keep one stack and give its stages a destination on the other cluster.",
      ],
    );
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

  it("must not have the same service on the same cluster", () => {
    assert.deepEqual(problems({ one: {}, two: { platform: "false", rollout: "{ percent: 100 }" } }), [
      'Pulumi.two.yaml:11:24  config.kargo-fleet:rollout  selects 2 services that Pulumi.one.yaml already puts on the cluster "test": nginx, auth. Select each service in only one stack of a cluster, with include and exclude or with shard.',
    ]);
  });

  it("must not give one cluster two names", () => {
    const stacks = {
      eu: { cluster: cluster("eu"), gitops: APART },
      us: { cluster: cluster("us", "eu"), gitops: APART, webhooks: OTHER },
    };
    assert.deepEqual(problems(stacks), [
      'Pulumi.us.yaml:2:32  config.kargo-fleet:cluster.name  calls the cluster of context "eu" "us", but Pulumi.eu.yaml calls it "eu". Use the same name, or another context for another cluster.',
    ]);
  });

  const halves = {
    one: { rollout: "{ include: [ { names: [nginx] } ] }" },
    two: { rollout: "{ exclude: [ { names: [nginx] } ] }" },
  };

  it("must not create the shared objects of a cluster twice", () => {
    assert.deepEqual(problems(halves), [
      'Pulumi.two.yaml:2:3  config.kargo-fleet:platform  is true here and in Pulumi.one.yaml, so both would create the shared objects of the cluster "test". Set it to false in all but one stack of a cluster.',
    ]);
  });

  it("need one stack that creates the shared objects", () => {
    const off = { platform: "false" };
    const stacks = { one: { ...halves.one, ...off }, two: { ...halves.two, ...off } };
    assert.deepEqual(problems(stacks), [
      'Pulumi.one.yaml:11:25  config.kargo-fleet:platform  is false in every stack of the cluster "test", so nothing creates the promotion tasks and the guard that its services need. Set it to true in one of them: Pulumi.one.yaml, Pulumi.two.yaml.',
    ]);
  });

  const shard = (index: number, of: number) => ({
    rollout: `{ shard: { index: ${index}, of: ${of} } }`,
    platform: String(index === 1),
  });

  it("may be all the shards of one cluster", () => {
    assert.deepEqual(problems({ one: shard(1, 2), two: shard(2, 2) }), []);
  });

  it("must not create a webhook twice, which would build each push twice", () => {
    const stacks = {
      eu: { cluster: cluster("eu"), gitops: APART },
      us: { cluster: cluster("us"), gitops: APART },
    };
    assert.deepEqual(problems(stacks), [
      "Pulumi.us.yaml:6:25  config.kargo-fleet:webhooks.owner  is true here and in Pulumi.eu.yaml, which both have 2 services (nginx, auth): each push would be built twice. Set it to false in all but one.",
    ]);
  });

  it("must create each webhook once", () => {
    assert.deepEqual(problems({ eu: { webhooks: OTHER } }), [
      'Pulumi.eu.yaml:6:69  config.kargo-fleet:webhooks.owner  is false in every stack that has 2 services (nginx, auth), so no stack would create their hooks and build them. Set it to true in one of them (Pulumi.eu.yaml), or "build": false if another system builds.',
    ]);
  });

  it("must have a listener for the hooks that they create", () => {
    const stacks = { one: { ...shard(1, 2), webhooks: OTHER }, two: shard(2, 2) };
    assert.match(
      problems(stacks).join("\n"),
      /Pulumi\.two\.yaml.*webhooks\.owner {2}is true, but false in Pulumi\.one\.yaml, which creates the EventSources on the cluster "test"\./,
    );
  });

  it("must not omit a shard, whose services would be in no stack", () => {
    assert.deepEqual(problems({ one: shard(1, 3), two: shard(2, 3) }), [
      'Pulumi.one.yaml:10:33  config.kargo-fleet:rollout.shard  is one of 3 shards, but no stack of the cluster "test" is shard 3, so no stack has its services. Add a stack for each, or lower of in all of them.',
    ]);
  });

  it("must have the same number of shards", () => {
    assert.match(
      problems({ one: shard(1, 2), two: shard(2, 4) }).join("\n"),
      /Pulumi\.two\.yaml.*shard\.of {2}has 4 shards, but Pulumi\.one\.yaml has 2\./,
    );
  });
});
