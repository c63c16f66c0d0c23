import assert from "node:assert/strict";
import fc from "fast-check";
import { catalogueText, planOf, service, servicePlan, stackText } from "../../../test/sources.ts";
import { nameOf } from "../../engine-events.ts";
import type { PlannedObject } from "../../recovery/planned.ts";
import { describe as describeIt, plannedOf } from "../../recovery/planned.ts";
import { type Creation, parsePreview } from "../../recovery/preview.ts";
import { verdict } from "../../recovery/verdicts.ts";
import { creation } from "./creation.ts";

const LABELS = {
  "app.kubernetes.io/managed-by": "kargo-fleet",
  "kargo-fleet/service": "nginx",
  "kargo-fleet/stack": "prod",
  "kargo-fleet/team": "edge",
};

const ofService = (type: string, name: string, more: Partial<Creation> = {}) =>
  creation(`urn:pulumi:prod::kargo-fleet::kargo-fleet:index:ServicePipeline$${type}::${name}`, more);

const STAGE = ofService("kubernetes:kargo.akuity.io/v1alpha1:Stage", "nginx/stage-dev", {
  inputs: {
    apiVersion: "kargo.akuity.io/v1alpha1",
    kind: "Stage",
    metadata: { name: "dev", namespace: "kargo-nginx", labels: LABELS },
  },
});

function planned(): PlannedObject {
  const [object] = plannedOf([STAGE], { services: [], platform: undefined });
  assert.ok(object?.is === "object");
  return object;
}

describe("the planned resources", () => {
  it("include every Kubernetes object of a preview, with name, namespace and labels", () => {
    const { apiVersion, kind, name, namespace, labels } = planned();
    assert.deepEqual(
      { apiVersion, kind, name, namespace, labels },
      {
        apiVersion: "kargo.akuity.io/v1alpha1",
        kind: "Stage",
        name: "dev",
        namespace: "kargo-nginx",
        labels: LABELS,
      },
    );
  });

  it("include every hook, with the address that a preview keeps secret", () => {
    const hook = ofService("github:index/repositoryWebhook:RepositoryWebhook", "nginx/webhook", {
      inputs: { repository: "nginx", configuration: { url: "[secret]" } },
    });
    const [found] = plannedOf([hook], { services: [servicePlan()], platform: undefined });
    assert.deepEqual(found?.is === "hook" && [found.repository, found.url], [
      "nginx",
      servicePlan().webhook?.url,
    ]);
  });

  it("include the one hook of an organization", () => {
    const hook = ofService("github:index/organizationWebhook:OrganizationWebhook", "build-triggers/webhook");
    const keys = { webhooks: '{ url: "https://hooks.acme.example", scope: organization }' };
    const { platform } = planOf(catalogueText({ nginx: service("nginx") }), stackText(keys));
    const [found] = plannedOf([hook], { services: [], platform });
    assert.ok(found?.is === "hook" && found.repository === undefined);
    assert.match(found.url, /^https:\/\/hooks\.acme\.example\//);
    assert.equal(describeIt(found, "acme"), `hook acme → ${found.url}`);
  });

  it("exclude components, providers and values files", () => {
    const others = [
      ofService("kargo-fleet:index:ServicePipeline", "nginx", { custom: false }),
      ofService("pulumi:providers:kubernetes", "kubernetes"),
      ofService("pulumi-nodejs:dynamic/kargo-fleet:ValuesFiles", "values-files"),
    ];
    assert.deepEqual(plannedOf(others, { services: [servicePlan()], platform: undefined }), []);
  });
});

describe("a preview", () => {
  it("lists what it would create, with the provider's URN", () => {
    const newState = { ...STAGE, provider: `${STAGE.urn}::04da6b54` };
    const steps = [
      { op: "create", urn: STAGE.urn, newState },
      { op: "same", urn: "a", newState: { ...newState, urn: "a" } },
      { op: "update", urn: "b", newState: { ...newState, urn: "b" } },
    ];
    const { creations, others } = parsePreview(JSON.stringify({ steps }));
    assert.deepEqual(creations, [{ ...STAGE, provider: STAGE.urn }]);
    assert.equal(others, 1);
    assert.equal(nameOf(STAGE.urn), "nginx/stage-dev");
  });

  it("is worth another attempt if a provider failed, not if the program refused", () => {
    const stack = "urn:pulumi:prod::kargo-fleet::pulumi:pulumi:Stack::kargo-fleet-prod";
    const failed = (...urns: (string | undefined)[]) =>
      parsePreview(
        JSON.stringify({
          diagnostics: urns.map((urn) => ({ message: "it failed", severity: "error", urn })),
        }),
      ).providerFailed;
    assert.deepEqual([failed(STAGE.urn, undefined), failed(stack), failed(undefined)], [true, false, false]);
  });
});

describe("the owner of a planned resource", () => {
  const found = (labels: Readonly<Record<string, string>>) => ({ id: "kargo-nginx/dev", labels });

  const staging = { ...LABELS, "kargo-fleet/stack": "staging" };
  const hook = { is: "hook", creation: STAGE, repository: "nginx", url: "https://hooks/nginx" } as const;
  for (const [title, of, what, expected] of [
    ["is nobody if nothing was found", planned(), undefined, { is: "absent" }],
    [
      "is another stack if the label says so",
      planned(),
      found(staging),
      { is: "another stack's", id: "kargo-nginx/dev", stack: "staging" },
    ],
    [
      "is unavailable while the resource is being deleted",
      planned(),
      { ...found(LABELS), deleting: true },
      { is: "deleting", id: "kargo-nginx/dev" },
    ],
    ["of a hook depends only on its address", hook, { id: "nginx/7" }, { is: "ours", id: "nginx/7" }],
  ] as const)
    it(title, () => {
      assert.deepEqual(verdict(of, what), expected);
    });

  it("is this stack if it has our labels, whatever else it carries", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (more) => {
        const labels = { ...more, ...LABELS, "kargo-fleet/team": "another" };
        assert.equal(verdict(planned(), found(labels)).is, "ours");
      }),
    );
  });

  it("is never this stack if a label of ownership is missing or different", () => {
    const key = fc.constantFrom(
      "app.kubernetes.io/managed-by" as const,
      "kargo-fleet/service" as const,
      "kargo-fleet/stack" as const,
    );
    fc.assert(
      fc.property(key, fc.option(fc.string(), { nil: undefined }), (name, value) => {
        fc.pre(value !== LABELS[name]);
        const { [name]: _, ...rest } = LABELS;
        const labels: Record<string, string> = value === undefined ? rest : { ...rest, [name]: value };
        assert.notEqual(verdict(planned(), found(labels)).is, "ours");
      }),
    );
  });
});
