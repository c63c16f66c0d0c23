import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { NO_UP_YET } from "../../../model/preview-filter.ts";
import { askEngine } from "../../preview/engine.ts";
import type { Scope } from "../../preview/scope.ts";
import { error, fakePulumi, step, warning } from "./fake-pulumi.ts";

const urn = (name: string, type = "kubernetes:core/v1:Namespace") =>
  `urn:pulumi:test::kargo-fleet::kargo-fleet:index:ServicePipeline$${type}::${name}`;

const WAREHOUSE = urn("auth/warehouse", "kubernetes:kargo.akuity.io/v1alpha1:Warehouse");
const HOOK = urn("auth/webhook", "github:index/repositoryWebhook:RepositoryWebhook");
const OTHER = urn("nginx/namespace");

const AFFECTED: Scope = {
  is: "affected",
  former: [],
  targets: [WAREHOUSE, HOOK],
  filter: { services: ["auth"], platform: false },
};

describe("the engine's preview", () => {
  const pulumi = fakePulumi();

  const ask = (scope: Scope = AFFECTED) => askEngine("test", scope, process.cwd());

  it("is limited to the targets, and the program registers only them", async () => {
    const detailedDiff = { "spec.interval": { diffKind: "update", inputDiff: true } };
    await pulumi.answer({
      events: [
        step("same", OTHER),
        // An event with another key order is read too.
        { ...step("same", HOOK), sequence: "1" },
        { sequence: 1, timestamp: 2, resOutputsEvent: { metadata: { op: "delete", urn: OTHER } } },
        step("same", "urn:pulumi:test::kargo-fleet::pulumi:pulumi:Stack::kargo-fleet-test"),
        step("update", WAREHOUSE, { detailedDiff, old: { inputs: { spec: "old" } }, new: { protect: true } }),
        step("update", "urn:pulumi:test::kargo-fleet::pulumi:pulumi:Stack::kargo-fleet-test"),
      ],
    });
    const { steps, unchanged, scope, because, outcome } = await ask();
    const [first] = await pulumi.calls();
    assert.deepEqual(first, { targets: [WAREHOUSE, HOOK], only: '{"services":["auth"],"platform":false}' });
    assert.deepEqual(steps, [
      {
        urn: WAREHOUSE,
        op: "update",
        type: "kubernetes:kargo.akuity.io/v1alpha1:Warehouse",
        name: "auth/warehouse",
        protect: true,
        paths: ["spec.interval"],
      },
    ]);
    assert.deepEqual([unchanged, scope, because, outcome], [2, "affected", undefined, "succeeded"]);
  });

  it("reports the warning that a service cannot be created like an error, and no other warnings", async () => {
    const obstacle = "services.json:5:21  services.auth.repository  GitHub shows none. [KF100]";
    await pulumi.answer({
      events: [warning(obstacle), warning("using a plugin from PATH"), step("create", HOOK)],
    });
    const { errors, outcome } = await ask();
    assert.deepEqual([errors, outcome], [[obstacle], "succeeded"]);
  });

  describe("of a stack with a state", () => {
    const provider = "urn:pulumi:test::kargo-fleet::pulumi:providers:kubernetes::kubernetes";
    const stackUrn = "urn:pulumi:test::kargo-fleet::pulumi:pulumi:Stack::kargo-fleet-test";
    const resource = (its: string, more: object = {}) => ({ urn: its, type: its.split("::")[2], ...more });
    const state = (more: object = {}) => ({
      version: 3,
      deployment: {
        secrets_providers: { type: "passphrase" },
        resources: [
          { ...resource(stackUrn), outputs: { provisioned: {} } },
          resource(provider, { id: "1" }),
          ...[OTHER, WAREHOUSE].map((of) => resource(of, { parent: stackUrn, provider: `${provider}::1` })),
        ],
        ...more,
      },
    });
    const FILE = "<backend>/.pulumi/stacks/kargo-fleet/test.json";

    afterEach(async () => {
      await pulumi.exports(undefined);
      await pulumi.stores(undefined);
    });

    const stored = () => {
      const { version, deployment: latest } = state();
      return { version, checkpoint: { stack: "organization/kargo-fleet/test", latest } };
    };

    for (const [where, give] of [
      ["exports", () => pulumi.exports(state())],
      ["has in a file of this machine", () => pulumi.stores(stored())],
    ] as const) {
      it(`gets only the needed part of the state that the CLI ${where}, in a temporary backend`, async () => {
        await give();
        await pulumi.answer({ events: [step("update", WAREHOUSE)], show: [FILE] });
        const { unchanged } = await ask();
        const [call] = await pulumi.calls();
        const { checkpoint } = JSON.parse(call?.files?.[FILE] ?? "") as {
          checkpoint: { stack: string; latest: { resources: { urn: string }[] } };
        };
        assert.equal(checkpoint.stack, "organization/kargo-fleet/test");
        assert.deepEqual(
          checkpoint.latest.resources.map(({ urn: its }) => its),
          [stackUrn, provider, WAREHOUSE],
        );
        assert.equal(unchanged, 1, "what it does not find is unchanged");
        const backend = call?.backend?.replace("file://", "") ?? "";
        assert.match(backend, /kargo-fleet-state-/);
        assert.equal(existsSync(backend), false);
      });
    }

    it("gets the whole state if everything is previewed", async () => {
      await pulumi.exports(state());
      await pulumi.answer({ events: [step("create", OTHER)] });
      await ask({ is: "full", because: "--full was given" });
      assert.equal((await pulumi.calls())[0]?.backend, undefined);
    });

    it("gets the whole state if only Pulumi Cloud can decrypt it", async () => {
      await pulumi.exports(state({ secrets_providers: { type: "service" } }));
      await pulumi.answer({ events: [step("update", WAREHOUSE)] });
      const { unchanged } = await ask();
      assert.equal((await pulumi.calls())[0]?.backend, undefined);
      assert.equal(unchanged, 0);
    });
  });

  it("of everything ignores a filter in the environment", async () => {
    process.env.KARGO_FLEET_ONLY = '{"services":[],"platform":false}';
    await pulumi.answer({ events: [step("create", OTHER)] });
    const { scope, because } = await ask({ is: "full", because: "--full was given" });
    delete process.env.KARGO_FLEET_ONLY;
    assert.deepEqual(await pulumi.calls(), [{ targets: [], only: "" }]);
    assert.deepEqual([scope, because], ["full", "--full was given"]);
  });

  it("is repeated without the targets that are neither in the state nor planned", async () => {
    const unknown = error(`Target '${HOOK}' could not be found in the stack.`);
    await pulumi.answer({ events: [unknown], code: 255 }, { events: [step("delete", WAREHOUSE)] });
    const { steps, outcome } = await ask();
    assert.deepEqual(
      (await pulumi.calls()).map(({ targets }) => targets),
      [[WAREHOUSE, HOOK], [WAREHOUSE]],
    );
    assert.deepEqual([steps.map(({ op }) => op), outcome], [["delete"], "succeeded"]);
  });

  it("covers everything if no up has recorded what it made", async () => {
    await pulumi.answer({ events: [error(NO_UP_YET)], code: 255 }, { events: [step("create", OTHER)] });
    const { scope, because, steps } = await ask();
    assert.deepEqual((await pulumi.calls()).at(-1), { targets: [], only: "" });
    assert.deepEqual([scope, because], ["full", "no up of the stack has recorded what it made"]);
    assert.deepEqual(
      steps.map(({ name }) => name),
      ["nginx/namespace"],
    );
  });

  for (const op of ["delete", "update", "create", "replace"]) {
    it(`is rejected if it would ${op} a resource that is no target`, async () => {
      await pulumi.answer({ events: [step("update", WAREHOUSE), step(op, OTHER)] });
      const { outcome, steps, errors } = await ask();
      assert.deepEqual([outcome, steps], ["failed", []]);
      assert.match(
        errors.join(),
        new RegExp(`planned changes of other resources: ${op} nginx/namespace.*--full`),
      );
    });
  }

  it("may contain providers, which are not targets", async () => {
    const provider = "urn:pulumi:test::kargo-fleet::pulumi:providers:kubernetes::kubernetes";
    await pulumi.answer({ events: [step("update", provider)] });
    assert.equal((await ask()).outcome, "succeeded");
  });

  for (const [message, outcome] of [
    [
      '1 problem found; nothing was touched.\nservices.json:1:1  services.auth  "auth" is gone. [KF090]',
      "refused",
    ],
    [`resource ${JSON.stringify(HOOK)} cannot be deleted\nbecause it is protected.`, "refused"],
    ["configured Kubernetes cluster is unreachable", "failed"],
    [
      "1 problem found; nothing was touched.\nservices.json:1:1  services.auth  is not a service. [KF016]",
      "failed",
    ],
  ] as const) {
    it(`${outcome === "refused" ? "is refused" : "fails"} with its own message: ${message.split("\n").at(-1)}`, async () => {
      await pulumi.answer({ events: [error(message)], code: 255 });
      const run = await ask();
      assert.deepEqual([run.outcome, run.errors], [outcome, [message]]);
    });
  }

  it("fails if the plan cannot be read, whatever the CLI's exit code", async () => {
    for (const events of [[], [{ resourcePreEvent: { metadata: { op: "delete" } } }]]) {
      await pulumi.answer({ events, code: 0 });
      const { outcome, errors } = await ask();
      assert.equal(outcome, "failed");
      assert.match(errors.join(), /^pulumi previewed, but the log of its events cannot be read/);
    }
  });

  it("fails with the CLI's message if there are no events", async () => {
    await pulumi.answer({ stderr: "warning: old\nerror: no stack named 'test' found\n", code: 255 });
    const { outcome, errors } = await ask();
    assert.deepEqual([outcome, errors], ["failed", ["no stack named 'test' found"]]);
  });
});
