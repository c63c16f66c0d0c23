import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { parseAllDocuments, stringify } from "yaml";
import { readStackConfig } from "../../../model/stack-config.ts";
import { parseStackFile } from "../../../model/stack-file.ts";
import { openRepository, type Repository } from "../../../test/repository.ts";
import { catalogueText, planOf, service, stackText } from "../../../test/sources.ts";
import type { StackResource } from "../../operator/stack-resource.ts";
import { fleetCommand } from "../commands.ts";

const IMAGE = `registry.example/mirror/pulumi@sha256:${"1".repeat(64)}`;
const SECRETS = {
  gitPassword: "{ secure: v1:planted-git-password }",
  "github:token": "{ secure: v1:planted-token }",
  webhookMasterSecret: "{ secure: v1:planted-master }",
};
const CATALOGUE = catalogueText(
  Object.fromEntries(["nginx", "auth", "web", "api"].map((name) => [name, service(name)])),
);

/** A stack of the cluster prod-eu whose deployer is a ServiceAccount. */
function stack(keys: Readonly<Record<string, string>>): string {
  const own = {
    cluster: "{ name: prod-eu, context: eu, kubeconfig: kubeconfig, qps: 80 }",
    access: '{ deployer: "system:serviceaccount:ci:kargo-fleet" }',
    credentials: "{ git: { username: kargo } }",
    ...SECRETS,
  };
  return `${stackText({ ...own, ...keys })}encryptionsalt: v1:planted-salt\n`;
}
const shard = (index: number, keys = {}) =>
  stack({ rollout: `{ shard: { index: ${index}, of: 3 } }`, platform: String(index === 2), ...keys });

