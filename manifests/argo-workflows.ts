import { type BuildPlan, type BuildTriggersPlan, type BuiltImage, builtImages } from "../model/build-plan.ts";
import { durationSeconds } from "../model/durations.ts";
import { SERVICE_LABEL, TEAM_LABEL } from "../model/labels.ts";
import { workflowPrefix } from "../model/names.ts";
import {
  ARGO_WORKFLOWS_API,
  type ClusterWorkflowTemplate,
  type Parameter,
  type StepsTemplate,
  type WorkflowManifest,
} from "./argo-workflows-types.ts";
import { build } from "./build-job.ts";
import { clone, notify, push, USER, WORK } from "./build-steps.ts";
import { MANAGED_BY } from "./objects.ts";

/** The shared template of all builds. */
export const BUILD_TEMPLATE = "build-push-image";
/** The ServiceAccount of the Workflows, in each team's build namespace. */
export const BUILD_ACCOUNT = "kargo-fleet-build";
/** The ConfigMap in each build namespace that limits a team's parallel builds, and its key. */
export const BUILD_LIMIT = { name: "kargo-fleet-builds", key: "parallelism" } as const;

/** The two parameters that come from the push; all others come from the catalogue. */
export const COMMIT_PARAMETER = "commit";
export const PUSHED_AT_PARAMETER = "pushed-at";

/**
 * The tag contains the time of the push, not of the build, so an old push that is delivered again never becomes the
 * newest. Without `asInt` the time would silently be the current one.
 */
const TAG =
  "{{=workflow.parameters.tags == 'commit' ? workflow.parameters.commit[0:7] : sprig.dateInZone('20060102150405', asInt(workflow.parameters['pushed-at']), 'UTC') + '-' + workflow.parameters.commit[0:7]}}";

/** The Workflows of a push, one for each image, without the push's commit and time. */
export function buildWorkflows(build: BuildPlan): readonly WorkflowManifest[] {
  return builtImages(build).map((made) => buildWorkflow(build, made));
}

function buildWorkflow(build: BuildPlan, made: BuiltImage): WorkflowManifest {
  const { service, team } = build;
  return {
    apiVersion: ARGO_WORKFLOWS_API,
    kind: "Workflow",
    metadata: {
      name: workflowPrefix(made.name),
      namespace: build.namespace,
      labels: { [SERVICE_LABEL]: service, [TEAM_LABEL]: team },
    },
    spec: {
      workflowTemplateRef: { name: BUILD_TEMPLATE, clusterScope: true },
      arguments: {
        parameters: Object.entries(parametersOf(build, made)).map(([name, value]) => ({ name, value })),
      },
    },
  };
}

/** The parameters that the template does not set; each byte is in the Sensor once per image. */
function parametersOf(build: BuildPlan, { image, dockerfile }: BuiltImage): Record<string, string> {
  const { context, tags } = build;
  return {
    [COMMIT_PARAMETER]: "",
    [PUSHED_AT_PARAMETER]: "",
    service: build.service,
    repository: `${build.owner}/${build.repository}`,
    image,
    ...(context !== DEFAULTS.context && { context }),
    ...(dockerfile !== DEFAULTS.dockerfile && { dockerfile }),
    ...(tags !== DEFAULTS.tags && { tags }),
  };
}

const DEFAULTS = { context: ".", dockerfile: "Dockerfile", tags: "sortable" } as const;

/** The parameters of a run; those with a value are optional. */
export const PARAMETERS: readonly Parameter[] = [
  ...[COMMIT_PARAMETER, PUSHED_AT_PARAMETER, "service", "repository", "image"].map((name) => ({ name })),
  ...Object.entries(DEFAULTS).map(([name, value]) => ({ name, value })),
];

/**
 * Clone, build, push: three pods that share only a volume. A Dockerfile can steal whatever it can read, so its pod
 * has no credential, no token and nothing of Argo's. The pod that pushes has the credential for the one image, and
 * a copy of the file that a container without credentials has checked.
 */
export function buildTemplate({ builds, github, receiver }: BuildTriggersPlan): ClusterWorkflowTemplate {
  const { storage } = builds;
  return {
    apiVersion: ARGO_WORKFLOWS_API,
    kind: "ClusterWorkflowTemplate",
    metadata: {
      name: BUILD_TEMPLATE,
      labels: { ...MANAGED_BY },
      annotations: { "workflows.argoproj.io/description": "Clones a commit, builds its image, pushes it." },
    },
    spec: {
      entrypoint: "build-push-image",
      serviceAccountName: BUILD_ACCOUNT,
      // Only Argo's own containers get the token.
      automountServiceAccountToken: false,
      executor: { serviceAccountName: BUILD_ACCOUNT },
      securityContext: { fsGroup: USER, seccompProfile: { type: "RuntimeDefault" } },
      activeDeadlineSeconds: durationSeconds(builds.timeout),
      synchronization: {
        // A service builds one branch, so this allows one build per service and branch at a time; others wait.
        mutexes: [{ name: "build-{{workflow.parameters.service}}" }],
        semaphores: [{ configMapKeyRef: { ...BUILD_LIMIT } }],
      },
      ttlStrategy: {
        secondsAfterSuccess: durationSeconds(builds.keep.succeeded),
        secondsAfterFailure: durationSeconds(builds.keep.failed),
      },
      podGC: { strategy: "OnPodSuccess", deleteDelayDuration: "600s" },
      volumeClaimGC: { strategy: "OnWorkflowCompletion" },
      volumeClaimTemplates: [
        {
          metadata: { name: WORK },
          spec: {
            accessModes: ["ReadWriteOnce"],
            ...(storage.class !== undefined && { storageClassName: storage.class }),
            resources: { requests: { storage: storage.size } },
          },
        },
      ],
      arguments: { parameters: PARAMETERS },
      workflowMetadata: { labels: { ...MANAGED_BY } },
      templates: [
        steps(receiver !== undefined),
        clone(builds, github),
        build(builds),
        push(builds),
        ...(receiver === undefined ? [] : notify(builds)),
      ],
    },
  };
}

function steps(notifies: boolean): StepsTemplate {
  const destination = {
    parameters: [{ name: "destination", value: `{{workflow.parameters.image}}:${TAG}` }],
  };
  return {
    name: "build-push-image",
    steps: [
      [{ name: "clone", template: "clone" }],
      [{ name: "build", template: "build", arguments: destination }],
      [{ name: "push", template: "push", arguments: destination }],
      // The image exists whether Kargo is notified or finds it at the Warehouse's next look.
      ...(notifies
        ? [[{ name: "notify", template: "notify", continueOn: { failed: true, error: true } } as const]]
        : []),
    ],
    outputs: {
      parameters: [{ name: "image", valueFrom: { parameter: "{{steps.push.outputs.parameters.image}}" } }],
    },
  };
}
