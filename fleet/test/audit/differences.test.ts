import assert from "node:assert/strict";
import { catalogueText, planOf, readStackText, service, stackText } from "../../../test/sources.ts";
import { differences, differencesOf } from "../../audit/differences.ts";
import { expectedObjects } from "../../audit/expected-objects.ts";
import { idOf, type LiveObject, liveObjects } from "../../audit/live-objects.ts";
import { subjectsOf } from "../../audit/subjects.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx"), auth: service("auth", { team: "identity" }) });
const plan = planOf(CATALOGUE);
const { value: config } = readStackText(stackText());
assert.ok(config);
const EXPECTED = expectedObjects(
  { plan, config, teams: ["edge", "identity"] },
  plan.services,
  "ci-previewer",
);

type Value = object | string | number | boolean;
/** The path of a value in an object, outermost key first. */
type Path = readonly (string | number)[];

/** Every value in an object, including containers. */
function* values(value: unknown, path: Path = []): Generator<readonly [Path, Value]> {
  if (value === undefined || value === null) return;
  yield [path, value as Value];
  if (typeof value !== "object") return;
  for (const [key, one] of Object.entries(value))
    yield* values(one, [...path, Array.isArray(value) ? Number(key) : key]);
}

function replaced(object: LiveObject, path: Path, value: unknown): LiveObject {
  const copy = structuredClone(object) as unknown as Record<string | number, unknown>;
  const parent = path.slice(0, -1).reduce((one, key) => one[key] as Record<string | number, unknown>, copy);
  parent[path.at(-1) ?? ""] = value;
  return copy as unknown as LiveObject;
}

/** Adds what Kubernetes itself writes, which grants and removes nothing. */
const asKubernetesHasIt = (object: LiveObject): LiveObject => {
  const live = structuredClone(object) as LiveObject & { spec?: Record<string, Record<string, unknown>> };
  Object.assign(live.metadata, { uid: "1", resourceVersion: "2", generation: 3, finalizers: ["x"] });
  const added = { matchPolicy: "Equivalent", namespaceSelector: {}, objectSelector: {} };
  const { spec } = live;
  if (live.kind === "ValidatingAdmissionPolicy" && spec)
    spec.matchConstraints = { ...added, ...spec.matchConstraints };
  if (live.kind === "ValidatingAdmissionPolicyBinding" && spec?.matchResources)
    spec.matchResources = { ...added, ...spec.matchResources };
  if (live.kind === "Namespace") Object.assign(live, { spec: { finalizers: ["kubernetes"] } });
  if (live.kind === "ServiceAccount") Object.assign(live, { secrets: [{ name: "token" }] });
  return live;
};

describe("an audit's comparison of objects", () => {
  it("covers every kind that decides about access", () => {
    assert.deepEqual([...new Set(EXPECTED.map(({ kind }) => kind))].sort(), [
      "AppProject",
      "Application",
      "ClusterPromotionTask",
      "ClusterRole",
      "ClusterRoleBinding",
      "ClusterWorkflowTemplate",
      "ConfigMap",
      "Namespace",
      "NetworkPolicy",
      "Project",
      "ProjectConfig",
      "Role",
      "RoleBinding",
      "ServiceAccount",
      "Stage",
      "ValidatingAdmissionPolicy",
      "ValidatingAdmissionPolicyBinding",
      "Warehouse",
    ]);
  });

  it("ignores defaults that Kubernetes adds", () => {
    for (const object of EXPECTED)
      assert.deepEqual(differencesOf(object, asKubernetesHasIt(object)), [], idOf(object));
  });

  it("ignores an empty list that the API server omits", () => {
    const binding = EXPECTED.find((object) => object.kind === "RoleBinding" && subjectsOf(object).length > 0);
    assert.ok(binding);
    const empty = replaced(binding, ["subjects"], []);
    assert.deepEqual(differencesOf(empty, replaced(binding, ["subjects"], undefined)), []);
    assert.equal(differencesOf(empty, binding).length, 1);
  });

  it("reports a missing object", () => {
    const found = differences(EXPECTED, liveObjects(new Map())).map(({ what }) => what);
    const missing = EXPECTED.map((object) => `${idOf(object)} is missing`);
    assert.deepEqual(found, missing);
  });

  for (const kind of new Set(EXPECTED.map((object) => object.kind))) {
    it(`reports each value of a ${kind} that is changed, added, or removed`, () => {
      for (const object of EXPECTED.filter((each) => each.kind === kind)) {
        const { apiVersion: _, kind: __, metadata, ...content } = object;
        const labels = [...values(metadata.labels, ["metadata", "labels"])].slice(1);
        // Kubernetes writes these fields into a policy as defaults.
        const added = /^(matchPolicy|namespaceSelector|objectSelector)$/;
        for (const [path, value] of [...values(content), ...labels]) {
          if (path.length === 0) continue;
          const changed =
            typeof value === "object"
              ? Array.isArray(value)
                ? [...value, "more"]
                : { ...value, more: "more" }
              : `${value} more`;
          const place = `${idOf(object)} ${path.join(".")}`;
          assert.notDeepEqual(differencesOf(object, replaced(object, path, changed)), [], place);
          const isEmpty = Array.isArray(value) && value.length === 0;
          if (!isEmpty && !added.test(String(path.at(-1))) && typeof path.at(-1) === "string")
            assert.notDeepEqual(differencesOf(object, replaced(object, path, undefined)), [], place);
        }
      }
    });
  }

  for (const key of ["kargo.akuity.io/authorized-stage", "rbac.kargo.akuity.io/claim.email"]) {
    it(`reports an annotation ${key} that the program does not write`, () => {
      for (const object of EXPECTED) {
        const annotations = { ...object.metadata.annotations, [key]: "x" };
        const live = replaced(object, ["metadata", "annotations"], annotations);
        assert.notDeepEqual(differencesOf(object, live), []);
      }
    });
  }
});
