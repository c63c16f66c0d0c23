import { STEP_LABEL } from "../model/labels.ts";
import { buildNamespace } from "../model/names.ts";
import { type Guard, guard } from "./admission.ts";
import { jobForm, LAUNCH_ACCOUNT, workClaim } from "./build-job.ts";
import { WORK } from "./build-steps.ts";
import { formed, text } from "./cel.ts";

/** The labels by which Kubernetes finds a Job's pods. */
const FOUND_BY = ["controller-uid", "job-name"].flatMap((name) => [name, `batch.kubernetes.io/${name}`]);

/**
 * Whoever may create a Job may run a pod, and a pod in a build namespace can mount the push credential. So the
 * account that creates the builds' Jobs may use only one form, in which the pod has exactly a Dockerfile's rights.
 * The image and its arguments are free, because a Dockerfile can run anything too. So are the numbers of the
 * stack's config, so that an `up` that changes them does not break waiting builds.
 */
export function buildGuard(userNamespaces: boolean): Guard {
  const user = "request.userInfo.username";
  const { job, labels, pod, container } = jobForm(userNamespaces);
  const claim = `{"claimName": object.metadata.name + ${text(workClaim(""))}}`;
  const quantities = { any: ["cpu", "memory"] };
  return guard({
    name: "kargo-fleet-build-jobs",
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
      job: "dyn(object.spec)",
      pod: "variables.job.template.spec",
      container: "variables.pod.containers[0]",
      onePod: formed("variables.job", {
        exactly: job,
        added: {
          parallelism: 1,
          completions: 1,
          completionMode: "NonIndexed",
          podReplacementPolicy: "Failed",
          suspend: false,
          manualSelector: false,
        },
        any: ["activeDeadlineSeconds", "ttlSecondsAfterFinished", "selector", "template"],
      }),
      // NetworkPolicies select pods by it.
      labelled: [
        formed("variables.job.template.metadata", { added: { creationTimestamp: null }, any: ["labels"] }),
        `variables.job.template.metadata.labels.all(k, k in ${JSON.stringify([STEP_LABEL, ...FOUND_BY])})`,
        ...Object.entries(labels).map(
          ([key, value]) =>
            `variables.job.template.metadata.labels[?${text(key)}].orValue('') == ${text(value)}`,
        ),
      ].join(" && "),
      bare: [
        formed("variables.pod", {
          exactly: pod,
          added: {
            dnsPolicy: "ClusterFirst",
            schedulerName: "default-scheduler",
            terminationGracePeriodSeconds: 30,
            ...(!userNamespaces && { hostUsers: false }),
          },
          any: ["containers", "volumes"],
        }),
        `variables.pod.volumes == [{"name": dyn(${text(WORK)}), "persistentVolumeClaim": dyn(${claim})}]`,
      ].join(" && "),
      oneContainer: [
        "variables.pod.containers.size() == 1",
        formed("variables.container", {
          exactly: container,
          added: {
            imagePullPolicy: "IfNotPresent",
            terminationMessagePath: "/dev/termination-log",
            terminationMessagePolicy: "File",
          },
          any: ["image", "args", "resources"],
        }),
        formed("variables.container.resources", { any: ["limits", "requests"] }),
        formed("variables.container.resources.limits", quantities),
        formed("variables.container.resources.requests", quantities),
      ].join(" && "),
    },
    demands: [
      {
        expression: ["onePod", "labelled", "bare", "oneContainer"]
          .map((name) => `variables.${name}`)
          .join(" && "),
        message: `${LAUNCH_ACCOUNT} makes a build's Job alone: one pod with the label ${STEP_LABEL}=build, one container and the volume of its own Workflow, and nothing that the shared template does not give it.`,
      },
    ],
  });
}
