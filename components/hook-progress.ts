import * as pulumi from "@pulumi/pulumi";
import { hookProgress } from "../model/costs.ts";
import { isMade } from "./engine-state.ts";

/** How often the progress is shown, in milliseconds. */
const EVERY = 30_000;

/**
 * Shows how many webhooks the engine has finished, while GitHub's limits make it wait: the provider waits in silence.
 * @param finished resolves for each hook when it exists, or false if it failed
 */
export async function reportHooks(
  finished: readonly Promise<boolean>[],
  tell: (line: string) => unknown = (line) => pulumi.log.info(line),
  every = EVERY,
): Promise<void> {
  let [made, done] = [0, 0];
  const timer = setInterval(() => {
    if (done > 0) tell(hookProgress(made, finished.length));
  }, every);
  // It must not keep the program alive.
  timer.unref();
  await Promise.all(
    finished.map(async (hook) => {
      if (await hook) made += 1;
      done += 1;
    }),
  );
  clearInterval(timer);
}

/** The same for resources; a preview creates none. */
export function watchHooks(hooks: readonly pulumi.CustomResource[]): void {
  if (!pulumi.runtime.isDryRun() && hooks.length > 1) void reportHooks(hooks.map(isMade));
}
