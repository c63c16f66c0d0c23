import { COMMIT_STATUS_ALIASES, type CommitStatusPlan } from "../model/commit-status.ts";
import { SOURCE_VARIABLE } from "../model/task-variables.ts";
import type { Retry, Step } from "./kargo-types.ts";

/** GitHub may be slow or away; a Promotion waits a minute at most. */
const BRIEF: Retry = { errorThreshold: 3, timeout: "1m0s" };

const [FIND = "", REPORT = ""] = COMMIT_STATUS_ALIASES;

/** The last part of a tag such as `20260131235959-0123abc`. */
const COMMIT = "split(imageFrom(vars.image).Tag, '-')[-1]";

/**
 * The last steps of a Promotion: find the full commit of the image's tag, and give it a status. GitHub takes a status
 * only for a full commit. Neither step can make a Promotion fail (`continueOnError`). An image whose tag ends in no
 * commit gets no status.
 * @see https://docs.github.com/en/rest/commits/statuses
 */
export function commitStatusSteps({ api, secret, context, kargo }: CommitStatusPlan): readonly Step[] {
  const repository = `${api}/repos/\${{ vars.${SOURCE_VARIABLE} }}`;
  const authorization = { name: "Authorization", value: `Bearer \${{ sharedSecret('${secret}').token }}` };
  const version = { name: "X-GitHub-Api-Version", value: "2022-11-28" };
  const status = [
    "'state': 'success'",
    `'context': '${context}/' + ctx.stage`,
    "'description': 'Promoted to ' + ctx.stage + ': ' + imageFrom(vars.image).Tag[:80]",
    ...(kargo === undefined
      ? []
      : [`'target_url': '${kargo}/project/' + ctx.project + '/stage/' + ctx.stage`]),
  ];
  return [
    {
      uses: "http",
      as: FIND,
      // An `if` replaces Kargo's default condition, which runs no step after a failed one.
      if: `\${{ success() && ${COMMIT} matches '^[0-9a-f]{7,40}$' }}`,
      continueOnError: true,
      retry: BRIEF,
      config: {
        method: "GET",
        url: `${repository}/commits/\${{ ${COMMIT} }}`,
        // The full commit alone: the JSON of a large commit exceeds what the step reads.
        headers: [{ name: "Accept", value: "application/vnd.github.sha" }, version, authorization],
        responseContentType: "text/plain",
        outputs: [{ name: "sha", fromExpression: "response.body" }],
      },
    },
    {
      uses: "http",
      as: REPORT,
      if: `\${{ status('${FIND}') == 'Succeeded' }}`,
      continueOnError: true,
      retry: BRIEF,
      config: {
        method: "POST",
        url: `${repository}/statuses/\${{ task.outputs['${FIND}'].sha }}`,
        headers: [{ name: "Accept", value: "application/vnd.github+json" }, version, authorization],
        body: `\${{ quote({${status.join(", ")}}) }}`,
      },
    },
  ];
}
