import { z } from "zod";
import { duration } from "./durations.ts";
import { dnsLabel, objectName } from "./kubernetes-names.ts";
import { ruled, shown } from "./patterns.ts";
import { webAddress } from "./web-address.ts";

/** Argo CD's names for its own cluster, which is the default. */
const OWN_CLUSTER = ["in-cluster", "https://kubernetes.default.svc"];

/**
 * A cluster's name or address in Argo CD. An AppProject treats `*` and other characters as a pattern, and `!` as a
 * denial (`IsDestinationPermitted` in pkg/apis/application/v1alpha1).
 */
const argoCdCluster = ruled((cluster) => {
  if (
    OWN_CLUSTER.some(
      (own) => cluster === own || cluster.startsWith(`${own}.`) || cluster.startsWith(`${own}:`),
    )
  )
    return 'is Argo CD\'s own cluster, which is the default: omit "cluster"';
  if (cluster.includes("://")) return webAddress.safeParse(cluster).error?.issues[0]?.message;
  if (/^[^\s!*?[\]{}\\]+( [^\s!*?[\]{}\\]+)*$/.test(cluster)) return undefined;
  return `${shown(cluster)} is not a cluster of Argo CD: write a name or an https address, no pattern.`;
});

/** A template of a DNS label; the length is checked with the derived names. */
const NAMESPACE = /^(?!-)([a-z0-9-]|\{service\}|\{stage\})*(?<!-)$/;

const upstream = {
  stage: dnsLabel.meta({ description: "The Stage's name." }),
  after: z.array(z.string()).default([]).meta({
    description: "The Stages that Freight must all have passed. Empty: straight from the Warehouse.",
  }),
  soak: duration({ example: "30m or 2h" })
    .optional()
    .meta({ description: "How long Freight must have been in the upstream Stages." }),
  state: z.enum(["active", "retired"]).default("active").meta({
    description:
      "retired is the first of two steps to delete the stage: no auto-promotion, no protection. Then remove the stage.",
  }),
};

const verification = z.strictObject({
  templates: z
    .array(objectName)
    .min(1)
    .meta({ description: "ClusterAnalysisTemplates of Argo Rollouts; teams cannot write these." }),
  args: z.record(z.string().min(1), z.string()).default({}),
});

/** A Stage that deploys: it writes the service's values file, which its Application uses. */
const deployingStage = z.strictObject({
  ...upstream,
  controlFlow: z.literal(false).default(false),
  promotion: z.enum(["auto", "manual", "pull-request"]).meta({
    description:
      "auto: Kargo promotes new Freight. manual: run kargo promote. pull-request: Kargo opens a pull request to merge.",
  }),
  sync: z.enum(["auto", "manual"]).meta({ description: "auto: Argo CD syncs. manual: run argocd app sync." }),
  selectionPolicy: z.enum(["NewestFreight", "MatchUpstream"]).optional().meta({
    description:
      "The Freight that auto-promotion selects: the newest, or the current one of the upstream Stage.",
  }),
  verification: verification.optional(),
  destination: z
    .strictObject({
      cluster: argoCdCluster
        .optional()
        .meta({ description: "A cluster's name or address in Argo CD. Default: its own." }),
      namespace: z
        .string()
        .regex(/\{service\}/, "must contain {service}, or two services would share a namespace")
        .regex(NAMESPACE, 'may have a-z, 0-9, "-", {service} and {stage}, and "-" at neither end')
        .default("{service}-{stage}"),
    })
    .prefault({}),
});

/** A control-flow Stage: it has no steps, and Freight passes it after all upstream Stages. */
const controlFlowStage = z.strictObject({ ...upstream, controlFlow: z.literal(true) });

const pipelineStage = z.discriminatedUnion("controlFlow", [deployingStage, controlFlowStage]);

export const pipelinesSchema = z
  .record(dnsLabel, z.array(pipelineStage).min(1, "must have at least one stage"))
  .meta({ description: "The pipelines that services may use, by name." });

/** The stack's pipelines by name. */
export type Pipelines = z.output<typeof pipelinesSchema>;
export type Pipeline = Pipelines[string];
export type PipelineStage = Pipeline[number];
export type StageState = PipelineStage["state"];
export type DeployingStage = z.output<typeof deployingStage>;

/** The stages of a pipeline; none for an unknown name, even one such as `constructor`. */
export function stagesOf(pipelines: Pipelines, name: string): Pipeline {
  return Object.hasOwn(pipelines, name) ? (pipelines[name] ?? []) : [];
}

/** Whether a Stage writes values and has an Application; otherwise it is control flow. */
export function deploys(stage: PipelineStage): stage is DeployingStage {
  return !stage.controlFlow;
}

const deployed = {
  state: "active",
  controlFlow: false,
  destination: { namespace: "{service}-{stage}" },
} as const;

/** The default pipeline: auto-promotion and auto-sync in dev and staging, manual promotion and sync in prod. */
export const STANDARD_PIPELINE: Pipeline = [
  { stage: "dev", promotion: "auto", sync: "auto", after: [], ...deployed },
  { stage: "staging", promotion: "auto", sync: "auto", after: ["dev"], ...deployed },
  { stage: "prod", promotion: "manual", sync: "manual", after: ["staging"], ...deployed },
];
