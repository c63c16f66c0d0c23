import assert from "node:assert/strict";
import fc from "fast-check";
import { buildTriggersInventory } from "../../manifests/inventory/build-triggers.ts";
import { type Customization, customize, type OpenObject } from "../../manifests/inventory/customize.ts";
import { customizationNote, serviceObjects } from "../../manifests/inventory/objects.ts";
import { rowsOf } from "../../manifests/inventory/row.ts";
import { serviceInventory } from "../../manifests/inventory/service.ts";
import { InvalidInput } from "../../model/diagnostics.ts";
import { catalogueText, planOf, service, servicePlan, triggersPlan } from "../sources.ts";

/** The refused changes of a customization; none if it is allowed. */
function refusals(customization: Customization): string[] {
  customize(customization);
  try {
    serviceInventory(servicePlan());
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems.map(({ path, message }) => `${path} ${message}`);
  }
}

/** Changes the objects of one kind. */
const ofKind = (kind: string, change: (object: OpenObject) => OpenObject): Customization => ({
  object: (object) => (object.kind === kind ? change(object) : object),
});
const annotated = (object: OpenObject, key = "example.com/owner") =>
  withMetadata(object, { annotations: { ...object.metadata.annotations, [key]: "edge" } });
const synced = (more: object): Customization =>
  ofKind("Application", (object) => {
    const { syncPolicy } = object.spec as { readonly syncPolicy: object };
    return withSpec(object, { syncPolicy: { ...syncPolicy, ...more } });
  });
const withMetadata = (object: OpenObject, more: object): OpenObject => ({
  ...object,
  metadata: { ...object.metadata, ...more },
});
const withSpec = (object: OpenObject, more: object): OpenObject => ({
  ...object,
  spec: { ...(object.spec as object), ...more },
});

