import assert from "node:assert/strict";
import { PROVISIONED, provisionedSchema } from "../../model/provisioned.ts";
import { catalogueOf } from "../sources.ts";
import { administrator } from "./access-world.ts";
import { objectsOf as serviceObjects } from "./expected-objects.ts";
import { openFleetStack } from "./fleet-stack.ts";
import { post, remove, sendOrThrow } from "./requests.ts";

type Entries = Readonly<Record<string, object>>;

const TEAMS = {
  edge: { group: "AD-Edge" },
  identity: { group: "AD-Identity" },
  payments: { group: "AD-Payments" },
};
export const list = (entries: Entries) => catalogueOf(entries, TEAMS);

export const HEALTHY: Entries = { nginx: {}, auth: { team: "identity" } };
/** A complete service whose repository is deleted later. */
export const GONE: Entries = { gone: {} };
/**
 * Services with known problems: no repository; a namespace of somebody else; a team without build namespace; an
 * archived repository.
 */
export const FORESEEN: Entries = { lost: {}, taken: {}, homeless: { team: "payments" }, old: {} };
/** Services whose hooks GitHub refuses, which no check can predict. */
export const UNFORESEEN: Readonly<Record<string, 403 | 422 | 502>> = { closed: 403, odd: 422, sick: 502 };
export const ALL: Entries = {
  ...HEALTHY,
  ...GONE,
  ...FORESEEN,
  ...Object.fromEntries(Object.keys(UNFORESEEN).map((name) => [name, {}])),
};
/** One service with another chart, and one new service. */
export const AT_LAST: Entries = {
  ...HEALTHY,
  closed: {},
  odd: { chart: { path: "charts/other" } },
  late: {},
};
export const going = (entries: Entries): Entries =>
  Object.fromEntries(
    Object.entries(entries).map(([name, more]) => [name, { ...more, state: "decommissioned" }]),
  );
const PIPELINES = (prod = "") =>
  `{ standard: [ ${[
    "{ stage: dev, promotion: auto, sync: auto }",
    `{ stage: prod, promotion: manual, sync: manual, after: [dev]${prod} }`,
  ].join()} ] }`;

/** What one service has in the cluster. */
export const objectsOf = (name: string) => serviceObjects(name, { pipelines: PIPELINES() });

export const NAMESPACES = "/api/v1/namespaces";

/** Opens a stack with healthy and broken services, in the files only. The namespace of `taken` exists already. */
export async function openBrokenServices() {
  const names = ["nginx", "auth", "gone", "taken", "homeless", ...Object.keys(UNFORESEEN), "late"];
  const stack = await openFleetStack(names, { repositories: [{ name: "acme/old", archived: true }] });
  const admin = await administrator(stack);
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kargo-taken" } };
  await sendOrThrow(admin, post(NAMESPACES, body));
  /** How many hooks the repository of a service has. */
  const hooks = (name: string) => stack.github.hooks(`acme/${name}`).length;
  /** The existing objects of a service. */
  const objects = async (name: string) => {
    const own = new Set(objectsOf(name));
    return (await stack.objects()).filter((object) => own.has(object)).sort();
  };
  /** Writes the stack file. @param prod more of the stage prod */
  const configure = (prod = "") => stack.writeConfig({ pipelines: PIPELINES(prod) }, TEAMS);
  await configure();
  return {
    stack,
    admin,
    hooks,
    objects,
    configure,
    /** Checks that a service has all its objects and its hook. */
    isWhole: async (name: string) => {
      assert.deepEqual(await objects(name), objectsOf(name));
      assert.equal(hooks(name), 1, name);
    },
    /** The stack's output `provisioned`. */
    provisioned: async () => {
      const { output } = await stack.cli("stack", "output", "--json", "--show-secrets");
      const outputs = JSON.parse(output.slice(output.indexOf("{"))) as Record<string, unknown>;
      return provisionedSchema.parse(outputs[PROVISIONED]);
    },
    /** Runs the `up` of the workflows. */
    up: () => stack.script(".github/scripts/up.sh", { RUNNER_TEMP: stack.folder, TMPDIR: stack.folder }),
    /** Lets GitHub refuse the hooks of the unforeseen ones. */
    refuseHooks: () => {
      for (const [name, status] of Object.entries(UNFORESEEN))
        stack.github.faults.add({ kind: "error", path: `/repos/acme/${name}/hooks`, method: "POST", status });
    },
    close: async () => {
      await admin.send(remove(`${NAMESPACES}/kargo-taken`));
      admin.close();
      await stack.close();
    },
  };
}

export type BrokenServices = Awaited<ReturnType<typeof openBrokenServices>>;

/** Checks that an output names these services with a problem's code. */
export function says(output: string, names: readonly string[], code: string): void {
  for (const name of names)
    assert.match(
      output,
      new RegExp(`services\\.json:\\d+:\\d+ {2}services\\.${name}\\b.*\\[${code}\\]`),
      name,
    );
}
