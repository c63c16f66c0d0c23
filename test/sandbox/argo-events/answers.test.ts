import assert from "node:assert/strict";
import fc from "fast-check";
import { argoEvents } from "./ask.ts";
import {
  type Changes,
  COMMIT,
  cluster,
  type DeliveryChanges,
  delivery,
  FILTERS,
  OTHER_SECRET,
  push,
} from "./fixtures.ts";

const UNSIGNED = { headers: { "X-Hub-Signature-256": null } };

describe("Argo Events' code", () => {
  const answer = argoEvents();
  /** What comes of a push, with these changes to the objects, the payload and the request. */
  const ask = (changes: Changes = {}, payload: unknown = push(), how: DeliveryChanges = {}) =>
    answer(cluster(changes), delivery(payload, how));
  const status = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status;
  /** The only outcome. */
  const outcome = async (...asked: Parameters<typeof ask>) => {
    const { outcomes, refused } = await ask(...asked);
    const [first] = outcomes;
    assert.ok(first !== undefined && outcomes.length === 1, refused ?? JSON.stringify(outcomes));
    return first;
  };
  const why = async (...asked: Parameters<typeof ask>) => (await outcome(...asked)).why ?? "";

  it("answers 404 where no EventSource has the endpoint", async () => {
    assert.equal(await status({}, push(), { path: "/0/other" }), 404);
  });

  it("answers 400 to a wrong signature and to none", async () => {
    assert.equal(await status({}, push(), { secret: OTHER_SECRET }), 400);
    assert.equal(await status({}, push(), UNSIGNED), 400);
  });

  it("answers 400 to a delivery that is replayed to another service's endpoint", async () => {
    assert.equal(await status({}, push(), { path: "/0/auth" }), 400);
  });

  it("answers 400 to a body beyond maxPayloadSize", async () => {
    assert.equal(await status({ webhook: { maxPayloadSize: 10 } }), 400);
  });

  it("asks for no method in particular", async () => {
    assert.equal(await status({}, push(), { method: "PUT" }), 200);
  });

  it("answers 200 to what its Sensors then filter out", async () => {
    const { status: answered, outcomes } = await ask({}, push({ ref: "refs/tags/v1" }));
    assert.deepEqual([answered, outcomes[0]?.result], [200, "filtered"]);
  });

  it("checks nothing where an entry has no secret, or misspells it", async () => {
    const entry = { webhookSecret: undefined };
    assert.equal((await outcome({ entry }, push(), UNSIGNED)).result, "created");
  });

  it("answers 404 where the Secret lacks the key", async () => {
    assert.equal(await status({ entry: { webhookSecret: { name: "github-0", key: "other" } } }), 404);
  });

  it("accepts no body that differs from the signed one in a byte", async () => {
    const objects = cluster();
    const signed = delivery();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(signed.body.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (index, change) => {
          const body = Buffer.from(signed.body);
          body[index] = (body[index] ?? 0) ^ change;
          assert.equal((await answer(objects, { ...signed, body })).status, 400);
        },
      ),
    );
  });

  it("creates the object with its parameters and three labels in it", async () => {
    assert.deepEqual((await outcome()).object, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: {
        name: `nginx-${COMMIT.slice(0, 12)}`,
        namespace: "builds-edge",
        labels: {
          "kargo-fleet/service": "nginx",
          "events.argoproj.io/sensor": "github-0",
          "events.argoproj.io/trigger": "nginx",
          "events.argoproj.io/action-timestamp": "0",
        },
      },
      spec: {
        arguments: {
          parameters: [
            { name: "commit", value: COMMIT },
            { name: "pushed-at", value: "1732540800" },
            { name: "service", value: "nginx" },
          ],
        },
        workflowTemplateRef: { name: "build-push-image", clusterScope: true },
      },
    });
  });

  it("looks for a string filter's expression anywhere in the value", async () => {
    const data = [{ path: "body.repository.full_name", type: "string", value: ["acme/nginx"] }];
    const payload = push({ repository: { full_name: "acme/nginx-extra", pushed_at: 1 } });
    assert.equal((await outcome({ data }, payload)).result, "created");
  });

  it("discards an event without the path of a filter", async () => {
    const data = [{ path: "body.absent", type: "bool", value: ["false"] }];
    assert.match(await why({ data }), /path 'body\.absent' does not exist/);
  });

  it("lets everything pass where filters is misspelt", async () => {
    const dependency = { filters: undefined, filter: { data: FILTERS } };
    assert.equal((await outcome({ dependency }, push({ ref: "refs/tags/v1" }))).result, "created");
  });

  it("discards every event where a filter's expression or type is none", async () => {
    for (const filter of [
      { type: "string", value: ["("] },
      { type: "text", value: ["x"] },
    ]) {
      assert.equal((await outcome({ data: [{ path: "body.ref", ...filter }] })).result, "filtered");
    }
  });

  it("takes the last of two dependencies of one name", async () => {
    const { outcomes } = await ask({ dependency: { name: "push-auth" } });
    assert.deepEqual(
      outcomes.map(({ trigger, result }) => `${trigger} ${result}`),
      ["nginx dead"],
    );
  });

  it("gives up an action whose retryStrategy has a factor in quotes", async () => {
    const trigger = { retryStrategy: { steps: 5, duration: "2s", factor: "2.0" } };
    assert.match(await why({ trigger }), /invalid factor/);
  });

  it("gives up an action whose parameter is absent and has no default", async () => {
    const parameters = [{ src: { dependencyName: "push-nginx", dataKey: "body.x" }, dest: "spec.x" }];
    assert.match(await why({ parameters }), /unable to resolve 'push-nginx' parameter value/);
  });

  it("writes a number's digits for a dataKey, and an exponent for a dataTemplate", async () => {
    const path = "body.repository.pushed_at";
    const src = { dependencyName: "push-nginx" };
    const { object } = await outcome({
      parameters: [
        { src: { ...src, dataKey: path }, dest: "spec.key" },
        { src: { ...src, dataTemplate: `{{ .Input.${path} }}` }, dest: "spec.template" },
      ],
      resource: { spec: {} },
    });
    assert.deepEqual(object?.spec, { key: "1732540800", template: "1.7325408e+09" });
  });

  it("writes <no value> into a longer text of a dataTemplate", async () => {
    const src = { dependencyName: "push-nginx", dataTemplate: "x-{{ .Input.body.absent }}" };
    const { object } = await outcome({ parameters: [{ src, dest: "spec.x" }], resource: { spec: {} } });
    assert.deepEqual(object?.spec, { x: "x-<no value>" });
  });
});

