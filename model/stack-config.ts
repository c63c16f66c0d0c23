import { z } from "zod";
import { accessSchema } from "./access.ts";
import { branch } from "./branch.ts";
import { buildsSchema } from "./builds.ts";
import { commitStatusSchema } from "./commit-status.ts";
import { credentialsSchema, githubAppFields, wantedSecrets } from "./credentials.ts";
import { type DocumentPath, didYouMean, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { folder } from "./folders.ts";
import { repositoryName, repositoryOwner } from "./git-host-names.ts";
import { registry } from "./image.ts";
import { kargoSchema } from "./kargo-shards.ts";
import { dnsLabel } from "./kubernetes-names.ts";
import { notificationsSchema } from "./notifications.ts";
import {
  type OwnPromotionTasks,
  type PromotionFiles,
  promotionTasksSchema,
  readPromotionTasks,
} from "./own-promotion-task.ts";
import { pipelineProblems } from "./pipeline-problems.ts";
import { pipelinesSchema, STANDARD_PIPELINE } from "./pipelines.ts";
import { type Reading, readBySchema } from "./schema-problems.ts";
import { rolloutSchema } from "./selection.ts";
import { SHARD_LIMIT } from "./shards.ts";
import { configOf, PROJECT } from "./stack-file.ts";
import { GITHUB_APP_KEY, openSecrets, PASSED_ON, SECRET_KEYS, TOKEN } from "./stack-secrets.ts";
import { warehouseInterval } from "./warehouse-options.ts";
import { GITHUB_URL, githubAddress } from "./web-address.ts";
import { webhooksSchema } from "./webhooks.ts";

export { PROJECT };

/** The schema of the keys under `kargo-fleet:` in a stack's config, without the secrets. */
export const stackConfigSchema = z.strictObject({
  catalogue: z
    .string()
    .min(1)
    .default("services.json")
    .meta({ description: "The file that lists the services." }),
  cluster: z
    .strictObject({
      name: dnsLabel,
      context: z.string().min(1).optional().meta({
        description:
          "The kubeconfig's context. Default: the credentials of the pod that the program runs in.",
      }),
      kubeconfig: z
        .string()
        .min(1)
        .optional()
        .meta({ description: "Path of the kubeconfig. Default: KUBECONFIG." }),
      qps: z
        .number()
        .positive()
        .max(10_000)
        .default(200)
        .meta({ description: "Requests per second to the API server." }),
      burst: z
        .int()
        .positive()
        .max(10_000)
        .default(400)
        .meta({ description: "The burst of requests to the API server." }),
    })
    .refine(({ context, kubeconfig }) => context !== undefined || kubeconfig === undefined, {
      path: ["kubeconfig"],
      message:
        "needs a context beside it: which cluster is meant must not depend on the file's current context",
    })
    .meta({ description: "The cluster that runs Kargo and Argo CD." }),
  registry: registry.meta({ description: "The default place of images." }),
  registries: z
    .array(registry)
    .default([])
    .meta({ description: "The hosts and paths that may contain images. Default: registry only." }),
  gitops: z
    .strictObject({
      repository: repositoryName.meta({ description: "The GitOps repository: owner/name." }),
      branch: branch.default("main"),
      path: folder("service").default("services/{service}"),
      chart: z.strictObject({ path: folder() }).prefault({ path: "charts/service" }),
    })
    .meta({ description: "The GitOps repository that Kargo writes and Argo CD reads." }),
  github: z
    .strictObject({
      owner: repositoryOwner,
      url: githubAddress.default(GITHUB_URL).meta({ description: "Another address for GitHub Enterprise." }),
      app: z.strictObject(githubAppFields).optional().meta({
        description:
          "The GitHub App that the program works as, instead of by a token. Its key is the secret githubAppPrivateKey.",
      }),
      sandbox: z.boolean().default(false).meta({
        description: "This stack uses its own GitHub (GITHUB_BASE_URL), which no other stack uses.",
      }),
    })
    .meta({ description: "The owner of the repositories on GitHub." }),
  webhooks: webhooksSchema.meta({ description: "The webhooks." }),
  builds: buildsSchema
    .optional()
    .meta({ description: "The build settings; required if a service is built here." }),
  notifications: notificationsSchema
    .optional()
    .meta({ description: "Messages to teams about Promotions. Default: none." }),
  commitStatus: commitStatusSchema.optional().meta({
    description: "Whether a commit on a service's repository shows the Stages that it reached. Default: no.",
  }),
  warehouse: z
    .strictObject({
      interval: warehouseInterval.default("5m"),
      discoveryLimit: z.int().min(1).max(100).default(5),
      cacheByTag: z.boolean().default(true),
    })
    .prefault({})
    .meta({ description: "Default settings of Warehouses." }),
  kargo: kargoSchema.prefault({}).meta({ description: "Kargo's controllers." }),
  access: accessSchema.meta({ description: "The deployer, the break-glass group, and Kargo's namespace." }),
  credentials: credentialsSchema
    .prefault({})
    .meta({ description: "Kargo's credentials for the GitOps repository and the registry." }),
  pipelines: pipelinesSchema.default({ standard: STANDARD_PIPELINE }),
  promotionTasks: promotionTasksSchema.default({}).meta({
    description:
      "Further versions of the shared promotion task, each from a file: { v3: promotion/v3.yaml }.",
  }),
  rollout: rolloutSchema.prefault({}).meta({ description: "The selection of services." }),
  shards: z.int().min(0).max(SHARD_LIMIT).default(0).meta({
    description:
      "The number of stacks that have this stack's services; it keeps what the cluster shares. Default: none.",
  }),
  platform: z
    .boolean()
    .default(true)
    .meta({ description: "Whether this stack owns the shared objects of the cluster." }),
  protect: z
    .boolean()
    .default(true)
    .meta({ description: "Whether resources are protected; false only if the stack may be destroyed." }),
});

/** A stack's validated config, without its secrets. */
export type StackConfig = Omit<z.output<typeof stackConfigSchema>, "promotionTasks"> & {
  /** The checked content of the promotion files. */
  readonly promotionTasks: OwnPromotionTasks;
};

/**
 * Checks a stack's config. Unknown keys are problems, because Pulumi ignores undeclared ones; so are provider keys
 * without effect, because both providers are explicit.
 * @param document of parseStackFile
 * @param engine every key from the engine, as text, objects as JSON, with the defaults of Pulumi.yaml; for secrets
 * only their presence counts. Without it the values are the document's.
 * @param files where the promotion files are read
 */
export function readStackConfig(
  document: SourceDocument,
  engine?: Readonly<Record<string, string>>,
  files?: PromotionFiles,
): Reading<StackConfig> {
  if (document.value === undefined) return { value: undefined, problems: document.problems, document };
  const values = engine ?? configOf(document);
  const rename = ([key, ...rest]: DocumentPath): DocumentPath =>
    key === undefined ? ["config"] : ["config", `${PROJECT}:${key}`, ...rest];
  const ours = Object.entries(values)
    .filter(([key]) => key.startsWith(`${PROJECT}:`))
    .map(([key, value]): [string, unknown] => [key.slice(PROJECT.length + 1), value]);
  const plain = ours.filter(([key]) => !SECRET_KEYS.includes(key));
  const given = Object.fromEntries(
    plain.map(([key, value]) => [key, typed(key, value)] as const).filter(isGiven),
  );
  const read = readBySchema(stackConfigSchema, given, document, rename);
  // Their problems are told even if another key is wrong.
  const { data = {} } = promotionTasksSchema.safeParse(given.promotionTasks);
  const own = readPromotionTasks(data, files, document, rename(["promotionTasks"]));
  const problems = [
    ...document.problems,
    ...read.problems,
    ...own.problems,
    ...unreadKeys(Object.keys(values), document),
    ...openSecrets(values, document, [
      "webhookMasterSecret",
      ...(read.value?.github.app ? [GITHUB_APP_KEY] : []),
      ...wantedSecrets(read.value?.credentials),
    ]),
    ...(read.value?.github.app && TOKEN in values ? [needlessToken(document)] : []),
    ...pipelineProblems(read.value?.pipelines ?? {}, document, rename(["pipelines"])),
  ];
  return { value: read.value && { ...read.value, promotionTasks: own.tasks }, problems, document };
}

function needlessToken(document: SourceDocument): Problem {
  const message = `has no effect: ${PROJECT}:github names a GitHub App.`;
  return problem("KF033", document, ["config", TOKEN], message, "Remove it, or remove github.app.", "key");
}

/** The keys that turn something on. */
const SWITCHES: readonly string[] = ["builds", "notifications", "commitStatus"];

/** An unset key has Pulumi.yaml's default; an empty object turns it off. */
function isGiven([key, value]: readonly [string, unknown]): boolean {
  return !SWITCHES.includes(key) || JSON.stringify(value) !== "{}";
}

/** The engine passes every value as text, objects as JSON; this restores the types. */
function typed(key: string, value: unknown): unknown {
  if (value !== null && typeof value === "object") return value;
  const text = asWritten(value === null ? "" : String(value));
  if (["catalogue", "registry"].includes(key)) return text;
  try {
    return JSON.parse(text, (_, each: unknown) => (typeof each === "string" ? asWritten(each) : each));
  } catch {
    return text;
  }
}

/**
 * The engine's YAML library reads a date as a time and passes it in Go's format.
 * @see https://pkg.go.dev/time#Time.String
 */
function asWritten(text: string): string {
  return text.replace(/^(\d{4}-\d{2}-\d{2}) 00:00:00 \+0000 UTC$/, "$1");
}

/**
 * Keys that nothing reads: those of the providers, which are explicit, and unknown ones. `pulumi:` belongs to the
 * engine.
 */
function unreadKeys(keys: readonly string[], document: SourceDocument): Problem[] {
  const read = [
    ...PASSED_ON,
    ...Object.keys(stackConfigSchema.shape).map((key) => `${PROJECT}:${key}`),
    ...SECRET_KEYS.map((key) => `${PROJECT}:${key}`),
  ];
  return keys
    .filter((key) => !/^(pulumi|kargo-fleet):/.test(key) && !PASSED_ON.includes(key))
    .map((key) => {
      const message = `${JSON.stringify(key)} has no effect: nothing reads it.`;
      const fix =
        didYouMean(key, read) ??
        `Use the keys of ${PROJECT}, such as ${PROJECT}:cluster and ${PROJECT}:github.`;
      return problem("KF033", document, ["config", key], message, fix, "key");
    });
}
