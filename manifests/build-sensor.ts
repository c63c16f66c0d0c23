import { pushes } from "../git-host/pushes.ts";
import { type BuildPlan, ORGANIZATION_SOURCE, type TriggerGroupPlan } from "../model/build-plan.ts";
import { EVENTS_NAMESPACE, WORKFLOW_COMMIT_DIGITS } from "../model/names.ts";
import { EVENT_BUS, pods, SENSOR_ACCOUNT } from "./argo-events.ts";
import { ARGO_EVENTS_API, type Dependency, type Sensor, type Trigger } from "./argo-events-types.ts";
import { buildWorkflows, COMMIT_PARAMETER, PUSHED_AT_PARAMETER } from "./argo-workflows.ts";
import type { WorkflowManifest } from "./argo-workflows-types.ts";
import { MANAGED_BY } from "./objects.ts";

/** The Sensor of a group, which starts a service's Workflow for each push that is to be built. */
export function sensor(group: TriggerGroupPlan, organization: boolean): Sensor {
  return {
    apiVersion: ARGO_EVENTS_API,
    kind: "Sensor",
    metadata: {
      name: group.name,
      namespace: EVENTS_NAMESPACE,
      labels: { ...MANAGED_BY },
      // Two replicas need leader election; this annotation selects the method and only works at creation.
      annotations: { "events.argoproj.io/leader-election": "k8s" },
    },
    spec: {
      eventBusName: EVENT_BUS,
      replicas: 2,
      template: pods(SENSOR_ACCOUNT),
      dependencies: group.builds.map((build) =>
        dependency(
          build,
          organization ? { source: ORGANIZATION_SOURCE, event: ORGANIZATION_SOURCE } : undefined,
        ),
      ),
      triggers: group.builds.flatMap(triggers),
    },
  };
}

/**
 * Argo Events compiles `conditions` as an expression, in which a name such as `3scale` or `in` is not a dependency:
 * the trigger then never fires, while the status says Deployed.
 */
function dependencyName(service: string): string {
  return `push-${service}`;
}

function dependency(build: BuildPlan, from = { source: build.group, event: build.service }): Dependency {
  return {
    name: dependencyName(build.service),
    eventSourceName: from.source,
    eventName: from.event,
    filters: { data: pushes.filters(build) },
  };
}

/** One trigger for each image, all on the same pushes. */
function triggers(build: BuildPlan): Trigger[] {
  const dependency = dependencyName(build.service);
  return buildWorkflows(build).map((workflow) => trigger(dependency, workflow));
}

function trigger(dependency: string, workflow: WorkflowManifest): Trigger {
  const position = (name: string) =>
    workflow.spec.arguments.parameters.findIndex((parameter) => parameter.name === name);
  const into = (name: string) => `spec.arguments.parameters.${position(name)}.value`;
  return {
    template: {
      name: workflow.metadata.name.replace(/-$/, ""),
      conditions: dependency,
      k8s: {
        operation: "create",
        source: { resource: workflow },
        parameters: [
          { src: { dependencyName: dependency, dataKey: pushes.commit }, dest: into(COMMIT_PARAMETER) },
          {
            src: { dependencyName: dependency, dataKey: pushes.pushedAt },
            dest: into(PUSHED_AT_PARAMETER),
          },
          // A repeated commit has the same Workflow name, so it is not built again.
          {
            src: {
              dependencyName: dependency,
              dataTemplate: `{{ substr 0 ${WORKFLOW_COMMIT_DIGITS} .Input.${pushes.commit} }}`,
            },
            dest: "metadata.name",
            operation: "append",
          },
        ],
      },
    },
    // Longer than a Sensor lives without its lease, and otherwise as short as possible: a repeated commit always
    // fails, and the service's next push waits meanwhile (docs/design.md).
    retryStrategy: { steps: 4, duration: "1s", factor: 2, jitter: 0.1 },
    atLeastOnce: true,
    rateLimit: { unit: "Minute", requestsPerUnit: 30 },
  };
}
