import { join } from "node:path";
import { writeFolder } from "../../fleet/render/folder.ts";
import { renderObjects } from "../../fleet/render/objects.ts";
import { CALENDAR } from "../../manifests/calendar.ts";
import { type Cost, measure } from "../measure.ts";
import type { Measured } from "../results.ts";
import { type Peer, type Phase, STATES } from "./phases.ts";
import { serviceName, type World } from "./world.ts";

/** kubectl waits for each namespace, in which the namespace controller first looks for every kind. */
const LARGEST_DESTROY = 50;

/**
 * `kubectl apply --server-side` of the same objects, as the same deployer under the same guards: the least work that
 * an API server needs for them. It knows no hooks, no values files and no state, and cannot remove what is no longer listed.
 */
export const kubectl: Peer = {
  name: "kubectl apply",
  shards: () => 1,
  leftOut: (phase, size) =>
    phase === "known no-op"
      ? "it knows nothing of its last run"
      : phase === "recovery"
        ? "it has no state to lose: run it again"
        : phase === "destroy" && size > LARGEST_DESTROY
          ? `left out above ${LARGEST_DESTROY}`
          : undefined,
  prepare: async (phase, world) => {
    const files = renderObjects(world.plan(STATES[phase]));
    // The deployer only patches the calendar, which is the administrator's.
    const own = phase === "destroy" ? files.filter(({ path }) => !path.includes(CALENDAR)) : files;
    await writeFolder(rendered(world), own);
  },
  run: async (phase, world) => {
    const last = serviceName(world.plan(STATES[phase]).services.length - 1);
    const folder = phase === "one service" ? join(rendered(world), "services", last) : rendered(world);
    return measuredAs(await call(world, commandOf(phase), "--recursive", "--filename", folder));
  },
};

function commandOf(phase: Phase): string[] {
  return phase === "destroy" ? ["delete"] : ["apply", "--server-side"];
}

function call(
  { programs, plane, folder }: World,
  command: readonly string[],
  ...args: string[]
): Promise<Cost> {
  const own = [programs.kubectl, "--kubeconfig", plane.kubeconfigs.deployer];
  return measure([...own, ...command, ...args], { cwd: folder, env: {} });
}

function rendered({ folder }: World): string {
  return join(folder, "rendered");
}

function measuredAs({ seconds, megabytes, worker, written }: Cost): Omit<Measured, "requests"> {
  return { seconds, worker, all: megabytes, written };
}
