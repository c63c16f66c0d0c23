import { z } from "zod";
import { duration } from "./durations.ts";
import { ARGOCD_NAMESPACE } from "./names.ts";
import { matching } from "./patterns.ts";
import { given } from "./task-variables.ts";

/** How a task promotes: by a push to the branch, or by a pull request. */
export type PromotesBy = "push" | "pull-request";

/** Where a task checks the GitOps repository out. */
export const CHECKOUT = "./gitops";

const text = z.string().min(1).max(8_000);
const path = z.literal(CHECKOUT);
const repoURL = z.literal(given("repoURL"));
const branch = z.literal(given("branch"));
const provider = z.literal("github");

/** Below the service's folder, in a folder of the Stage: a shared one would change every Stage at once. */
const stageFolder = matching(
  /^\.\/gitops\/\$\{\{ vars\.folder \}\}(?=\/.*\$\{\{ ctx\.stage \}\})(?:\/(?!\.\.?(?:\/|$))(?:[\w.-]|\$\{\{ ctx\.stage \}\})+)+$/,
  `is not a folder of one Stage: write ${CHECKOUT}/\${{ vars.folder }}/… with \${{ ctx.stage }} in it`,
);

const app = { name: z.literal(given("application")), namespace: z.literal(ARGOCD_NAMESPACE) };
const named = z.strictObject({ name: text, value: text });
const wait = duration({ example: "30s" });

const maxAttempts = z.int().min(10).max(100);
const push = (by: PromotesBy) =>
  by === "push"
    ? z.strictObject({ path, targetBranch: branch, maxAttempts })
    : z.strictObject({ path, generateTargetBranch: z.literal(true), maxAttempts });

const image = z
  .strictObject({
    image: text,
    name: text.optional(),
    newName: text.optional(),
    tag: text.optional(),
    digest: text.optional(),
  })
  .refine(({ tag, digest }) => (tag === undefined) !== (digest === undefined), {
    message: "takes exactly one of tag and digest",
  });

/** The steps of either kind of task; what a key may say is as narrow as in the shipped versions. */
const COMMON = {
  "git-clone": z.strictObject({
    repoURL,
    blobless: z.literal(true).optional(),
    author: z.strictObject({ name: text, email: z.email() }).optional(),
    checkout: z
      .array(z.strictObject({ branch, path, sparse: z.array(z.literal(given("folder"))).length(1) }))
      .length(1),
  }),
  "yaml-update": z.strictObject({
    path: z.literal(`${CHECKOUT}/\${{ vars.valuesFile }}`),
    updates: z.array(z.strictObject({ key: text, value: z.string().max(8_000) })).min(1),
  }),
  "kustomize-set-image": z.strictObject({ path: stageFolder, images: z.array(image).min(1) }),
  "helm-update-chart": z.strictObject({
    path: stageFolder,
    charts: z.array(z.strictObject({ repository: text, name: text, version: text })).min(1),
  }),
  "git-commit": z.strictObject({ path, message: text }),
  http: z.strictObject({
    method: z.enum(["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]),
    url: matching(
      /^https:\/\/[a-zA-Z0-9.-]+(:\d+)?(\/.*)?$/,
      "is not an address: write https:// and a host without an expression",
    ),
    headers: z.array(named).optional(),
    queryParams: z.array(named).optional(),
    body: text.optional(),
    timeout: wait.optional(),
    pollInterval: wait.optional(),
    responseContentType: z.enum(["application/json", "application/yaml", "text/plain"]).optional(),
    outputs: z.array(z.strictObject({ name: text, fromExpression: text })).optional(),
    successExpression: text.optional(),
    failureExpression: text.optional(),
    errorExpression: text.optional(),
  }),
  "argocd-update": z.strictObject({ apps: z.array(z.strictObject(app)).length(1) }),
  "argocd-wait": z.strictObject({
    apps: z
      .array(
        z.strictObject({
          ...app,
          waitFor: z
            .array(z.enum(["health", "sync", "operation", "suspended", "degraded"]))
            .min(1)
            .optional(),
        }),
      )
      .length(1),
  }),
} as const;

const PULL_REQUEST = {
  "git-open-pr": z.strictObject({
    repoURL,
    sourceBranch: text,
    targetBranch: branch,
    provider,
    title: text.optional(),
    description: text.optional(),
    labels: z.array(text).optional(),
  }),
  "git-wait-for-pr": z.strictObject({ repoURL, prNumber: text, provider, pollInterval: wait.optional() }),
} as const;

/**
 * The steps that a task of this kind may have, with the schema of their config.
 * @see https://docs.kargo.io/user-guide/reference-docs/promotion-steps/
 */
export function knownSteps(by: PromotesBy): Readonly<Record<string, z.ZodType>> {
  const pushes = { "git-push": push(by), "github-push": push(by) };
  return { ...COMMON, ...pushes, ...(by === "pull-request" && PULL_REQUEST) };
}

/** One step without the rules of its config. */
const step = z.strictObject({
  uses: z.string(),
  as: matching(
    /^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/,
    "is not an alias: use a letter, then at most 62 letters, digits, '_' or '-'",
  ),
  if: text.optional(),
  continueOnError: z.literal(true).optional(),
  retry: z
    .strictObject({
      errorThreshold: z.int().min(1).max(100),
      timeout: duration({ example: "15m", least: "10s", because: "a server that restarts takes longer" }),
    })
    .optional(),
  config: z.record(z.string(), z.unknown()),
});

const steps = z.array(step).min(1).max(30);

/** The schema of a file with a team's own version of the promotion task. */
export const promotionFileSchema = z.strictObject({ steps, pullRequestSteps: steps.optional() });

export type OwnStep = Readonly<z.output<typeof step>>;
