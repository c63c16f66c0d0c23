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

const updated = (manager: string, fieldsV1: object) => ({
  manager,
  operation: "Update",
  apiVersion: "v1",
  fieldsV1,
});
const KUBECTL = updated("kubectl-client-side-apply", {
  "f:metadata": { "f:labels": { ".": {}, "f:example.com/team": {} } },
  "f:spec": {
    "f:interval": {},
    "f:list": { ".": {}, 'k:{"name":"a"}': { ".": {}, "f:name": {} } },
    "f:old": {},
  },
});
const CONTROLLER = updated("controller", { "f:metadata": { "f:labels": { "f:kept": {} } } });
const STATUS = { ...CONTROLLER, subresource: "status", fieldsV1: { "f:status": { "f:phase": {} } } };
const PLANNED = {
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "one", labels: { ours: "yes" } },
  spec: { interval: "5m0s", list: [{ name: "a" }] },
};

describe("the changes of an object on import", () => {
  it("are the fields that the plan sets to another value, and those that only its former manager set", () => {
    const found = differences(live([KUBECTL, CONTROLLER, STATUS]), PLANNED, isHandOrPulumi);
    assert.deepEqual(found.map(words).sort(), [
      "+ metadata.labels.ours: yes",
      "- metadata.labels.example.com/team: edge",
      "- spec.old: value",
      "~ spec.interval: 10m0s → 5m0s",
    ]);
  });

  it("omit fields that another manager also set", () => {
    const also = { ...CONTROLLER, fieldsV1: { "f:spec": { "f:old": {} } } };
    const found = differences(live([KUBECTL, also]), PLANNED, isHandOrPulumi);
    assert.ok(!found.some(({ path }) => path === "spec.old"));
  });

  it("name other managers of a changed field", () => {
    const helm = { ...KUBECTL, manager: "helm", operation: "Apply" };
    const owners = (taken: (manager: string) => boolean) =>
      differences(live([helm]), PLANNED, taken).find(({ path }) => path === "spec.interval")?.owners;
    assert.deepEqual(owners(isHandOrPulumi), ["helm"]);
    const isHelm = (name: string) => name === "helm";
    assert.deepEqual(owners(isHelm), []);
  });

  it("omit secrets, which the engine hides", () => {
    const planned = {
      ...PLANNED,
      metadata: { name: "one" },
      spec: { interval: "[secret]", list: "[secret]" },
    };
    assert.deepEqual(differences(live(), planned, isHandOrPulumi), []);
  });

  it("are none if the object contains everything planned", () => {
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

describe("the field managers of an object", () => {
  it("list each field once, a list as a whole, and no subresource", () => {
    assert.deepEqual(managersOf(live([KUBECTL, STATUS])), [
      {
        name: "kubectl-client-side-apply",
        fields: ["metadata.labels.example.com/team", "spec.interval", "spec.list", "spec.old"],
      },
    ]);
  });

  it("show the provider as the creator of a handed-over object, and keep other managers", () => {
    const edited = updated("kubectl-edit", { "f:spec": { "f:added": {}, "f:old": {} } });
    const books = handedOver(live([KUBECTL, CONTROLLER, STATUS, edited]), isHandOrPulumi);
    assert.deepEqual(books?.slice(0, 2), [CONTROLLER, STATUS]);
    assert.deepEqual(
      books?.slice(2).map(({ operation }) => operation),
      ["Update"],
    );
    assert.deepEqual(managersOf({ metadata: { managedFields: books?.slice(2) } }), [
      {
        name: "pulumi-kubernetes",
        fields: ["metadata.labels.example.com/team", "spec.interval", "spec.list", "spec.old", "spec.added"],
      },
    ]);
  });

  it("do not change if there is nothing to hand over", () => {
    assert.equal(handedOver(live([CONTROLLER, STATUS]), isHandOrPulumi), undefined);
    const posted = { ...KUBECTL, manager: "pulumi-kubernetes" };
    assert.equal(handedOver(live([posted]), isHandOrPulumi), undefined);
  });
});