describe("between the parts of Argo Events' code, the program", () => {
  const answer = argoEvents();
  const ask = (changes: Changes = {}, payload: unknown = push()) =>
    answer(cluster(changes), delivery(payload));
  const why = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).outcomes[0]?.why ?? "";

  it("says which filter did not let an event pass", async () => {
    assert.equal(await why({}, push({ ref: "refs/heads/x" })), "body.ref is not string ^refs/heads/main$");
  });

  it("finds a trigger dead whose conditions name no dependency", async () => {
    assert.match(await why({ dependency: { name: "push-nginy" } }), /unknown name push_nginx/);
  });

  it("finds a trigger dead whose conditions are no name in the expression language", async () => {
    for (const name of ["3scale", "in", "or"]) {
      const { outcomes } = await ask({ dependency: { name }, template: { conditions: name } });
      assert.equal(outcomes[0]?.result, "dead", name);
    }
  });

  it("passes an event to Sensors of its own namespace and bus only", async () => {
    assert.deepEqual((await ask({ sensorSpec: { eventBusName: "other" } })).outcomes, []);
  });

  const refused: readonly (readonly [string, Changes, RegExp])[] = [
    [
      "refuses a Sensor that the controller cannot decode",
      { data: [{ path: "body.ref", type: "string", value: "x" }] },
      /^Sensor github-0: .*stops for every/,
    ],
    [
      "refuses an EventSource that the controller cannot decode",
      { webhook: { port: 12000 } },
      /^EventSource github-0: .*stops for every/,
    ],
    [
      "refuses an EventSource that the controller refuses",
      { webhook: { endpoint: "" } },
      /refuses nginx: endpoint can't be empty/,
    ],
    [
      "refuses a Sensor that the controller refuses",
      { template: { name: "auth" } },
      /refuses it: duplicate trigger name: auth/,
    ],
    [
      "refuses an EventSource whose Secret is not there",
      { entry: { webhookSecret: { name: "other", key: "nginx" } } },
      /its pod never starts/,
    ],
    ["refuses an endpoint that is there twice", { webhook: { endpoint: "/0/auth" } }, /is there twice/],
    [
      "refuses an EventSource's filter and credentials",
      { entry: { filter: { expression: "true" } } },
      /of nginx are beyond/,
    ],
    ["refuses other sources of events", { sourceSpec: { webhook: { any: {} } } }, /webhook is beyond/],
    ["refuses other triggers", { template: { log: {} } }, /log of trigger nginx is beyond/],
    ["refuses a dlqTrigger", { trigger: { dlqTrigger: {} } }, /dlqTrigger/],
    ["refuses a transform", { dependency: { transform: { jq: "." } } }, /transform of dependency push-nginx/],
    [
      "refuses conditions of several dependencies",
      { template: { conditions: "push-nginx || push-auth" } },
      /more than one dependency/,
    ],
  ];
  for (const [title, changes, message] of refused) {
    it(title, async () => {
      assert.match((await ask(changes)).refused ?? "", message);
    });
  }
});
