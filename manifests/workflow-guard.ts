import { EVENTS_NAMESPACE } from "../model/names.ts";
import { type Guard, guard } from "./admission.ts";
import { SENSOR_ACCOUNT } from "./argo-events.ts";
import { BUILD_TEMPLATE, PARAMETERS } from "./argo-workflows.ts";
import { formed, isOneOf, onlyKeys, text } from "./cel.ts";

/**
 * Whoever may create a Workflow decides its steps, and a step in a build namespace can mount the push credential.
 * So the Sensors' account may only create runs of the shared template with the template's own parameters. Argo
 * Workflows expands `{{…}}` in values, so these may not contain it.
 */
export function workflowGuard(): Guard {
  const spec = "variables.spec";
  const names = PARAMETERS.map(({ name }) => name);
  return guard({
    name: "kargo-fleet-workflows",
    resources: {
      apiGroups: ["argoproj.io"],
      apiVersions: ["v1alpha1"],
      resources: ["workflows"],
      operations: ["CREATE", "UPDATE"],
    },
    about: `request.userInfo.username == ${text(`system:serviceaccount:${EVENTS_NAMESPACE}:${SENSOR_ACCOUNT}`)}`,
    variables: { spec: "dyn(object).spec" },
    demands: [
      {
        expression: [
          formed(spec, {
            exactly: { workflowTemplateRef: { name: BUILD_TEMPLATE, clusterScope: true } },
            any: ["arguments"],
          }),
          onlyKeys(`${spec}.arguments`, ["parameters"]),
          `${spec}.arguments.parameters.all(p, ${formed("p", { any: ["name", "value"] })} && ${isOneOf("p.name", names)} && !p.value.contains("{{"))`,
        ].join(" && "),
        message: `${SENSOR_ACCOUNT} starts runs of ${BUILD_TEMPLATE} alone, with the template's own parameters and no expression in them.`,
      },
    ],
  });
}
