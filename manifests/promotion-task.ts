import { ARGOCD_NAMESPACE } from "../model/names.ts";
import type { PromotionTaskPlan } from "../model/plan.ts";
import { given, IMAGES_VARIABLE, SOURCE_VARIABLE, TASK_VARIABLES } from "../model/task-variables.ts";
import { commitStatusSteps } from "./commit-status.ts";
import { IMAGE_UPDATES } from "./image-updates.ts";
import { type ClusterPromotionTask, KARGO_API, type Retry, type Step } from "./kargo-types.ts";
import { MANAGED_BY } from "./objects.ts";

/**
 * Kargo's retries start milliseconds apart and double: 3 take less than a second; 18 within 15 minutes survived an
 * outage of the Git server of 67 s. A failed Promotion stalls auto-promotion until newer Freight arrives.
 */
const PATIENT: Retry = { errorThreshold: 18, timeout: "15m0s" };

/** Waits a week for a person to merge, with retries for outages of the Git server. */
const A_WEEK: Retry = { errorThreshold: 18, timeout: "168h0m0s" };

/**
 * Many services push to one branch at the same time, and each lost race costs one attempt (Kargo's default is 10).
 */
const PUSH_ATTEMPTS = 50;

/** Kargo detects GitHub only by the host name, which GitHub Enterprise does not have. */
const PROVIDER = "github";

/** Quoted, because a tag such as `1234567` would become the number `1.234567e+06`. */
const IMAGE_TAG =
  "${{ quote(vars.pin == 'digest' ? imageFrom(vars.image).Tag + '@' + imageFrom(vars.image).Digest : imageFrom(vars.image).Tag) }}";

/**
 * The steps that promote one service to one Stage: write the image into the Stage's values file, commit, push (or
 * open a pull request and wait for its merge), and, if `sync` is `auto`, make Argo CD sync the Application.
 * `argocd-update` also gives a Stage its health: without it Freight counts as verified on the push, before anything
 * ran. It names no sources, because on a shared branch a pinned revision makes the Stage Unhealthy at anybody's
 * next commit. There is no `git-clear`, which would delete the files of every other service.
 */
export function promotionTask({
  name,
  version,
  by,
  own,
  images,
  commitStatus,
}: PromotionTaskPlan): ClusterPromotionTask {
  const what = images ? "several images" : "the image";
  return {
    apiVersion: KARGO_API,
    kind: "ClusterPromotionTask",
    metadata: {
      name,
      labels: { ...MANAGED_BY },
      annotations: {
        "kargo.akuity.io/description": own
          ? `From ${own.file}; promotes by ${by}.`
          : by === "push"
            ? `Writes ${what} into a values file and pushes; syncs where the Stage says so.`
            : `Writes ${what} into a values file on a branch, and waits for the merge of its pull request.`,
      },
    },
    spec: {
      vars: [
        ...TASK_VARIABLES,
        ...(images ? [IMAGES_VARIABLE] : []),
        ...(commitStatus ? [SOURCE_VARIABLE] : []),
      ].map((variable) => ({ name: variable })),
      steps: [
        // The checks of the file demand the same forms as this type.
        ...((own?.steps as readonly Step[] | undefined) ?? [
          ...write(version, images ? IMAGE_UPDATES : [{ key: "image.tag", value: IMAGE_TAG }]),
          ...(by === "push" ? [push({ targetBranch: given("branch") })] : pullRequest()),
          sync(),
        ]),
        ...(commitStatus ? commitStatusSteps(commitStatus) : []),
      ],
    },
  };
}

type Updates = Extract<Step, { readonly uses: "yaml-update" }>["config"]["updates"];

function write(version: PromotionTaskPlan["version"], updates: Updates): Step[] {
  const message = "${{ task.outputs['update'].commitMessage }}";
  return [
    {
      uses: "git-clone",
      as: "clone",
      retry: PATIENT,
      config: {
        repoURL: given("repoURL"),
        blobless: true,
        checkout: [{ branch: given("branch"), path: "./gitops", sparse: [given("folder")] }],
      },
    },
    {
      uses: "yaml-update",
      as: "update",
      config: {
        path: "./gitops/${{ vars.valuesFile }}",
        updates,
      },
    },
    {
      uses: "git-commit",
      as: "commit",
      config: {
        path: "./gitops",
        // v2 starts with the Application, because users search the log of a shared branch by name.
        message: version === "v1" ? message : `\${{ vars.application }}: ${message}`,
      },
    },
  ];
}

type Branch = { readonly targetBranch: string } | { readonly generateTargetBranch: true };

function push(to: Branch): Step {
  return {
    uses: "git-push",
    as: "push",
    retry: PATIENT,
    config: { path: "./gitops", ...to, maxAttempts: PUSH_ATTEMPTS },
  };
}

function pullRequest(): Step[] {
  return [
    push({ generateTargetBranch: true }),
    {
      uses: "git-open-pr",
      as: "open",
      retry: PATIENT,
      config: {
        repoURL: given("repoURL"),
        sourceBranch: "${{ task.outputs['push'].branch }}",
        targetBranch: given("branch"),
        provider: PROVIDER,
      },
    },
    {
      uses: "git-wait-for-pr",
      as: "merge",
      // If the file already has the tag, git-open-pr opens no pull request and skips itself, so there is no number.
      if: "${{ success() && status('open') != 'Skipped' }}",
      retry: A_WEEK,
      config: {
        repoURL: given("repoURL"),
        prNumber: "${{ task.outputs['open'].pr.id }}",
        provider: PROVIDER,
      },
    },
  ];
}

function sync(): Step {
  return {
    uses: "argocd-update",
    as: "sync",
    // An `if` replaces Kargo's default condition, which runs no step after a failed one.
    if: "${{ success() && vars.sync == 'auto' }}",
    retry: PATIENT,
    config: { apps: [{ name: given("application"), namespace: ARGOCD_NAMESPACE }] },
  };
}
