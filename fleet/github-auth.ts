import { authOf, type GitHubAuth } from "../git-host/github/api/auth.ts";
import type { Plan } from "../model/plan.ts";
import { configOf, PROJECT } from "../model/stack-file.ts";
import { GITHUB_APP_KEY, TOKEN } from "../model/stack-secrets.ts";
import { nameOfStack, readStack, stackNames } from "./all-stacks.ts";
import { workingDirectory } from "./files.ts";
import { openEngine } from "./recovery/engine.ts";

/**
 * The identity of a command's GitHub calls, from the settings of `pulumi up`: the stack's App, else its
 * `github:token`, else GITHUB_TOKEN. GITHUB_TOKEN also stands in for a secret that the engine cannot decrypt here.
 * @param report prints one line if the engine cannot decrypt it
 * @returns undefined if there is none
 */
export async function gitHubAuth(
  stack: string,
  github: Pick<Plan["github"], "app">,
  report: (line: string) => void,
): Promise<GitHubAuth | undefined> {
  const files = workingDirectory();
  const { document } = readStack(nameOfStack(stack, stackNames(files)), files);
  const key = github.app ? `${PROJECT}:${GITHUB_APP_KEY}` : TOKEN;
  const isSet = key in configOf(document);
  const secret = isSet ? await openEngine(stack).config(key) : undefined;
  if (isSet && !secret)
    report(`The engine does not decrypt ${key} of ${stack} here: pulumi config get ${key} shows why.`);
  return authOf(github, () => secret) ?? (process.env.GITHUB_TOKEN || undefined);
}
