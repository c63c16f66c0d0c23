import { z } from "zod";
import { objectName } from "./kubernetes-names.ts";
import { matching } from "./patterns.ts";
import type { StackConfig } from "./stack-config.ts";
import { githubApi, webAddress } from "./web-address.ts";

/** The settings of the commit statuses on the services' repositories. */
export const commitStatusSchema = z.strictObject({
  existingSecret: objectName.meta({
    description:
      "An existing Secret in kargo-shared-resources with the label kargo.akuity.io/cred-type: generic; its key token holds a GitHub token with the permissions Contents: read and Commit statuses: write.",
  }),
  context: matching(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    "is not the start of a context: at most 100 letters, digits, '.', '_' or '-'.",
  )
    .default("kargo-fleet")
    .meta({ description: "The start of each status's context; the Stage follows after a slash." }),
  kargo: webAddress.optional().meta({ description: "The address of Kargo's UI, to which a status links." }),
});

/** The aliases of the steps that report a Stage, which a stack's own promotion tasks leave free. */
export const COMMIT_STATUS_ALIASES: readonly string[] = ["find-commit", "report-stage"];

/** How the promotion tasks report a Stage to GitHub. The token itself is only named. */
export interface CommitStatusPlan {
  /** The address of GitHub's REST API. */
  readonly api: string;
  readonly secret: string;
  readonly context: string;
  readonly kargo: string | undefined;
}

/** Undefined if the stack reports nothing. */
export function planCommitStatus({ commitStatus, github }: StackConfig): CommitStatusPlan | undefined {
  if (commitStatus === undefined) return undefined;
  const { existingSecret, context, kargo } = commitStatus;
  return { api: githubApi(new URL(github.url)), secret: existingSecret, context, kargo };
}
