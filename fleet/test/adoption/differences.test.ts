import assert from "node:assert/strict";
import fc from "fast-check";
import { differences } from "../../adoption/differences.ts";
import { handedOver, isHandOrPulumi, managersOf } from "../../adoption/managers.ts";
import { words } from "../../adoption/report.ts";

function live(managedFields: readonly object[] = []): Record<string, unknown> {
  return {
    apiVersion: "v1",
    kind: "Thing",
    metadata: {
      name: "one",
      resourceVersion: "7",
      labels: { "example.com/team": "edge", kept: "by a controller" },
      managedFields,
    },
    spec: { interval: "10m0s", defaulted: true, list: [{ name: "a", defaulted: 1 }], old: "value" },
    status: { phase: "ready" },
  };
}

const KUBECTL = {
  manager: "kubectl-client-side-apply",
  operation: "Update",
  apiVersion: "v1",
  fieldsV1: {
    "f:metadata": { "f:labels": { ".": {}, "f:example.com/team": {} } },
    "f:spec": {
      "f:interval": {},
      "f:list": { ".": {}, 'k:{"name":"a"}': { ".": {}, "f:name": {} } },
      "f:old": {},
    },
  },
};
const CONTROLLER = {
  manager: "controller",
  operation: "Update",
  apiVersion: "v1",
  fieldsV1: { "f:metadata": { "f:labels": { "f:kept": {} } } },
};
const STATUS = { ...CONTROLLER, subresource: "status", fieldsV1: { "f:status": { "f:phase": {} } } };
const PLANNED = {
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "one", labels: { ours: "yes" } },
  spec: { interval: "5m0s", list: [{ name: "a" }] },
};

describe("how an object would change", () => {
  it("is what the plan sets otherwise, and what its maker set and the plan does not", () => {
    const found = differences(live([KUBECTL, CONTROLLER, STATUS]), PLANNED, isHandOrPulumi);
    assert.deepEqual(found.map(words).sort(), [
      "+ metadata.labels.ours: yes",
      "- metadata.labels.example.com/team: edge",
      "- spec.old: value",
      "~ spec.interval: 10m0s → 5m0s",
    ]);
  });

  it("leaves alone what somebody else set too", () => {
    const also = { ...CONTROLLER, fieldsV1: { "f:spec": { "f:old": {} } } };
    const found = differences(live([KUBECTL, also]), PLANNED, isHandOrPulumi);
    assert.ok(!found.some(({ path }) => path === "spec.old"));
  });

  it("names who else sets a field that the plan sets otherwise", () => {
    const helm = { ...KUBECTL, manager: "helm", operation: "Apply" };
    const owners = (taken: (manager: { name: string }) => boolean) =>
      differences(live([helm]), PLANNED, taken).find(({ path }) => path === "spec.interval")?.owners;
    assert.deepEqual(owners(isHandOrPulumi), ["helm"]);
    assert.deepEqual(
      owners(({ name }) => name === "helm"),
      [],
    );
  });

  it("says nothing of a secret that the engine keeps", () => {
    const planned = {
      ...PLANNED,
      metadata: { name: "one" },
      spec: { interval: "[secret]", list: "[secret]" },
    };
    assert.deepEqual(differences(live(), planned, isHandOrPulumi), []);
  });

  it("is nothing where the object has all that is planned, whatever else it has", () => {
    const plain = fc.dictionary(
      fc.string({ minLength: 1 }),
      fc.oneof(fc.string(), fc.integer(), fc.boolean()),
    );
    fc.assert(
      fc.property(plain, plain, (planned, more) => {
        const spec = { ...more, ...planned };
        assert.deepEqual(differences({ spec }, { spec: planned }, isHandOrPulumi), []);
      }),
    );
  });
});

describe("the books of who set what", () => {
  it("count each field once, a list as a whole, no subresource", () => {
    assert.deepEqual(managersOf(live([KUBECTL, STATUS])), [
      {
        name: "kubectl-client-side-apply",
        operation: "Update",
        fields: ["metadata.labels.example.com/team", "spec.interval", "spec.list", "spec.old"],
      },
    ]);
  });

  it("say after a hand-over that the provider made what its former makers did, and leave the others", () => {
    const edited = {
      manager: "kubectl-edit",
      operation: "Update",
      apiVersion: "v1",
      fieldsV1: { "f:spec": { "f:added": {}, "f:old": {} } },
    };
    const books = handedOver(live([KUBECTL, CONTROLLER, STATUS, edited]), isHandOrPulumi);
    assert.deepEqual(books?.slice(0, 2), [CONTROLLER, STATUS]);
    assert.equal(books?.length, 3);
    assert.deepEqual(managersOf({ metadata: { managedFields: books?.slice(2) } }), [
      {
        name: "pulumi-kubernetes",
        operation: "Update",
        fields: ["metadata.labels.example.com/team", "spec.interval", "spec.list", "spec.old", "spec.added"],
      },
    ]);
  });

  it("stay as they are where there is nothing to hand over", () => {
    assert.equal(handedOver(live([CONTROLLER, STATUS]), isHandOrPulumi), undefined);
    const posted = { ...KUBECTL, manager: "pulumi-kubernetes" };
    assert.equal(handedOver(live([posted]), isHandOrPulumi), undefined);
  });
});
