import assert from "node:assert/strict";
import { parse } from "yaml";
import { grants } from "../manifests/access.ts";
import { application } from "../manifests/argo-cd.ts";
import { guards } from "../manifests/guard.ts";
import { stage, warehouse } from "../manifests/kargo.ts";
import { promotionTask } from "../manifests/promotion-task.ts";
import { valuesFiles } from "../manifests/values-file.ts";
import { deployingStages } from "../model/plan.ts";
import { everyObject } from "./every-object.ts";
import {
  catalogueText,
  planOf,
  platformPlan,
  problemsOf,
  service,
  servicePlan,
  stackText,
} from "./sources.ts";

/** Both ways to promote in both versions. */
const tasks = platformPlan().promotionTasks.map(promotionTask);
const steps = tasks.flatMap(({ spec }) => spec.steps);

/** The problems of one service with these options, or of a stack with this pipeline. */
const ofService = (more: object, name = "nginx") =>
  problemsOf(catalogueText({ [name]: service(name, more) })).join("\n");
const ofPipeline = (standard: string) =>
  problemsOf(
    catalogueText({ nginx: service("nginx") }),
    stackText({ pipelines: `{ standard: ${standard} }` }),
  ).join("\n");

/* Known problems of others with these tools. test/engine also proves those that need an engine or an API server. */
describe("ten known traps", () => {
  it("1: names that conflict with Kargo's or another service's are refused", () => {
    for (const name of ["system-resources", "shared-resources", "cluster-secrets"]) {
      assert.match(ofService({}, name), /is reserved in the cluster/);
    }
    const pipelines =
      "{ standard: [{ stage: b-c, promotion: auto, sync: auto }], other: [{ stage: c, promotion: auto, sync: auto }] }";
    const services = { a: service("a"), "a-b": service("a-b", { pipeline: "other" }) };
    assert.match(
      problemsOf(catalogueText(services), stackText({ pipelines })).join(),
      /the Application "a-b-c" \(from its stage c\) is also used by service "a"/,
    );
  });

  it("2: names beyond a limit are refused: 63 for namespaces and labels, 53 for a Helm release", () => {
    assert.match(ofService({}, "a".repeat(46)), /has 54 characters; a Helm release/);
    assert.match(ofService({}, "a".repeat(58)), /has 64 characters; a Kubernetes name/);
    assert.match(ofService({}, "a".repeat(64)), /is not a valid name: use at most 63/);
  });

  it("3: no service's data is deleted with its Project by accident, since everything is protected by default", () => {
    assert.equal(planOf(catalogueText({ nginx: service("nginx") })).protect, true);
    for (const object of everyObject(planOf(catalogueText({ nginx: service("nginx") })))) {
      assert.doesNotMatch(JSON.stringify(object), /keep-namespace|resources-finalizer/);
    }
  });

  it("4: a new values file has an empty image.tag, and no resource of the engine holds its text", () => {
    const files = valuesFiles([servicePlan()]);
    assert.equal(files.length, 3);
    for (const { text } of files) {
      const { image } = parse(text) as { image: { tag: unknown } };
      assert.equal(image.tag, "");
    }
    for (const object of everyObject(planOf(catalogueText({ nginx: service("nginx") })))) {
      assert.notEqual(object.kind, "RepositoryFile");
    }
  });

  it("5: no step clears the shared branch, and each reads only its own folder", () => {
    assert.ok(!JSON.stringify(steps).includes("git-clear"));
    for (const { uses, config } of steps) {
      if (uses !== "git-clone") continue;
      assert.deepEqual(
        config.checkout.map(({ sparse }) => sparse),
        [["${{ quote(vars.folder) }}"]],
      );
    }
  });

  it("6: no Application is pinned to a revision of the shared branch", () => {
    for (const { uses, config } of steps) {
      if (uses === "argocd-update")
        assert.deepEqual(Object.keys(config.apps[0] ?? {}), ["name", "namespace"]);
    }
    const nginx = servicePlan();
    for (const each of deployingStages(nginx)) {
      assert.equal(application(nginx, each).spec.source.targetRevision, "main");
    }
  });

  it("7: no Stage has auto-promotion behind one whose verification verifies nothing", () => {
    const blind =
      "[{ stage: dev, promotion: auto, sync: manual }, { stage: qa, promotion: auto, sync: auto, after: [dev] }]";
    assert.match(ofPipeline(blind), /"qa" has auto-promotion behind "dev", which has no health/);
    // The health of a Stage with auto-sync comes from its last step.
    for (const { spec } of tasks) {
      const last = spec.steps.at(-1);
      assert.deepEqual([last?.uses, last?.if], ["argocd-update", "${{ success() && vars.sync == 'auto' }}"]);
    }
  });

  it("8: a failed push is retried for a quarter of an hour, because a failed Promotion stalls auto-promotion", () => {
    for (const { uses, as, retry } of steps) {
      if (as === "merge" || !/^(git-(clone|push|open-pr)|argocd-update)$/.test(uses)) continue;
      assert.deepEqual(retry, { errorThreshold: 18, timeout: "15m0s" }, as);
    }
    const nginx = servicePlan();
    const [dev] = deployingStages(nginx);
    assert.ok(dev && application(nginx, dev).spec.syncPolicy.retry.limit >= 5);
  });

  it("9: only the deployer may edit a Stage, since an edited Stage could write any service's files", () => {
    const [guard] = guards(platformPlan());
    assert.deepEqual(guard?.policy.spec.matchConstraints.resourceRules[0]?.resources, [
      "stages",
      "warehouses",
      "projectconfigs",
    ]);
    assert.equal(guard?.policy.spec.failurePolicy, "Fail");
    for (const { role } of grants(servicePlan())) {
      for (const { resources, verbs } of role.rules) {
        if (
          !resources.some((kind) =>
            ["stages", "warehouses", "projectconfigs", "secrets", "roles"].includes(kind),
          )
        )
          continue;
        assert.ok(
          !verbs.some((verb) => ["create", "update", "delete", "*"].includes(verb)),
          JSON.stringify(verbs),
        );
      }
    }
  });

  it("10: a plain-text secret is refused, tags sort by time, and a tag of digits stays a text", () => {
    const open = problemsOf(catalogueText({}), stackText({ webhookMasterSecret: "planted" })).join();
    assert.match(open, /must be a secret, but is plain text/);
    assert.doesNotMatch(open, /planted/);
    const { subscriptions } = warehouse(servicePlan()).spec;
    assert.deepEqual(
      subscriptions.map(({ image }) => "allowTagsRegexes" in image && image.allowTagsRegexes),
      [["^[0-9]{14}-[0-9a-f]{7}$"]],
    );
    assert.match(
      ofService({ tags: { strategy: "lexical", pattern: "^[0-9a-f]{7}$" } }),
      /do not sort by time/,
    );
    for (const { uses, config } of steps) {
      if (uses !== "yaml-update") continue;
      const [update] = typeof config.updates === "string" ? [] : config.updates;
      assert.match(update?.value ?? "", /^\$\{\{ quote\(.*\) \}\}$/);
    }
    const nginx = servicePlan();
    const [dev] = nginx.stages;
    assert.ok(dev && !JSON.stringify(stage(nginx, dev)).includes("semverConstraint"));
  });
});
