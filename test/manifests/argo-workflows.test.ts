import assert from "node:assert/strict";
import { buildTemplate, buildWorkflows } from "../../manifests/argo-workflows.ts";
import type { ContainerTemplate } from "../../manifests/argo-workflows-types.ts";
import { BUILDS, servicePlan, triggersPlan } from "../sources.ts";

const RECEIVER =
  '{ url: "https://hooks.acme.example", receiver: { url: "https://kargo.acme.example/webhooks" } }';

const template = (keys: Record<string, string> = {}) => buildTemplate(triggersPlan(keys));

function pod(name: string, keys: Record<string, string> = {}): ContainerTemplate {
  const found = template(keys).spec.templates.find((one) => one.name === name);
  assert.ok(found && "container" in found, name);
  return found;
}

/** The Secrets that a pod mounts. */
const secretsOf = ({ volumes = [] }: ContainerTemplate) =>
  volumes.flatMap((volume) => ("secret" in volume ? [volume.secret.secretName] : []));

describe("build-push-image", () => {
  it("has three pods in sequence: clone, build, push", () => {
    const steps = template().spec.templates.find((one) => "steps" in one);
    assert.ok(steps && "steps" in steps);
    assert.deepEqual(
      steps.steps.map((group) => group.map((step) => step.template)),
      [["clone"], ["build"], ["push"]],
    );
  });

  it("gives the clone and push pods the one Secret that they need", () => {
    assert.deepEqual(secretsOf(pod("clone")), ["{{workflow.parameters.service}}-clone"]);
    assert.deepEqual(secretsOf(pod("push")), ["{{workflow.parameters.service}}-push"]);
    const builds = BUILDS.replace(/ }$/, ", credentials: { clone: reader, push: 'p.{service}' } }");
    assert.deepEqual(secretsOf(pod("clone", { builds })), ["reader"]);
    assert.deepEqual(secretsOf(pod("push", { builds })), ["p.{{workflow.parameters.service}}"]);
  });

  it("shows the build's output to a container without the credential, and mounts its copy read-only in the push", () => {
    const { container, initContainers = [] } = pod("push");
    const seen = [container, ...initContainers].map(({ volumeMounts }) =>
      volumeMounts.map(({ name, subPath, readOnly = false }) => [name, subPath, readOnly]),
    );
    assert.deepEqual(seen, [
      [
        ["work", "checked", true],
        ["credential", undefined, true],
        ["tmp", undefined, false],
      ],
      [
        ["work", "image", true],
        ["work", "checked", false],
      ],
    ]);
  });

  it("passes parameters to scripts as environment variables only", () => {
    const [script] = pod("clone").container.args;
    assert.doesNotMatch(script ?? "", /\{\{/);
    assert.notEqual(pod("push").container.command[0], "sh");
  });

  it("writes the clone's credential into no file that the build can read", () => {
    const [script] = pod("clone").container.args;
    assert.doesNotMatch(script ?? "", /remote add|config --|store/);
  });

  it("runs everything except Kaniko unprivileged", () => {
    for (const { securityContext } of [
      pod("clone").container,
      pod("push").container,
      ...(pod("push").initContainers ?? []),
    ]) {
      assert.deepEqual(
        [securityContext.runAsNonRoot, securityContext.readOnlyRootFilesystem, securityContext.capabilities],
        [true, true, { drop: ["ALL"] }],
      );
    }
  });

  it("mounts tokens only into Argo's own containers: one that reports, and one that creates the build's Job", () => {
    const { automountServiceAccountToken, executor, templates } = template().spec;
    assert.deepEqual(
      [automountServiceAccountToken, executor],
      [false, { serviceAccountName: "kargo-fleet-build" }],
    );
    const own = templates.flatMap((one) =>
      "executor" in one ? [[one.name, one.executor, "container" in one]] : [],
    );
    assert.deepEqual(own, [["build", { serviceAccountName: "kargo-fleet-launch" }, false]]);
  });

  it("tags with the time of the push and the commit, or with the commit only", () => {
    assert.match(
      JSON.stringify(template()),
      /dateInZone\('20060102150405', asInt\(workflow\.parameters\['pushed-at'\]\)/,
    );
    const tags = (more: object) => {
      const { build } = servicePlan(more);
      assert.ok(build);
      const parameters = buildWorkflows(build)[0]?.spec.arguments.parameters ?? [];
      return parameters.find(({ name }) => name === "tags")?.value ?? "the template's default";
    };
    assert.equal(tags({}), "the template's default");
    assert.deepEqual(
      template().spec.arguments.parameters.find(({ name }) => name === "tags"),
      { name: "tags", value: "sortable" },
    );
    assert.equal(tags({ tags: { strategy: "newest-build" } }), "commit");
  });

  it("limits a service to one build, a team to a few, and each build's time", () => {
    const { spec } = template();
    assert.deepEqual(spec.synchronization, {
      mutexes: [{ name: "build-{{workflow.parameters.service}}" }],
      semaphores: [{ configMapKeyRef: { name: "kargo-fleet-builds", key: "parallelism" } }],
    });
    assert.equal(spec.activeDeadlineSeconds, 3600);
    assert.deepEqual(spec.ttlStrategy, { secondsAfterSuccess: 86_400, secondsAfterFailure: 259_200 });
    assert.deepEqual(spec.volumeClaimGC, { strategy: "OnWorkflowCompletion" });
    assert.deepEqual(spec.podGC, { strategy: "OnPodSuccess", deleteDelayDuration: "600s" });
  });

  it("limits the resources of every pod", () => {
    for (const name of ["clone", "push"])
      assert.deepEqual(Object.keys(pod(name).container.resources.limits).sort(), ["cpu", "memory"], name);
  });

  it("prints the digest of the pushed image", () => {
    assert.deepEqual(pod("push").outputs?.parameters, [
      { name: "image", valueFrom: { path: "/tmp/reference" } },
    ]);
  });

  it("notifies Kargo at the end if the stack has a receiver, and ignores a missing answer", () => {
    const keys = { webhooks: RECEIVER };
    const steps = template(keys).spec.templates.find((one) => "steps" in one);
    assert.ok(steps && "steps" in steps);
    assert.deepEqual(steps.steps[3], [
      { name: "notify", template: "notify", continueOn: { failed: true, error: true } },
    ]);
    assert.deepEqual(secretsOf(pod("notify", keys)), ["kargo-fleet-receiver"]);
    assert.doesNotMatch(JSON.stringify(pod("notify", keys)), /kargo\.acme\.example/);
  });

  it("uses the folder and the Dockerfile of a service", () => {
    const { build } = servicePlan({
      build: { context: "services/api", dockerfile: "docker/prod.Dockerfile" },
    });
    assert.ok(build);
    assert.deepEqual(buildWorkflows(build)[0]?.spec.arguments.parameters.slice(5), [
      { name: "context", value: "services/api" },
      { name: "dockerfile", value: "docker/prod.Dockerfile" },
    ]);
  });
});
