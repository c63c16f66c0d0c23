import type { V1Job } from "@kubernetes/client-node";
import type { BuildsConfig } from "../model/builds.ts";
import { durationSeconds } from "../model/durations.ts";
import { STEP_LABEL } from "../model/labels.ts";
import type { ResourceTemplate } from "./argo-workflows-types.ts";
import { IMAGE, retry, SOURCE, USER, WORK } from "./build-steps.ts";
import type { Immutable } from "./definitions.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

/**
 * The ServiceAccount that creates a build's Job, in each team's build namespace; only Argo's own program has its
 * token.
 */
export const LAUNCH_ACCOUNT = "kargo-fleet-launch";

/** The volume claim that Argo Workflows creates for a Workflow (its controller's createPVCs). */
export const workClaim = (workflow: string) => `${workflow}-${WORK}`;

/**
 * Makes Argo create the Job that runs a Dockerfile, and wait for its end. So Argo's executor, which needs the API
 * server, is in another pod: a NetworkPolicy applies to whole pods.
 * It uses `apply`, because the Job has the Workflow's name: if the executor's pod is lost, the next one finds the
 * running Job instead of starting a second one. The manifests are identical, so `apply` only reads the Job.
 * @see https://argo-workflows.readthedocs.io/en/latest/walk-through/kubernetes-resources/
 */
export function build(builds: BuildsConfig): ResourceTemplate {
  return {
    name: "build",
    inputs: { parameters: [{ name: "destination" }] },
    metadata: { labels: { ...MANAGED_BY, [STEP_LABEL]: "launch" } },
    serviceAccountName: LAUNCH_ACCOUNT,
    executor: { serviceAccountName: LAUNCH_ACCOUNT },
    // Retries only a lost executor; a failed Job stays failed.
    retryStrategy: retry("OnError", 2),
    resource: {
      action: "apply",
      // The Job is deleted with its Workflow.
      setOwnerReference: true,
      successCondition: "status.succeeded > 0",
      failureCondition: "status.failed > 0",
      manifest: manifestOf(buildJob(builds)),
    },
  };
}

/** The constant part of every build's Job; the guard lets the account create no other. */
export function jobForm(userNamespaces: boolean) {
  return {
    job: {
      // A failing Dockerfile is not retried; a lost node is.
      backoffLimit: 0,
      podFailurePolicy: {
        rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
      },
    },
    labels: { [STEP_LABEL]: "build" },
    pod: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(userNamespaces && ({ hostUsers: false } as const)),
      securityContext: { fsGroup: USER, seccompProfile: { type: "RuntimeDefault" } },
    },
    container: {
      name: "kaniko",
      command: ["/kaniko/executor"],
      securityContext: {
        runAsUser: 0,
        runAsGroup: 0,
        runAsNonRoot: false,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: false,
        // The capabilities for installing packages into an image; the file system is writable because it becomes
        // the image.
        capabilities: {
          drop: ["ALL"],
          add: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID"],
        },
      },
      volumeMounts: [
        { name: WORK, mountPath: SOURCE, subPath: "source", readOnly: true },
        { name: WORK, mountPath: IMAGE, subPath: "image" },
      ],
    },
  } as const;
}

/** The fields without which a Dockerfile would get a token, or a failed build would run again. */
interface Isolated {
  readonly spec: {
    readonly backoffLimit: 0;
    readonly template: {
      readonly spec: {
        readonly restartPolicy: "Never";
        readonly automountServiceAccountToken: false;
        readonly enableServiceLinks: false;
      };
    };
  };
}

/** The Job of a build, with Argo's placeholders. */
export type Job = ReturnType<typeof buildJob>;

/**
 * Kaniko without credentials, token or access to the cluster, because a Dockerfile can use whatever it can reach.
 */
function buildJob({ images, keep, resources, timeout, userNamespaces }: BuildsConfig) {
  const { job, labels, pod, container } = jobForm(userNamespaces);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "{{workflow.name}}", labels: { ...MANAGED_BY, ...labels } },
    spec: {
      ...job,
      // Argo does not stop the Job when a Workflow times out, so the Job has its own limit.
      activeDeadlineSeconds: durationSeconds(timeout),
      // A finished pod still prevents the deletion of the volume.
      ttlSecondsAfterFinished: durationSeconds(keep.log),
      template: {
        metadata: { labels },
        spec: {
          ...pod,
          containers: [
            {
              ...container,
              image: images.build,
              args: [
                json(`'--context=dir://${SOURCE}/' + workflow.parameters.context`),
                json("'--dockerfile=' + workflow.parameters.dockerfile"),
                json("'--destination=' + inputs.parameters.destination"),
                "--no-push",
                `--tar-path=${IMAGE}/image.tar`,
              ],
              resources: { requests: { ...resources }, limits: { ...resources } },
            },
          ],
          volumes: [{ name: WORK, persistentVolumeClaim: { claimName: workClaim("{{workflow.name}}") } }],
        },
      },
    },
  } satisfies KubernetesObject & Immutable<V1Job> & Isolated;
}

/** A placeholder that Argo replaces by JSON; {@link manifestOf} removes the quotes around it. */
function json(expression: string): string {
  return `{{=toJson(${expression})}}`;
}

/**
 * Argo fills the manifest in as text before it parses it. Values are inserted as JSON, so a quote in one cannot end
 * the string. The model allows no such values anyway, and the two values of the push are a hexadecimal commit and a
 * time.
 */
function manifestOf(job: Job): string {
  return JSON.stringify(job).replace(/"(\{\{=toJson\([^"]*\)\}\})"/g, "$1");
}
