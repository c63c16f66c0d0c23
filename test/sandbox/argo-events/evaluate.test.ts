import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluate, type Outcome } from "../../../sandbox/argo-events/evaluate.ts";
import { Refusal } from "../../../sandbox/argo-events/refusal.ts";
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

const NOW = new Date(1_700_000_000_000);

/** What comes of a push, with these changes to the objects, the payload and the request. */
const ask = (changes: Changes = {}, payload: unknown = push(), how: DeliveryChanges = {}) =>
  evaluate(cluster(changes), delivery(payload, how), NOW);

/** The only outcome. */
function outcome(...asked: Parameters<typeof ask>): Outcome {
  const { outcomes } = ask(...asked);
  const [first] = outcomes;
  assert.ok(first !== undefined && outcomes.length === 1, JSON.stringify(outcomes));
  return first;
}

const why = (found: Outcome) => ("why" in found ? found.why : "");
const status = (...asked: Parameters<typeof ask>) => ask(...asked).status;
const refusal = (changes: Changes, message: RegExp) =>
  assert.throws(
    () => ask(changes),
    (error: Error) => error instanceof Refusal && message.test(error.message),
  );

describe("the evaluator of Argo Events, at the door", () => {
  it("answers 404 where no EventSource has the endpoint", () => {
    assert.equal(status({}, push(), { path: "/0/other" }), 404);
  });

  it("answers 400 to a wrong signature and to none", () => {
    assert.equal(status({}, push(), { secret: OTHER_SECRET }), 400);
    assert.equal(status({}, push(), { headers: { "X-Hub-Signature-256": null } }), 400);
  });

  it("answers 400 to a delivery that is replayed to another service's endpoint", () => {
    assert.equal(status({}, push(), { path: "/0/auth" }), 400);
  });

  it("answers 400 to a body beyond maxPayloadSize", () => {
    assert.equal(status({ webhook: { maxPayloadSize: 10 } }), 400);
  });

  it("asks for no method in particular, as Argo Events does not", () => {
    assert.equal(status({}, push(), { method: "PUT" }), 200);
  });

  it("answers 200 to what its Sensors then filter out", () => {
    const { status: answered, outcomes } = ask({}, push({ ref: "refs/tags/v1" }));
    assert.deepEqual([answered, outcomes[0]?.result], [200, "filtered"]);
  });

  it("checks nothing where an entry has no secret, or misspells it", () => {
    const unsigned = { headers: { "X-Hub-Signature-256": null } };
    assert.equal(outcome({ entry: { webhookSecret: undefined } }, push(), unsigned).result, "created");
  });

  it("answers 404 where the Secret lacks the key", () => {
    assert.equal(status({ entry: { webhookSecret: { name: "github-0", key: "other" } } }), 404);
  });

  it("accepts no body that differs from the signed one in a byte", () => {
    const signed = delivery();
    fc.assert(
      fc.property(fc.nat(signed.body.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const body = Buffer.from(signed.body);
        body[index] = (body[index] ?? 0) ^ change;
        assert.equal(evaluate(cluster(), { ...signed, body }).status, 400);
      }),
    );
  });
});

describe("the evaluator of Argo Events, at a trigger", () => {
  it("creates the object with its parameters in it", () => {
    const found = outcome();
    assert.ok(found.result === "created");
    assert.deepEqual(found.object, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: {
        name: `nginx-${COMMIT.slice(0, 12)}`,
        namespace: "builds-edge",
        labels: {
          "kargo-fleet/service": "nginx",
          "events.argoproj.io/sensor": "github-0",
          "events.argoproj.io/trigger": "nginx",
          "events.argoproj.io/action-timestamp": "1700000000000",
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

  it("says which filter did not let an event pass", () => {
    assert.equal(
      why(outcome({}, push({ ref: "refs/heads/x" }))),
      "body.ref is not string = ^refs/heads/main$",
    );
  });

  it("looks for a string filter's expression anywhere in the value", () => {
    const data = [{ path: "body.repository.full_name", type: "string", value: ["acme/nginx"] }];
    const payload = push({ repository: { full_name: "acme/nginx-extra", pushed_at: 1 } });
    assert.equal(outcome({ data }, payload).result, "created");
  });

  it("discards an event without the path of a filter", () => {
    const data = [{ path: "body.absent", type: "bool", value: ["false"] }];
    assert.equal(why(outcome({ data })), "body.absent: the path does not exist");
  });

  it("lets everything pass where filters is misspelt", () => {
    const dependency = { filters: undefined, filter: { data: FILTERS } };
    assert.equal(outcome({ dependency }, push({ ref: "refs/tags/v1" })).result, "created");
  });

  it("discards every event where a filter's expression or type is none", () => {
    for (const filter of [
      { type: "string", value: ["("] },
      { type: "text", value: ["x"] },
    ]) {
      assert.equal(outcome({ data: [{ path: "body.ref", ...filter }] }).result, "filtered");
    }
  });

  it("is dead where its conditions name no dependency", () => {
    assert.match(why(outcome({ dependency: { name: "push-nginy" } })), /no dependency push-nginx/);
  });

  it("is dead where its conditions are no name in the expression language", () => {
    for (const name of ["3scale", "in", "or"]) {
      assert.match(why(outcome({ dependency: { name }, template: { conditions: name } })), /do not compile/);
    }
  });

  it("takes the last of two dependencies of one name", () => {
    const { outcomes } = ask({ dependency: { name: "push-auth" } });
    assert.deepEqual(
      outcomes.map(({ trigger, result }) => `${trigger} ${result}`),
      ["nginx dead"],
    );
  });

  it("gives up an action whose retryStrategy has a factor in quotes", () => {
    const trigger = { retryStrategy: { steps: 5, duration: "2s", factor: "2.0" } };
    assert.match(why(outcome({ trigger })), /factor is no bare number/);
  });

  it("gives up an action whose parameter is absent and has no default", () => {
    const parameters = [{ src: { dependencyName: "push-nginx", dataKey: "body.x" }, dest: "spec.x" }];
    assert.match(why(outcome({ parameters })), /body\.x gives nothing/);
  });

  it("writes a number's digits for a dataKey, and an exponent for a dataTemplate", () => {
    const path = "body.repository.pushed_at";
    const src = { dependencyName: "push-nginx" };
    const found = outcome({
      parameters: [
        { src: { ...src, dataKey: path }, dest: "spec.key" },
        { src: { ...src, dataTemplate: `{{ .Input.${path} }}` }, dest: "spec.template" },
      ],
      resource: { spec: {} },
    });
    assert.ok(found.result === "created");
    assert.deepEqual(found.object.spec, { key: "1732540800", template: "1.7325408e+09" });
  });

  it("writes <no value> into a longer text of a dataTemplate", () => {
    const src = { dependencyName: "push-nginx", dataTemplate: "x-{{ .Input.body.absent }}" };
    const found = outcome({ parameters: [{ src, dest: "spec.x" }], resource: { spec: {} } });
    assert.ok(found.result === "created");
    assert.deepEqual(found.object.spec, { x: "x-<no value>" });
  });

  it("waits for events of its own namespace and bus only", () => {
    assert.deepEqual(ask({ sensorSpec: { eventBusName: "other" } }).outcomes, []);
  });

  it("passes nothing of a payload on but what its parameters name", () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "{{=sprig.env('X')}}",
        "$(id)",
        "`id`",
        "'; id #",
        '"}],"x":[{"',
        "{{workflow.uid}}",
        "\n--x",
      ),
    );
    const benign = outcome();
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, message, file) => {
        const payload = push({
          head_commit: { message, author: { name } },
          pusher: { name, email: message },
          commits: [{ message, added: [file], modified: [name], removed: [] }],
          [name]: message,
          ...{ ref: "refs/heads/main", after: COMMIT, deleted: false, repository: push().repository },
        });
        assert.deepEqual(outcome({}, payload), benign);
      }),
    );
  });
});

