import assert from "node:assert/strict";
import fc from "fast-check";
import { deployingStages } from "../../model/plan.ts";
import { catalogueOf, planOf, problemsOf, servicePlan, stackText } from "../sources.ts";

describe("the plan", () => {
  it("is plain data that can be cloned, without functions or Outputs", () => {
    const plan = planOf(catalogueOf({ nginx: {}, auth: {} }));
    assert.deepEqual(structuredClone(plan), plan);
  });

  it("holds no secret of the stack", () => {
    const stack = stackText({ "github:token": "{ secure: v1:def }" });
    assert.doesNotMatch(JSON.stringify(planOf(catalogueOf({ nginx: {} }), stack)), /v1:abc|v1:def/);
  });

  it("derives everything of a service from its entry", () => {
    const nginx = servicePlan();
    assert.deepEqual(nginx.stages[0], {
      name: "dev",
      state: "active",
      after: [],
      soak: undefined,
      deployment: {
        promotion: "auto",
        autoPromotion: true,
        sync: "auto",
        selectionPolicy: undefined,
        verification: undefined,
        promotionTask: "kargo-fleet-promote-v1",
        valuesFile: "services/nginx/values-dev.yaml",
        application: "nginx-dev",
        destination: { cluster: undefined, namespace: "nginx-dev" },
      },
    });
    const { stages: _, ...rest } = nginx;
    assert.deepEqual(rest, {
      name: "nginx",
      state: "active",
      pipeline: "standard",
      promotionTask: "v1",
      repository: "acme/nginx",
      team: "edge",
      labels: {},
      project: "kargo-nginx",
      warehouse: {
        name: "nginx",
        image: "registry.example/nginx",
        tags: { strategy: "lexical", pattern: "^[0-9]{14}-[0-9a-f]{7}$" },
        interval: "5m0s",
        discoveryLimit: 5,
        cacheByTag: true,
        platform: undefined,
      },
      kargoShard: undefined,
      gitops: {
        repoURL: "https://github.com/acme/gitops.git",
        branch: "main",
        folder: "services/nginx",
        chart: "charts/service",
      },
      appProject: "nginx",
      build: {
        service: "nginx",
        state: "active",
        team: "edge",
        group: "github-31",
        namespace: "builds-edge",
        owner: "acme",
        repository: "nginx",
        branch: "main",
        context: ".",
        dockerfile: "Dockerfile",
        paths: [],
        image: "registry.example/nginx",
        tags: "sortable",
      },
      webhook: {
        active: true,
        repository: "nginx",
        url: "https://hooks.acme.example/github-31/nginx",
        secretPurpose: "webhook/nginx",
      },
      access: {
        team: { group: "AD-Edge", serviceAccount: "team-edge", promotes: ["dev", "staging"] },
        approvers: { group: "AD-Edge", serviceAccount: "approvers-edge", promotes: ["prod"] },
      },
      commands: {
        promote: ["kargo promote --project kargo-nginx --stage prod --freight <freight>"],
        sync: ["argocd app sync nginx-prod"],
      },
    });
  });

  it("has auto-promotion and auto-sync in dev and staging, and manual gates in prod", () => {
    assert.deepEqual(
      deployingStages(servicePlan()).map(({ name, after, deployment: { promotion, sync } }) => [
        name,
        promotion,
        sync,
        after,
      ]),
      [
        ["dev", "auto", "auto", []],
        ["staging", "auto", "auto", ["dev"]],
        ["prod", "manual", "manual", ["staging"]],
      ],
    );
  });

  it("has a decommissioned service without auto-promotion", () => {
    const nginx = servicePlan({ state: "decommissioned" });
    assert.equal(nginx.state, "decommissioned");
    assert.deepEqual(
      deployingStages(nginx).map(({ name, deployment }) => [name, deployment.autoPromotion]),
      [
        ["dev", false],
        ["staging", false],
        ["prod", false],
      ],
    );
  });

  it("puts the cluster's name into the folder if the stack's path contains it", () => {
    const gitops = "{ repository: acme/gitops, path: 'clusters/{cluster}/{service}' }";
    assert.equal(servicePlan({}, { gitops }).gitops.folder, "clusters/test/nginx");
  });

  it("uses GitHub Enterprise's address for the GitOps repository", () => {
    const github = "{ owner: acme, url: 'https://ghe.acme.example' }";
    assert.equal(servicePlan({}, { github }).gitops.repoURL, "https://ghe.acme.example/acme/gitops.git");
  });

  it("has no platform if another stack owns it", () => {
    assert.equal(planOf(catalogueOf({}), stackText({ platform: "false" })).platform, undefined);
  });

  it("is protected by default", () => {
    assert.equal(planOf(catalogueOf({})).protect, true);
    assert.equal(planOf(catalogueOf({}), stackText({ protect: "false" })).protect, false);
  });

  it("refuses an unknown pipeline", () => {
    assert.match(
      problemsOf(catalogueOf({ auth: { pipeline: "regulated" } })).join(),
      /services\.auth\.pipeline {2}"regulated" is not a pipeline of Pulumi\.test\.yaml \(it has: standard\)\. Add it under kargo-fleet:pipelines or use standard\./,
    );
  });

  it("changes only for the service whose entry changes", () => {
    const names = ["a", "b", "c", "d"];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.constantFrom("r1", "r2"), (changed, image) => {
        const before = planOf(catalogueOf(names));
        const entries = names.map((name) => [
          name,
          name === changed ? { image: `registry.example/${image}` } : {},
        ]);
        const after = planOf(catalogueOf(Object.fromEntries(entries)));
        const differing = names.filter(
          (_, i) => JSON.stringify(before.services[i]) !== JSON.stringify(after.services[i]),
        );
        assert.deepEqual(differing, [changed]);
      }),
    );
  });
});
