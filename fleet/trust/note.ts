import { fenced } from "../report/escape.ts";
import type { Reason } from "./trusted-changes.ts";

const SHOWN = 50;

/** The text for reviewers of a waiting pull request: the reasons, and what an approval permits. */
export function approvalNote(reasons: readonly Reason[], environment: string): string {
  const lines = reasons.slice(0, SHOWN).map(({ file, why }) => `${file}: ${why}`);
  const more = reasons.length > SHOWN ? [`and ${reasons.length - SHOWN} more`] : [];
  return [
    "🔒 **This pull request changes more than data, so none of it has had access to secrets.**",
    "The report below was made without a cluster. A preview with the engine runs the pull request's own program",
    `beside the secrets of the environment \`${environment}\`: read these files first, then approve that environment in the run.`,
    "",
    "<details><summary>Why it needs an approval</summary>",
    "",
    fenced([...lines, ...more]),
    "",
    "</details>",
    "",
  ].join("\n");
}