describe("the evaluator of Argo Events, rather than answer,", () => {
  it("refuses what the controller cannot decode", () => {
    refusal(
      { data: [{ path: "body.ref", type: "string", value: "x" }] },
      /cannot decode it.*stops for every Sensor/s,
    );
    refusal({ webhook: { port: 12000 } }, /cannot decode it.*stops for every EventSource/s);
  });

  it("refuses what the controller refuses to deploy", () => {
    refusal({ webhook: { endpoint: "" } }, /deploys nothing of the EventSource: endpoint can't be empty/);
    refusal({ template: { name: "auth" } }, /deploys nothing: duplicate trigger name auth/);
  });

  it("refuses a Sensor whose pod panics for its rateLimit", () => {
    refusal({ trigger: { rateLimit: { unit: "Minute" } } }, /makes its pod panic/);
  });

  it("refuses an EventSource whose Secret is not there", () => {
    refusal({ entry: { webhookSecret: { name: "other", key: "nginx" } } }, /its pod never starts/);
  });

  it("refuses an endpoint that is there twice", () => {
    refusal({ webhook: { endpoint: "/0/auth" } }, /is there twice/);
  });

  it("refuses other filters, transforms and sources of objects", () => {
    refusal({ dependency: { filters: { script: "return true" } } }, /is beyond this evaluator/);
    refusal({ dependency: { filters: { exprs: [] } } }, /is beyond this evaluator/);
    refusal({ dependency: { transform: { jq: "." } } }, /is beyond this evaluator/);
    refusal({ template: { k8s: { source: { inline: "" } } } }, /is beyond this evaluator/);
  });

  it("refuses other triggers and operations", () => {
    refusal({ template: { argoWorkflow: {} } }, /argoWorkflow of trigger nginx is beyond/);
    refusal({ template: { k8s: { operation: "patch", source: {} } } }, /beyond this evaluator/);
  });

  it("refuses conditions of several dependencies", () => {
    refusal({ template: { conditions: "push-nginx || push-auth" } }, /more than one dependency/);
    refusal({ template: { conditions: "" } }, /waits for all dependencies/);
  });

  it("refuses paths beyond its part of gjson", () => {
    for (const path of [
      "body.*",
      "body.commits.#(id==1)",
      "body|ref",
      "@this",
      "body.@keys",
      "{body.ref}",
      "body..ref",
    ]) {
      refusal({ data: [{ path, type: "string", value: ["x"] }] }, /uses more of gjson|goes on after/);
    }
  });

  it("refuses templates beyond its part of Go's", () => {
    for (const dataTemplate of [
      "{{ .Input.body.ref | upper }}",
      "{{if .Input}}x{{end}}",
      "{{- .Input.body.ref }}",
      "{{",
    ]) {
      const src = { dependencyName: "push-nginx", dataTemplate };
      refusal({ parameters: [{ src, dest: "spec.x" }] }, /more of Go's templates|without its/);
    }
  });

  it("refuses a destination that goes through what is no object", () => {
    const src = { dependencyName: "push-nginx", dataKey: "body.ref" };
    refusal({ parameters: [{ src, dest: "kind.x" }] }, /goes through what is no object/);
    refusal({ parameters: [{ src, dest: "spec.arguments.parameters.9.value" }] }, /outside of an array/);
  });
});
