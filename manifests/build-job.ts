import type { BuildsConfig } from "../model/builds.ts";
import { durationSeconds } from "../model/durations.ts";
import type { Container, ResourceTemplate } from "./argo-workflows-types.ts";
import { IMAGE, retry, SOURCE, STEP_LABEL, USER, WORK } from "./build-steps.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

/** The ServiceAccount that makes a build's Job, in each team's build namespace: Argo's own program alone has its token. */
export const LAUNCH_ACCOUNT = "kargo-fleet-launch";

/** The volume claim that Argo Workflows makes for a Workflow (its controller's createPVCs). */
export const workClaim = (workflow: string) => `${workflow}-${WORK}`;

/** The part of Kubernetes' batch/v1 that this project writes. */
export interface Job extends KubernetesObject {
  readonly apiVersion: "batch/v1";
  readonly kind: "Job";
  readonly spec: {
    readonly activeDeadlineSeconds: number;
    readonly ttlSecondsAfterFinished: number;
    readonly backoffLimit: 0;
    readonly podFailurePolicy: {
      readonly rules: readonly {
        readonly action: "Ignore";
        readonly onPodConditions: readonly { readonly type: "DisruptionTarget"; readonly status: "True" }[];
      }[];
    };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly restartPolicy: "Never";
        readonly automountServiceAccountToken: false;
        readonly enableServiceLinks: false;
        readonly hostUsers?: false;
        readonly securityContext: {
          readonly fsGroup: number;
          readonly seccompProfile: { readonly type: "RuntimeDefault" };
        };
        readonly containers: readonly (Container & { readonly name: string })[];
        readonly volumes: readonly {
          readonly name: string;
          readonly persistentVolumeClaim: { readonly claimName: string };
        }[];
      };
    };
  };
}

/**
 * Has Argo make the Job that runs a Dockerfile, and wait for its end. Argo's executor, which must reach the API server, is
 * so in a pod of its own: a NetworkPolicy cannot tell the containers of one pod apart.
 *
 * `apply`, since the Job is named by its Workflow: where the executor's pod is lost, the next one finds the Job that runs
 * and waits for it, and no two write one image. It reads the Job and changes nothing, as both are the same to the letter.
 *
 * @see https://argo-workflows.readthedocs.io/en/latest/walk-through/kubernetes-resources/
 */
export function build(builds: BuildsConfig): ResourceTemplate {
  return {
    name: "build",
    inputs: { parameters: [{ name: "destination" }] },
    metadata: { labels: { ...MANAGED_BY, [STEP_LABEL]: "launch" } },
    serviceAccountName: LAUNCH_ACCOUNT,
    executor: { serviceAccountName: LAUNCH_ACCOUNT },
    // A Job that failed is found as it is; an executor that goes away is another matter.
    retryStrategy: retry("OnError", 2),
    resource: {
      action: "apply",
      // The Job goes with its Workflow.
      setOwnerReference: true,
      successCondition: "status.succeeded > 0",
      failureCondition: "status.failed > 0",
      manifest: manifestOf(buildJob(builds)),
    },
  };
}

/** What is the same in every build's Job: the guard lets its account make no other. */
export function jobForm(userNamespaces: boolean) {
  return {
    job: {
      // A Dockerfile that fails fails again; a node that goes away is another matter.
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
        // What installing packages into an image takes; the file system is the image, so it is written.
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

/** Kaniko, with no credential, no token and no way to the cluster: what a Dockerfile can reach, it can use. */
function buildJob({ images, keep, resources, timeout, userNamespaces }: BuildsConfig): Job {
  const { job, labels, pod, container } = jobForm(userNamespaces);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "{{workflow.name}}", labels: { ...MANAGED_BY, ...labels } },
    spec: {
      ...job,
      // Argo ends no Job: its own limit does where the Workflow ran out of time.
      activeDeadlineSeconds: durationSeconds(timeout),
      // A pod that is done still keeps the volume from being deleted.
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
  };
}

/** A place where Argo puts a value as JSON; {@link manifestOf} takes the quotes around it away. */
function json(expression: string): string {
  return `{{=toJson(${expression})}}`;
}

/**
 * A manifest is a text that Argo fills in before it is parsed. Kaniko reads its arguments from nowhere else, so the values
 * go in as JSON: a quote in one ends nothing. The model lets none through anyway, and the two that come from the push are
 * a commit in hexadecimal digits and a time.
 */
function manifestOf(job: Job): string {
  return JSON.stringify(job).replace(/"(\{\{=toJson\([^"]*\)\}\})"/g, "$1");
}
