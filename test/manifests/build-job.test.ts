import assert from "node:assert/strict";
import fc from "fast-check";
import { filledJob, launchTemplate } from "../build-job.ts";
import { BUILDS } from "../sources.ts";

/** The container and the pod that run a Dockerfile. */
function kaniko(keys: Readonly<Record<string, string>> = {}, values: Readonly<Record<string, string>> = {}) {
  const pod = filledJob(launchTemplate(keys), values).spec.template.spec;
  const [container, ...others] = pod.containers;
  assert.ok(container && others.length === 0);
  return { pod, container };
}

describe("the Job that runs a Dockerfile", () => {
  it("is created by Argo in a separate pod that runs nothing of the build", () => {
    const { metadata, serviceAccountName, resource } = launchTemplate();
    assert.equal(metadata.labels["kargo-fleet/step"], "launch");
    assert.equal(serviceAccountName, "kargo-fleet-launch");
    assert.deepEqual(Object.keys(resource).sort(), [
      "action",
      "failureCondition",
      "manifest",
      "setOwnerReference",
      "successCondition",
    ]);
  });

  it("has no Secret, token, variable, ServiceAccount, Service address or way to push", () => {
    const { pod, container } = kaniko();
    assert.deepEqual(
      pod.volumes.map(({ name: _, ...source }) => source),
      [{ persistentVolumeClaim: { claimName: "nginx-4be3a1c09d2f-work" } }],
    );
    assert.deepEqual([pod.automountServiceAccountToken, pod.enableServiceLinks], [false, false]);
    assert.ok(!("serviceAccountName" in pod) && !("env" in container) && !("envFrom" in container));
    assert.ok(container.args.includes("--no-push"));
    assert.doesNotMatch(JSON.stringify(pod), /cache-repo|credential|docker\/config|secret/i);
  });

  it("mounts the source read-only and writes only the image", () => {
    assert.deepEqual(
      kaniko().container.volumeMounts.map((mount: { mountPath: string; readOnly?: boolean }) => [
        mount.mountPath,
        mount.readOnly ?? false,
      ]),
      [
        ["/workspace/source", true],
        ["/workspace/image", false],
      ],
    );
  });

  it("has the label that NetworkPolicies select", () => {
    assert.deepEqual(filledJob(launchTemplate()).spec.template.metadata.labels, {
      "kargo-fleet/step": "build",
    });
  });

  it("builds the folder and the Dockerfile of the catalogue with the tag of the push", () => {
    const { container } = kaniko(
      {},
      {
        "workflow.parameters.context": "services/api",
        "workflow.parameters.dockerfile": "docker/prod.Dockerfile",
        "inputs.parameters.destination": "registry.example/api:1",
      },
    );
    assert.deepEqual(container.args, [
      "--context=dir:///workspace/source/services/api",
      "--dockerfile=docker/prod.Dockerfile",
      "--destination=registry.example/api:1",
      "--no-push",
      "--tar-path=/workspace/image/image.tar",
    ]);
  });

  it("changes only its three arguments, whatever a parameter contains", () => {
    const without = ({ args: _, ...rest }: ReturnType<typeof kaniko>["container"]) => rest;
    const plain = kaniko();
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (context, dockerfile, destination) => {
        fc.pre(![context, dockerfile, destination].some((value) => value.includes("{{")));
        const { pod, container } = kaniko(
          {},
          {
            "workflow.parameters.context": context,
            "workflow.parameters.dockerfile": dockerfile,
            "inputs.parameters.destination": destination,
          },
        );
        assert.deepEqual(
          { ...pod, containers: [without(container)] },
          { ...plain.pod, containers: [without(plain.container)] },
        );
        assert.deepEqual(container.args.slice(1), [
          `--dockerfile=${dockerfile}`,
          `--destination=${destination}`,
          ...plain.container.args.slice(3),
        ]);
      }),
    );
  });

  it("is root in its own user namespace with six capabilities, and cannot gain more", () => {
    const { pod, container } = kaniko();
    assert.equal(pod.hostUsers, false);
    assert.equal(container.securityContext.capabilities.add?.length, 6);
    assert.equal(container.securityContext.allowPrivilegeEscalation, false);
    assert.deepEqual(pod.securityContext, { fsGroup: 65532, seccompProfile: { type: "RuntimeDefault" } });
    const builds = BUILDS.replace(/ }$/, ", userNamespaces: false }");
    assert.ok(!("hostUsers" in kaniko({ builds }).pod));
  });

  it("has a time limit, and is retried only after a lost node", () => {
    const { spec } = filledJob(launchTemplate());
    assert.deepEqual(
      [spec.activeDeadlineSeconds, spec.backoffLimit, spec.template.spec.restartPolicy],
      [3600, 0, "Never"],
    );
    assert.deepEqual(spec.podFailurePolicy.rules, [
      { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    ]);
    const { resource } = launchTemplate();
    assert.deepEqual(
      [resource.successCondition, resource.failureCondition],
      ["status.succeeded > 0", "status.failed > 0"],
    );
  });

  it("has its Workflow's name, is deleted with it, and releases the volume after an hour or the configured time", () => {
    const job = filledJob(launchTemplate());
    const { action, setOwnerReference } = launchTemplate().resource;
    assert.deepEqual([job.metadata.name, action, setOwnerReference], ["nginx-4be3a1c09d2f", "apply", true]);
    assert.equal(job.spec.ttlSecondsAfterFinished, 3600);
    const builds = BUILDS.replace(/ }$/, ", keep: { log: 24h } }");
    assert.equal(filledJob(launchTemplate({ builds })).spec.ttlSecondsAfterFinished, 86_400);
  });

  it("has the configured resource limits", () => {
    assert.deepEqual(kaniko().container.resources, {
      requests: { cpu: "2", memory: "4Gi" },
      limits: { cpu: "2", memory: "4Gi" },
    });
  });
});
