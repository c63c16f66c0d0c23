import assert from "node:assert/strict";
import { succeeds } from "../commands.ts";
import type { InterruptibleFleet, InterruptibleStack, Point, Victim } from "./stack.ts";

const VICTIMS: readonly Victim[] = ["engine", "program", "plugin", "API server"];
/** A Namespace, four objects of Kargo, two Roles and their bindings, two objects of Argo CD, and a hook. */
const CREATIONS = 12;

/**
 * Twenty interruptions: each victim is killed five times, and each creation of a service is interrupted at least once,
 * before or after it
 * happened.
 */
export const POINTS: readonly Point[] = Array.from({ length: 5 * VICTIMS.length }, (_, index) => ({
  victim: VICTIMS[index % VICTIMS.length] ?? "engine",
  at: 1 + ((index * 7) % CREATIONS),
  moment: Math.floor(index / VICTIMS.length) % 2 === 0 ? "after" : "before",
}));

/** The names of a point's services, one per try. */
const tries = (point: Point) => [`s${POINTS.indexOf(point)}`, `s${POINTS.indexOf(point)}-again`];

/** The services whose repositories these points need. */
export const servicesOf = (points: readonly Point[]): string[] => points.flatMap(tries);

function objectsOf(name: string): string[] {
  return [
    `AppProject argocd/${name}`,
    `Application argocd/${name}-dev`,
    `Namespace kargo-${name}`,
    `Project kargo-${name}`,
    `ProjectConfig kargo-${name}/kargo-${name}`,
    `Role kargo-${name}/kargo-fleet-approvers`,
    `Role kargo-${name}/kargo-fleet-team`,
    `RoleBinding kargo-${name}/kargo-fleet-approvers`,
    `RoleBinding kargo-${name}/kargo-fleet-team`,
    `Stage kargo-${name}/dev`,
    `Warehouse kargo-${name}/${name}`,
  ];
}

/** Checks that nothing is locked or pending, and that the state contains every object and hook. */
export async function assertSettled(
  stack: InterruptibleStack,
  objects: ReadonlyMap<string, string>,
): Promise<void> {
  const { pending, resources } = await stack.checkpoint();
  assert.deepEqual([pending, await stack.locks()], [[], []]);
  const known = resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ id, outputs }) => `${outputs?.kind} ${id}`);
  assert.deepEqual(known.sort(), [...objects.keys()].sort());
  const hooks = resources.filter(({ type }) => type.startsWith("github:")).map(({ id }) => id);
  assert.deepEqual(hooks.sort(), [...stack.hooks()].sort());
}

/**
 * Defines a test for each point: an interrupted `up` is recovered and completed.
 * @param opened the fleet, once it is open
 * @param finished called with the stack of each test
 */
export function itRepairs(
  points: readonly Point[],
  opened: () => InterruptibleFleet,
  finished: (stack: InterruptibleStack) => void = () => {},
): void {
  for (const point of points) {
    const { victim, at, moment } = point;
    const names = tries(point);

    it(`repairs the stack when the ${victim} dies at creation ${at} of ${CREATIONS}, ${moment} it is made; then one up completes it with the same objects, one hook and no duplicates`, async () => {
      // A retry uses a new service.
      const name = names.shift() ?? "";
      const fleet = opened();
      const stack = await fleet.open(name);
      finished(stack);
      /** The uid of every object that was ever created. */
      const made = new Map<string, string>();

      async function remember(): Promise<ReadonlyMap<string, string>> {
        const objects = await stack.objects();
        for (const [object, uid] of objects) {
          assert.equal(made.get(object) ?? uid, uid, `${object} is another one than before`);
          made.set(object, uid);
        }
        return objects;
      }

      const interrupted = await stack.up(point);
      assert.notEqual(interrupted.code, 0, interrupted.output);
      // A restarted API server serves custom resources late, and recover must wait for them.
      if (victim === "API server") await fleet.server.revive();
      else await remember();
      await succeeds(stack.fleet("recover"));
      await assertSettled(stack, await remember());

      await succeeds(stack.up());
      const objects = await remember();
      assert.deepEqual([...objects.keys()], objectsOf(name).sort());
      assert.equal(stack.hooks().length, 1);
      await assertSettled(stack, objects);
    });
  }
}