describe("customize.ts", () => {
  afterEach(() => customize({}));

  it("may annotate every object that does not decide about access", () => {
    const access = ["AppProject", "Role", "RoleBinding"];
    assert.deepEqual(
      refusals({ object: (object) => (access.includes(object.kind) ? object : annotated(object)) }),
      [],
    );
    for (const kind of access) assert.ok(refusals(ofKind(kind, annotated)).length > 0, kind);
  });

  it("may change the sync options and the retry of Applications", () => {
    const changed = (object: OpenObject) => {
      const { syncPolicy } = object.spec as { readonly syncPolicy: object };
      const more = { syncOptions: ["CreateNamespace=true", "ServerSideApply=true"], retry: { limit: 1 } };
      return withSpec(object, { syncPolicy: { ...syncPolicy, ...more } });
    };
    assert.deepEqual(
      refusals({
        object: (object, { role }) => (role === "application-prod" ? changed(object) : object),
      }),
      [],
    );
    assert.deepEqual(
      rowsOf(serviceInventory(servicePlan())).flatMap((row) =>
        "manifest" in row && row.customised ? [[row.role, ...row.customised]] : [],
      ),
      [
        [
          "application-prod",
          "spec.syncPolicy.retry.limit",
          "spec.syncPolicy.retry.backoff.duration",
          "spec.syncPolicy.retry.backoff.factor",
          "spec.syncPolicy.retry.backoff.maxDuration",
          "spec.syncPolicy.syncOptions",
        ],
      ],
    );
  });

  for (const [what, customization] of [
    [
      "auto-sync of an Application",
      ofKind("Application", (object) => withSpec(object, { syncPolicy: { automated: {} } })),
    ],
    ["an object's kind", ofKind("Warehouse", (object) => ({ ...object, kind: "Stage" }))],
    ["an object's name", ofKind("Stage", (object) => withMetadata(object, { name: "x" }))],
    ["an object's namespace", ofKind("Stage", (object) => withMetadata(object, { namespace: "x" }))],
    [
      "the labels by adding one",
      ofKind("Namespace", (object) =>
        withMetadata(object, { labels: { ...object.metadata.labels, x: "y" } }),
      ),
    ],
    ["the labels by removing them", ofKind("Namespace", (object) => withMetadata(object, { labels: {} }))],
    [
      "the Stage that may change an Application",
      ofKind("Application", (object) => annotated(object, "kargo.akuity.io/authorized-stage")),
    ],
    ["the claims of a team", ofKind("Stage", (object) => annotated(object, "rbac.kargo.akuity.io/claims"))],
    ["the rules of a Role", ofKind("Role", (object) => ({ ...object, rules: [] }))],
    ["auto-promotion", ofKind("ProjectConfig", (object) => withSpec(object, { promotionPolicies: [] }))],
    ["a sync to one that replaces", synced({ syncOptions: ["CreateNamespace=true", "Replace=true"] })],
    ["the program's own sync options", synced({ syncOptions: [] })],
    ["a retry to one without end", synced({ retry: { limit: -1 } })],
    ["a retry to one of the newest commit", synced({ retry: { refresh: true } })],
    ["a field beside the spec", ofKind("Stage", (object) => ({ ...object, status: {} }))],
  ] as const) {
    it(`may not change ${what}`, () => assert.ok(refusals(customization).length > 0));
  }

  for (const key of [
    "argocd-image-updater.argoproj.io/image-list",
    "argocd.argoproj.io/tracking-id",
    "argocd.argoproj.io/deletion-approved",
    "events.argoproj.io/leader",
    "a-b.kargo.akuity.io/x",
    "pulumi.com/patchForce",
  ])
    it(`may not use the annotation ${key}, on its own objects neither`, () => {
      assert.ok(refusals(ofKind("Application", (object) => annotated(object, key))).length > 0);
      const metadata = { name: "quota", annotations: { [key]: "x" } };
      const quota = { role: "quota", apiVersion: "v1", kind: "ResourceQuota", metadata, spec: {} };
      assert.ok(refusals({ service: () => [quota] }).length > 0);
    });

  it("may ask for Argo CD's notifications", () => {
    const key = "notifications.argoproj.io/subscribe.slack";
    assert.deepEqual(refusals(ofKind("Application", (object) => annotated(object, key))), []);
  });

  it("changes nothing by what it keeps of its arguments or results", () => {
    const kept: OpenObject[] = [];
    customize({
      service: (plan) => {
        (plan as { state: string }).state = "decommissioned";
        return [];
      },
      object: (object) => {
        const changed = annotated(object);
        kept.push(changed);
        return object.kind === "ProjectConfig" ? changed : object;
      },
    });
    const service = servicePlan();
    const { parts } = serviceInventory(service);
    const before = JSON.stringify(parts);
    for (const object of kept) Object.assign(object, { spec: { promotionPolicies: [] } });
    assert.equal(JSON.stringify(parts), before);
    assert.equal(service.state, "active");
  });

  it("may not change later what it left alone at first", () => {
    let calls = 0;
    customize(
      ofKind("EventSource", (object) => {
        calls += 1;
        return calls % 2 === 1 ? annotated(object) : withSpec(object, { template: { evil: true } });
      }),
    );
    const rows = rowsOf(buildTriggersInventory(triggersPlan()));
    const [row] = rows.flatMap((each) => ("manifest" in each && each.rotating ? [each] : []));
    assert.throws(() => row?.rotating?.("rotation"), InvalidInput);
  });

  it("may change only annotations of a Stage", () => {
    const [stage] = serviceObjects(servicePlan()).filter(({ kind }) => kind === "Stage");
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom("apiVersion", "kind", "spec", "status", "data"),
        (value, key) => {
          const changed = (object: OpenObject) => ({ ...object, [key]: value }) as OpenObject;
          const same = JSON.stringify(value) === JSON.stringify((stage as OpenObject)[key]);
          assert.equal(refusals(ofKind("Stage", changed)).length > 0, !same);
        },
      ),
    );
  });

  it("may add a ResourceQuota, but no object that gives rights or runs something", () => {
    const adding = (apiVersion: string, kind: string) =>
      refusals({ service: () => [{ role: "x", apiVersion, kind, metadata: { name: "x" }, spec: {} }] });
    assert.deepEqual(adding("v1", "ResourceQuota"), []);
    for (const [apiVersion, kind] of [
      ["v1", "Pod"],
      ["v1", "Secret"],
      ["rbac.authorization.k8s.io/v1", "RoleBinding"],
      ["example.com/v1", "ResourceQuota"],
    ] as const)
      assert.match(adding(apiVersion, kind).join(), /^nginx\/custom-x adds a /);
  });

  it("is described in one line of previews and audits", () => {
    const plan = planOf(catalogueText({ nginx: service("nginx") }));
    assert.equal(customizationNote(plan), undefined);
    customize(ofKind("Warehouse", annotated));
    assert.equal(
      customizationNote(plan),
      'customize.ts changes or adds 1 of this stack\'s objects: Warehouse kargo-nginx/nginx (metadata.annotations["example.com/owner"]).',
    );
  });
});