describe("fleet operator", function () {
  this.timeout(60_000);
  let repository: Repository;
  let commit = "";

  const run = (...args: readonly string[]) =>
    fleetCommand(["operator", ...args, "--image", IMAGE], repository.path);
  async function resources(...args: readonly string[]): Promise<readonly StackResource[]> {
    const { exitCode, stdout, stderr } = await run(...args);
    assert.equal(exitCode, 0, stderr);
    return parseAllDocuments(stdout).map((document) => document.toJS() as StackResource);
  }
  const push = () => repository.git("update-ref", "refs/remotes/origin/main", "HEAD");

  before(async () => {
    repository = await openRepository();
    await repository.write({
      "services.json": CATALOGUE,
      "Pulumi.prod-eu-01.yaml": shard(1),
      "Pulumi.prod-eu-02.yaml": shard(2),
      "Pulumi.prod-eu-03.yaml": shard(3),
      "Pulumi.us.yaml": stackText({
        cluster: "{ name: us, context: us }",
        gitops: '{ repository: acme/gitops, path: "us/{service}" }',
        webhooks: '{ url: "https://hooks.acme.example", owner: false }',
      }),
    });
    await repository.commit();
    await repository.git("remote", "add", "origin", "git@github.com:acme/fleet.git");
    await push();
    commit = await repository.git("rev-parse", "HEAD");
  });
  after(() => repository.remove());

  it("prints one Stack for each stack of the cluster, whichever of them is named, and none of another cluster", async () => {
    const all = await resources("prod-eu-01");
    assert.deepEqual(
      all.map(({ spec, metadata }) => [metadata.namespace, metadata.name, spec.stack]),
      ["prod-eu-02", "prod-eu-01", "prod-eu-03"].map((name) => ["ci", name, name]),
    );
    assert.deepEqual(await resources("prod-eu-03"), all);
  });

  it("puts the stack with the shared objects first, as the prerequisite of all others", async () => {
    const [shared, ...rest] = await resources("prod-eu-01");
    assert.equal(shared?.spec.prerequisites, undefined);
    for (const { spec } of rest) assert.deepEqual(spec.prerequisites, [{ name: "prod-eu-02" }]);
  });

  it("clones the commit by https, and runs as the deployer in a pod that is deleted afterwards", async () => {
    for (const { spec } of await resources("prod-eu-01", "--memory", "3Gi", "--cpu", "500m")) {
      assert.deepEqual([spec.projectRepo, spec.commit], ["https://github.com/acme/fleet.git", commit]);
      assert.deepEqual([spec.serviceAccountName, spec.workspaceReclaimPolicy], ["kargo-fleet", "Delete"]);
      assert.deepEqual(spec.workspaceTemplate.spec, {
        image: IMAGE,
        resources: { requests: { cpu: "500m", memory: "3Gi" }, limits: { memory: "3Gi" } },
      });
      assert.deepEqual(spec.updateTemplate, { spec: { continueOnError: true } });
    }
  });

  it("gives each pod a config from which the program makes the plan of its stack file, by the pod's credentials", async () => {
    for (const { spec } of await resources("prod-eu-01")) {
      const secrets = Object.fromEntries(
        Object.keys(spec.secretsRef).map((key) => [key, { secure: "v1:x" }]),
      );
      const text = stringify({ config: { ...spec.config, ...secrets } });
      const file =
        { "prod-eu-01": shard(1), "prod-eu-02": shard(2), "prod-eu-03": shard(3) }[spec.stack] ?? "";
      const { cluster, ...plan } = planOf(CATALOGUE, text);
      const { cluster: written, ...expected } = planOf(CATALOGUE, file);
      assert.ok(isDeepStrictEqual(plan, expected), spec.stack);
      const { context: _, kubeconfig: __, ...kept } = written;
      assert.deepEqual(cluster, kept);
      assert.deepEqual(readStackConfig(parseStackFile("Pulumi.pod.yaml", text)).problems, []);
    }
  });

  it("refers to secrets by the keys of one Secret, and contains none", async () => {
    const { stdout, stderr } = await run("prod-eu-01", "--git-token", "--secret", "kept");
    assert.doesNotMatch(stdout + stderr, /planted|secure/);
    assert.match(
      stderr,
      /The Secret ci\/kept must have: accessToken, gitPassword, gitToken, githubToken, passphrase, webhookMasterSecret\./,
    );
    const [first] = await resources("prod-eu-01", "--git-token", "--secret", "kept");
    const kept = (key: string) => ({ type: "Secret", secret: { name: "kept", key } });
    assert.deepEqual(first?.spec.secretsRef, {
      "kargo-fleet:webhookMasterSecret": kept("webhookMasterSecret"),
      "kargo-fleet:gitPassword": kept("gitPassword"),
      "github:token": kept("githubToken"),
    });
    assert.deepEqual(first?.spec.gitAuth, { accessToken: kept("gitToken") });
    assert.deepEqual(first?.spec.envRefs.PULUMI_CONFIG_PASSPHRASE, kept("passphrase"));
    assert.deepEqual(first?.spec.envRefs.KARGO_FLEET_OPERATED, {
      type: "Literal",
      literal: { value: "true" },
    });
  });

  it("uses another backend without a token of Pulumi Cloud, and an organization's stacks", async () => {
    const [first] = await resources("prod-eu-01", "--backend", "s3://acme-state");
    assert.deepEqual(
      [first?.spec.backend, first?.spec.envRefs.PULUMI_ACCESS_TOKEN],
      ["s3://acme-state", undefined],
    );
    const [own] = await resources("prod-eu-01", "--organization", "acme");
    assert.equal(own?.spec.stack, "acme/prod-eu-02");
    assert.ok(own?.spec.envRefs.PULUMI_ACCESS_TOKEN);
  });

  it("refuses a state in a file, an image without a digest, and an address with a password", async () => {
    for (const [args, message] of [
      [["--backend", "postgres://db.example/state?password=hunter2"], /without a password/],
      [["--backend", "postgres://u:hunter2@/state"], /without a password/],
      [["--backend", "file:///state"], /A file would be lost with its pod/],
      [["--image", "pulumi/pulumi:latest"], /"pulumi\/pulumi:latest" is not pinned/],
      [["--repository", "https://me:word@github.com/a/b.git"], /without user and password/],
      [["--memory", "much"], /"much" is not a positive Kubernetes quantity/],
    ] as const) {
      const { exitCode, stdout, stderr } = await fleetCommand(
        ["operator", "prod-eu-01", "--image", IMAGE, ...args],
        repository.path,
      );
      assert.deepEqual([exitCode, stdout], [1, ""]);
      assert.match(stderr, message);
    }
  });

  it("refuses a deployer that is no ServiceAccount, because the guard would refuse the pods", async () => {
    const { exitCode, stderr } = await run("us");
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /The deployer of stack us is "kargo-fleet-deployer", but the operator's pods run as a ServiceAccount/,
    );
  });

  it("reads the files of the commit, not of the working directory", async () => {
    const before = await resources("prod-eu-01");
    await repository.write({ "Pulumi.prod-eu-01.yaml": "not: [a stack" });
    try {
      assert.deepEqual(await resources("prod-eu-01"), before);
    } finally {
      await repository.write({ "Pulumi.prod-eu-01.yaml": shard(1) });
    }
  });

  it("refuses a commit that is not pushed, and runs a pushed one that is named", async () => {
    await repository.write({ "Pulumi.prod-eu-01.yaml": shard(1, { protect: "false" }) });
    await repository.commit();
    const { exitCode, stderr } = await run("prod-eu-01");
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /Commit [0-9a-f]{12} is on no remote branch that this clone knows, so no pod could clone it\. Push it/,
    );
    const [first] = await resources("prod-eu-01", "--commit", "origin/main");
    assert.equal(first?.spec.commit, commit);
    await push();
    const [pushed] = await resources("prod-eu-01");
    assert.notEqual(pushed?.spec.commit, commit);
  });

  it("reports every problem of the cluster's files", async () => {
    await repository.write({
      "Pulumi.prod-eu-03.yaml": shard(3, { rollout: "{ shard: { index: 3, of: 4 } }" }),
    });
    await repository.commit();
    await push();
    const { exitCode, stderr } = await run("prod-eu-01");
    assert.equal(exitCode, 1);
    assert.match(stderr, /\[KF\d{3}\]/);
  });
});
