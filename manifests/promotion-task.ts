import { ARGOCD_NAMESPACE } from "../model/names.ts";
import type { PromotionTaskPlan } from "../model/plan.ts";
import { type ClusterPromotionTask, KARGO_API, type Retry, type Step } from "./kargo-types.ts";
import { MANAGED_BY } from "./objects.ts";

/**
 * Kargo's retries start milliseconds apart and double: 3 are spent within a second, 18 within 15 minutes rode out
 * an outage of the Git server of 67 s. A failed Promotion stalls auto-promotion until newer Freight comes.
 */
const PATIENT: Retry = { errorThreshold: 18, timeout: "15m0s" };

/** A person merges when a person has time; meanwhile the Git server may well be away now and then. */
const A_WEEK: Retry = { errorThreshold: 18, timeout: "168h0m0s" };

/** Many services push to one branch at once; each lost race costs one attempt (Kargo's default is 10). */
const PUSH_ATTEMPTS = 50;

/** The values of a service that a Stage hands over; every one is required. */
const VARIABLES = ["image", "pin", "repoURL", "branch", "folder", "valuesFile", "application", "sync"];

/** Any address of GitHub may be GitHub Enterprise's, and Kargo knows GitHub only by a host that is called so. */
const PROVIDER = "github";

/** Quoted, or Kargo makes a number of a branch `1.0`, a folder `1e3` and an Application `1e-2`. */
const given = (variable: string) => `\${{ quote(vars.${variable}) }}`;

/** Quoted, or a tag such as `1234567` would become the number `1.234567e+06`. */
const IMAGE_TAG =
  "${{ quote(vars.pin == 'digest' ? imageFrom(vars.image).Tag + '@' + imageFrom(vars.image).Digest : imageFrom(vars.image).Tag) }}";

/**
 * The steps that promote one service to one Stage: write the image into that Stage's values file, commit, push (or
 * open a pull request and wait for its merge), and, where `sync` is `auto`, have Argo CD sync the Application.
 *
 * `argocd-update` is also what gives a Stage its health: without it Freight counts as verified on the push, before
 * anything ran. It names no sources, since on a branch that many services share a pinned revision turns the Stage
 * Unhealthy at anybody's next commit. There is no `git-clear`: it would delete every other service's files.
 */
export function promotionTask({ name, version, by }: PromotionTaskPlan): ClusterPromotionTask {
  return {
    apiVersion: KARGO_API,
    kind: "ClusterPromotionTask",
    metadata: {
      name,
      labels: { ...MANAGED_BY },
      annotations: {
        "kargo.akuity.io/description":
          by === "push"
            ? "Writes the image into a values file and pushes; syncs where the Stage says so."
            : "Writes the image into a values file on a branch, and waits for the merge of its pull request.",
      },
    },
    spec: {
      vars: VARIABLES.map((variable) => ({ name: variable })),
      steps: [...write(version), ...(by === "push" ? push() : pullRequest()), sync()],
    },
  };
}

function write(version: PromotionTaskPlan["version"]): Step[] {
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
        updates: [{ key: "image.tag", value: IMAGE_TAG }],
      },
    },
    {
      uses: "git-commit",
      as: "commit",
      config: {
        path: "./gitops",
        // v2 names the Application first: a log of one branch for a thousand services is searched by name.
        message: version === "v1" ? message : `\${{ vars.application }}: ${message}`,
      },
    },
  ];
}

function push(): Step[] {
  return [
    {
      uses: "git-push",
      as: "push",
      retry: PATIENT,
      config: { path: "./gitops", targetBranch: given("branch"), maxAttempts: PUSH_ATTEMPTS },
    },
  ];
}

function pullRequest(): Step[] {
  return [
    {
      uses: "git-push",
      as: "push",
      retry: PATIENT,
      config: { path: "./gitops", generateTargetBranch: true, maxAttempts: PUSH_ATTEMPTS },
    },
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
      // Where the file says already what it should, git-open-pr opens nothing and skips itself: there is no number then.
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
    // An `if` takes the place of Kargo's own, which lets no step run after one that failed.
    if: "${{ success() && vars.sync == 'auto' }}",
    retry: PATIENT,
    config: { apps: [{ name: given("application"), namespace: ARGOCD_NAMESPACE }] },
  };
}
