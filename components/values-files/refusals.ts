import { type Failure, isPassing, type UsedUp } from "../../git-host/github/api/retries.ts";
import { SeedError, type Target } from "./target.ts";

/** What a run was doing when a call failed. */
export type Phase = "reading" | "writing" | "moving the branch";

/** The `fleet` command that does the same in a checkout. */
export type Command = "seed" | "move-values";

/** The error for a failed call, with a fix. No change is visible before the branch moves. */
export function refusal(
  failure: Failure,
  doing: Phase,
  { repository, branch, url }: Target,
  command: Command,
): SeedError {
  const { status } = failure;
  const said = oneLine(failure.message);
  const failed = (why: string) =>
    new SeedError(`The values files could not be written to ${repository} at ${url}: ${why}`);
  if (status === 0)
    return failed(`it cannot be reached (${said}). Nothing was written. Check the network and run again.`);
  if (isPassing(failure))
    return failed(
      `it answered ${status} (${said}) again and again. Run again later; existing files are kept.`,
    );
  if (status === 401)
    return failed(
      `it rejects the token (${said}). Nothing was written. ` +
        "Set a valid one: pulumi config set --secret github:token, or GITHUB_TOKEN.",
    );
  if (status === 409 && /empty/i.test(said))
    return failed(
      `the repository is empty. Push a first commit to ${branch}, a README will do, and run again.`,
    );
  if (doing === "moving the branch") return protectedBranch(said, { repository, branch, url }, command);
  if (doing === "writing" && (status === 403 || status === 404))
    return failed(
      `the token may read it, but not write it (${said}). Nothing was written. ` +
        "Give the token, or its GitHub App, the repository permission Contents: read and write.",
    );
  return failed(`it answered ${status} (${said}) while ${doing}. Nothing was written.`);
}

/**
 * The error for a branch that takes no direct commit. GitHub's text names the rule: a ruleset, branch protection or a
 * server hook.
 */
function protectedBranch(said: string, { repository, branch, url }: Target, command: Command): SeedError {
  return new SeedError(
    `The branch ${branch} of ${repository} at ${url} accepts no direct commit: ${said} Nothing was written. ` +
      "Either let the deployer's GitHub App bypass that rule, as Kargo's must, or run " +
      `npm run fleet -- ${command} --stack <stack> --output <checkout>, merge the result, and run again.`,
  );
}

/** The branch does not exist, or the repository is not visible. */
export function absent(what: "branch" | "repository", { repository, branch, url }: Target): SeedError {
  return new SeedError(
    what === "branch"
      ? `${repository} at ${url} has no branch ${branch}. Create it, or change kargo-fleet:gitops.`
      : `There is no repository ${repository} at ${url}, or the token may not see it. ` +
          "Create it, change kargo-fleet:gitops, or give the token access.",
  );
}

/** Something else is in place of a values file or its folder. */
export function pathIsTaken(path: string, type: string, { repository, branch }: Target): SeedError {
  const what = type === "tree" ? "a folder" : type === "blob" ? "a file" : "a submodule";
  return new SeedError(
    `${path} is ${what} on ${branch} of ${repository}, where values files should go. Nothing was written. ` +
      "Remove it, or change kargo-fleet:gitops.",
  );
}

/** The branch moved just before each of our attempts. */
export function overtaken(attempts: number, { repository, branch }: Target): SeedError {
  return new SeedError(
    `Somebody else pushed to ${branch} of ${repository} before us, ${attempts} times in a row. Nothing was written. ` +
      "Run again when fewer promotions run.",
  );
}

/** GitHub's limit lasts too long. */
export function usedUp({ minutes, until }: UsedUp): SeedError {
  return new SeedError(
    `GitHub's rate limit for this token is exhausted for another ${minutes} min. Nothing was written. ` +
      `Run again after ${until} UTC, or with the token of a GitHub App, which has its own limit.`,
  );
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n+\s*/g, " ");
}
