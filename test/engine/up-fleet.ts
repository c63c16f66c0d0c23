import assert from "node:assert/strict";
import { openTwoStacks, type Printed } from "./two-stacks.ts";

/** By the hash of their names: the first two are on stack test, the others on test-2. */
export const SERVICES = { auth: {}, late: {}, canary: { labels: { tier: "canary" } }, cart: {} };
/** Services with a repository that come later. */
const LATER = ["shop", "mail", "lost", "quay"];

/** Opens two stacks with these services in their files, and with questions that tests ask; nothing is up yet. */
export async function openUpFleet() {
  const fleet = await openTwoStacks([...Object.keys(SERVICES), ...LATER]);
  await fleet.configure();
  await fleet.list(SERVICES);
  /** The services whose Kargo Project exists. */
  const projects = async () =>
    (await fleet.objects()).flatMap((name) => /^Project \/kargo-(.*)$/.exec(name)?.[1] ?? []);
  return {
    ...fleet,
    projects,
    up: async (...args: readonly string[]) => {
      const { stdout, output, code } = await fleet.fleet("up", "--json", ...args);
      assert.ok(stdout.startsWith("{"), output);
      return { ...(JSON.parse(stdout) as Printed), code, output };
    },
    /** Every object of the cluster is in one state, every hook too, and nothing is locked or pending. */
    assertSettled: async () => {
      const states = await Promise.all(["test", "test-2"].map(fleet.state));
      const resources = states.flatMap((state) => state.resources);
      const names = resources
        .filter(({ type }) => type.endsWith(":Project"))
        .map(({ id }) => id?.slice("kargo-".length));
      assert.deepEqual(names.sort(), (await projects()).sort());
      const hooks = resources.filter(({ type }) => type.startsWith("github:")).map(({ id }) => id);
      const real = [...Object.keys(SERVICES), ...LATER].flatMap((name) =>
        fleet.github.hooks(`acme/${name}`).map(({ id }) => String(id)),
      );
      assert.deepEqual(hooks.sort(), real.sort());
      assert.deepEqual(
        [states.map(({ pending }) => pending.length), await fleet.locks("test"), await fleet.locks("test-2")],
        [[0, 0], [], []],
      );
    },
  };
}

export type UpFleet = Awaited<ReturnType<typeof openUpFleet>>;

/** The stacks that ran in each wave. */
export const stacksOf = ({ waves }: Printed) =>
  waves.map(({ runs }) => runs.map(({ stack }) => stack).sort());
