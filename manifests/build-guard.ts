import { buildNamespace } from "../model/names.ts";
import { type Guard, guard, text } from "./admission.ts";
import { LAUNCH_ACCOUNT, workClaim } from "./build-job.ts";
import { STEP_LABEL } from "./build-steps.ts";

/** The name of the policy, and of its binding. */
export const BUILD_GUARD = "kargo-fleet-build-jobs";

const off = (field: string) => `!variables.pod.?${field}.orValue(false)`;
const none = (field: string) => `variables.pod.?${field}.orValue([]).size() == 0`;

/**
 * Whoever may make a Job may run a pod, and whoever may run a pod in a build namespace can mount the push credential. So
 * the account that makes the builds' Jobs makes them in one form: what their pod has is what a Dockerfile has.
 *
 * Not held to: the image and its arguments. A Dockerfile runs what it likes, too.
 */
export function buildGuard(): Guard {
  const user = "request.userInfo.username";
  const claim = `object.metadata.name + ${text(workClaim(""))}`;
  return guard({
    name: BUILD_GUARD,
    resources: {
      apiGroups: ["batch"],
      apiVersions: ["v1"],
      resources: ["jobs"],
      operations: ["CREATE", "UPDATE"],
    },
    about: [
      `${user}.startsWith(${text(`system:serviceaccount:${buildNamespace("")}`)})`,
      `${user}.endsWith(${text(`:${LAUNCH_ACCOUNT}`)})`,
    ].join(" && "),
    variables: {
      pod: "object.spec.template.spec",
      // NetworkPolicies go by it.
      labelled: `object.spec.template.?metadata.?labels[?${text(STEP_LABEL)}].orValue('') == 'build'`,
      nobody: [
        "variables.pod.?serviceAccountName.orValue('') in ['', 'default']",
        "!variables.pod.?automountServiceAccountToken.orValue(true)",
      ].join(" && "),
      apart: [...["hostNetwork", "hostPID", "hostIPC"].map(off), none("imagePullSecrets")].join(" && "),
      ownVolume: `variables.pod.?volumes.orValue([]).all(v, v.?persistentVolumeClaim.?claimName.orValue('') == ${claim})`,
      plain: [
        none("initContainers"),
        "variables.pod.containers.all(c, c.?env.orValue([]).size() == 0 && c.?envFrom.orValue([]).size() == 0 && !c.?securityContext.?privileged.orValue(false))",
      ].join(" && "),
    },
    expression: ["labelled", "nobody", "apart", "ownVolume", "plain"]
      .map((name) => `variables.${name}`)
      .join(" && "),
    message: `${LAUNCH_ACCOUNT} makes a build's Job alone: its pod has the label ${STEP_LABEL}=build, the volume of its own Workflow and no other, and no account, token, Secret, variable or host.`,
  });
}
