import { askPlugin } from "./plugin-version.ts";
import { runInGroup } from "./process-group.ts";
import type { Question } from "./programs.ts";

/** A program's version, or the reason why it is unknown. */
export type Answer = { readonly version: string } | { readonly problem: string };

/** How long a program may take to answer. A build may be using every core. */
const limitMilliseconds = 30_000;

/**
 * Starts a program, reads its version and ends it.
 * @param path an executable file
 * @param interrupted aborts the call
 */
export async function askVersion(
  path: string,
  question: Question,
  environment: NodeJS.ProcessEnv,
  interrupted: AbortSignal,
): Promise<Answer> {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(limitMilliseconds)]);
  if (question.kind === "plugin") {
    return askPlugin(path, question.service, environment, signal);
  }
  const ended = await runInGroup(path, question.args, {
    // `pulumi version` would check for updates on the Internet.
    environment: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
    grace: 0,
    signal,
  });
  const command = `${path} ${question.args.join(" ")}`;
  const version = ended.lines.map((line) => question.answer.exec(line)?.[1]).find((match) => match);
  if (version !== undefined) {
    return { version };
  }
  if (ended.notStarted !== undefined) {
    return { problem: `${path} does not start (${ended.notStarted.message})` };
  }
  if (signal.aborted) {
    return { problem: `\`${command}\` did not answer within ${limitMilliseconds / 1000} s` };
  }
  return { problem: `\`${command}\` prints no version${ended.lines[0] ? `: ${ended.lines[0]}` : ""}` };
}
