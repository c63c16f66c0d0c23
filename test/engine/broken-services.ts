import assert from "node:assert/strict";
import type { Cluster } from "../../fleet/cluster.ts";
import { PROVISIONED, type Provisioned, provisionedSchema } from "../../model/provisioned.ts";
import { catalogueText, service } from "../sources.ts";
import { administrator, sendOrThrow } from "./access-world.ts";
import { objectsOf as serviceObjects } from "./expected-objects.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

type Entries = Readonly<Record<string, object>>;

const TEAMS = {
  edge: { group: "AD-Edge" },
  identity: { group: "AD-Identity" },
  payments: { group: "AD-Payments" },
};
export const list = (entries: Entries) =>
  catalogueText(
    Object.fromEntries(Object.entries(entries).map(([name, more]) => [name, service(name, more)])),
    TEAMS,
  );

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

/** A stack with healthy and broken services, in the files only. */
export interface BrokenServices {
  readonly stack: FleetStack;
  readonly admin: Cluster;
  /** How many hooks the repository of a service has. */
  hooks(name: string): number;
  /** The existing objects of a service. */
  objects(name: string): Promise<readonly string[]>;
  /** Checks that a service has all its objects and its hook. */
  isWhole(name: string): Promise<void>;
  /** The stack's output `provisioned`. */
  provisioned(): Promise<Provisioned>;
  /** Runs the `up` of the workflows. */
  up(): Promise<{ readonly output: string; readonly code: number | undefined }>;
  /** Writes the stack file. @param prod more of the stage prod */
  configure(prod?: string): Promise<void>;
  /** Lets GitHub refuse the hooks of the unforeseen ones. */
  refuseHooks(): void;
  close(): Promise<void>;
}

export const NAMESPACES = "/api/v1/namespaces";

/** Opens it. The namespace of `taken` exists already. */
export async function openBrokenServices(): Promise<BrokenServices> {
  const names = ["nginx", "auth", "gone", "taken", "homeless", ...Object.keys(UNFORESEEN), "late"];
  const stack = await openFleetStack(names, { "README.md": "" }, [{ name: "acme/old", archived: true }]);
  const admin = await administrator(stack);
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kargo-taken" } };
  await sendOrThrow(admin, { method: "POST", path: NAMESPACES, body });
  const hooks = (name: string) => stack.github.hooks(`acme/${name}`).length;
  const objects = async (name: string) => {
    const own = new Set(objectsOf(name));
    return (await stack.objects()).filter((object) => own.has(object)).sort();
  };
  const configure = (prod = "") => stack.writeConfig({ pipelines: PIPELINES(prod) }, TEAMS);
  await configure();
  return {
    stack,
    admin,
    hooks,
    objects,
    configure,
    isWhole: async (name) => {
      assert.deepEqual(await objects(name), objectsOf(name));
      assert.equal(hooks(name), 1, name);
    },
    provisioned: async () => {
      const { output } = await stack.cli("stack", "output", "--json", "--show-secrets");
      const outputs = JSON.parse(output.slice(output.indexOf("{"))) as Record<string, unknown>;
      return provisionedSchema.parse(outputs[PROVISIONED]);
    },
    up: () => stack.script(".github/scripts/up.sh", { RUNNER_TEMP: stack.folder, TMPDIR: stack.folder }),
    refuseHooks: () => {
      for (const [name, status] of Object.entries(UNFORESEEN))
        stack.github.faults.add({ kind: "error", path: `/repos/acme/${name}/hooks`, method: "POST", status });
    },
    close: async () => {
      await admin.send({ method: "DELETE", path: `${NAMESPACES}/kargo-taken` });
      admin.close();
      await stack.close();
    },
  };
}

/** Checks that an output names these services with a problem's code. */
export function says(output: string, names: readonly string[], code: string): void {
  for (const name of names)
    assert.match(
      output,
      new RegExp(`services\\.json:\\d+:\\d+ {2}services\\.${name}\\b.*\\[${code}\\]`),
      name,
    );
}
