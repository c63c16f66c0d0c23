import { isDeepStrictEqual } from "node:util";
import { formatPath, InvalidInput, listed, type Problem } from "../../model/diagnostics.ts";
import type { ServicePlan } from "../../model/plan.ts";
import { type KubernetesObject, serviceLabels } from "../objects.ts";
import { type Inventory, type ObjectRow, objectRow, type Row } from "./row.ts";

/** A platform team's changes of the program's objects, and its own objects. See {@link customize}. */
export interface Customization {
  /**
   * Returns the changed object. It is called for every object of the program except Secrets.
   *
   * @param object a copy, which may be modified and returned
   * @param of the component and role of the object
   * @default changes nothing
   */
  readonly object?: (object: OpenObject, of: Customized) => KubernetesObject;
  /**
   * Returns the objects to add to a service, in the namespace of its Kargo Project and with the service's labels.
   * @default none
   */
  readonly service?: (service: ServicePlan) => readonly AddedObject[];
}

/** A Kubernetes object with any fields. */
export type OpenObject = KubernetesObject & { readonly [key: string]: unknown };

/** The component and role of an object. */
interface Customized {
  /** A service's name, `platform` or `build-triggers`. */
  readonly component: string;
  /** For example `application-prod`. */
  readonly role: string;
}

/** An object that a platform team adds to each service. */
interface AddedObject {
  /** The end of its Pulumi name, after `custom-`. Keep it if the object's name changes. */
  readonly role: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: object;
}

/** Kinds that may be added. They limit a namespace, give no rights and run nothing. */
const MAY_ADD: readonly string[] = ["v1 LimitRange", "v1 ResourceQuota"];

/** Kinds that decide about access. They may not be changed. */
const ACCESS: readonly string[] = [
  "AppProject",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "ServiceAccount",
];

/** Annotations by which Kargo, the Argo projects and the engine grant rights, skip gates or treat an object differently. */
const MAY_NOT_ANNOTATE =
  /^(?!notifications\.argoproj\.io\/)([a-z0-9-]+\.)*(kargo\.akuity\.io|argoproj\.io|pulumi\.com)\//;

/** The other fields that may change, as prefixes of their paths. Auto-sync of an Application is not one of them. */
const MAY_CHANGE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Application: [
    ["spec", "syncPolicy", "syncOptions"],
    ["spec", "syncPolicy", "retry", "limit"],
    ["spec", "syncPolicy", "retry", "backoff"],
  ],
};

/**
 * The sync options that may be added. None of them recreates or keeps what a sync would change.
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 */
const MAY_SYNC =
  /^((ApplyOutOfSyncOnly|FailOnSharedResource|PruneLast|RespectIgnoreDifferences|ServerSideApply)=true|PrunePropagationPolicy=(background|foreground))$/;

let current: Customization = {};

/** Sets the customization. It affects everything that is derived from rows. The last call wins. */
export function customize(customization: Customization): void {
  current = customization;
}

/** The current customization. */
export function customization(): Customization {
  return current;
}

/** Whether a customization is set. */
export function isCustomizing(): boolean {
  return current.object !== undefined || current.service !== undefined;
}

/**
 * Applies the customization to an inventory.
 * @throws InvalidInput if it changes a field that it may not change
 */
export function customized<Part extends string>(inventory: Inventory<Part>): Inventory<Part> {
  const { object } = current;
  if (object === undefined) return inventory;
  const problems: Problem[] = [];
  const change = (row: Row): Row => {
    if ("hook" in row || row.manifest.kind === "Secret") return row;
    const of = { component: inventory.name, role: row.role };
    // The result is copied, so that nothing can change after the check.
    const changed = (before: KubernetesObject) => {
      const after = structuredClone(object({ ...structuredClone(before) }, of));
      return { after, paths: changedPaths(before, after) };
    };
    const { after: manifest, paths } = changed(row.manifest);
    if (paths.length === 0) return row;
    problems.push(...refused(of, row.manifest, manifest, paths));
    const { rotating } = row;
    const rotated = (before: KubernetesObject) => {
      const { after, paths } = changed(before);
      const wrong = refused(of, before, after, paths);
      if (wrong.length > 0) throw new InvalidInput(wrong);
      return after;
    };
    return {
      ...row,
      manifest,
      customised: paths.map((path) => formatPath(path)),
      ...(rotating && { rotating: (rotation: string) => rotated(rotating(rotation)) }),
    };
  };
  const parts = Object.entries<readonly Row[]>(inventory.parts).map(([part, rows]) => [
    part,
    rows.map(change),
  ]);
  if (problems.length > 0) throw new InvalidInput(problems);
  return { ...inventory, parts: Object.fromEntries(parts) as Inventory<Part>["parts"] };
}

/** The rows that the customization adds to a service. @throws InvalidInput if a kind may not be added */
export function addedRows(service: ServicePlan): readonly ObjectRow[] {
  const added = structuredClone(current.service?.(structuredClone(service)) ?? []);
  const problems = added.flatMap(({ role, apiVersion, kind, metadata: { annotations = {} } }) => {
    const of = { component: service.name, role: `custom-${role}` };
    const wrong = Object.keys(annotations).filter((key) => MAY_NOT_ANNOTATE.test(key));
    return [
      ...(MAY_ADD.includes(`${apiVersion} ${kind}`)
        ? []
        : [
            problem(
              of,
              `adds a ${kind}. It may add ${listed(MAY_ADD)}.`,
              "Write a row of the inventory for it, see CONTRIBUTING.md.",
            ),
          ]),
      ...wrong.map((key) => problem(of, `adds the annotation ${key} to a ${kind}.`, FIX)),
    ];
  });
  if (problems.length > 0) throw new InvalidInput(problems);
  return added.map(({ role, apiVersion, kind, metadata: { name, annotations }, spec }) => {
    const metadata = { name, namespace: service.project, labels: serviceLabels(service) };
    const manifest = {
      apiVersion,
      kind,
      metadata: { ...metadata, ...(annotations && { annotations }) },
      spec,
    };
    return objectRow(`custom-${role}`, manifest, { after: ["project"], customised: ["added"] });
  });
}

type Path = readonly string[];

const FIX = "Remove the change; docs/customize.md lists what may be changed.";

function refused(
  of: Customized,
  before: KubernetesObject,
  after: KubernetesObject,
  paths: readonly Path[],
): Problem[] {
  const { kind } = before;
  const wrong = ACCESS.includes(kind) ? paths : paths.filter((path) => !mayChange(kind, path));
  return [
    ...wrong.map((path) => problem(of, `changes ${formatPath(path)} of ${kind}.`, FIX)),
    ...(kind === "Application" && wrong.length === 0 ? refusedSync(of, before, after) : []),
  ];
}

/** What a changed sync policy may not say. A manual sync is retried by the same policy. */
function refusedSync(of: Customized, before: KubernetesObject, after: KubernetesObject): Problem[] {
  const { syncOptions: own = [] } = syncPolicyOf(before);
  const { syncOptions = [], retry } = syncPolicyOf(after);
  const missing = own.filter((option) => !syncOptions.includes(option));
  const unknown = syncOptions.filter((option) => !own.includes(option) && !MAY_SYNC.test(option));
  return [
    ...missing.map((option) => problem(of, `removes the sync option ${option}.`, FIX)),
    ...unknown.map((option) => problem(of, `adds the sync option ${option}.`, FIX)),
    ...(retry?.limit !== undefined && !(retry.limit >= 0)
      ? [problem(of, `sets a retry limit of ${retry.limit}, which retries for ever.`, FIX)]
      : []),
  ];
}

interface SyncPolicy {
  readonly syncOptions?: readonly string[];
  readonly retry?: { readonly limit?: number };
}

function syncPolicyOf(object: KubernetesObject): SyncPolicy {
  return (object as { readonly spec?: { readonly syncPolicy?: SyncPolicy } }).spec?.syncPolicy ?? {};
}

function mayChange(kind: string, path: Path): boolean {
  const [first, second, key = ""] = path;
  if (first === "metadata" && second === "annotations") return key !== "" && !MAY_NOT_ANNOTATE.test(key);
  return (MAY_CHANGE[kind] ?? []).some((start) => start.every((part, index) => path[index] === part));
}

function problem({ component, role }: Customized, message: string, fix: string): Problem {
  const place = { file: "customize.ts", line: 1, column: 1 };
  return { code: "KF110", place, path: `${component}/${role}`, message, fix };
}

/** The paths of the values that differ; a list is one value. */
function changedPaths(before: unknown, after: unknown, path: Path = []): Path[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isMap(before) || !isMap(after)) {
    // An added or removed map is reported by its keys.
    const keys = Object.keys((isMap(before) ? before : isMap(after) ? after : undefined) ?? {});
    const other = before === undefined || after === undefined;
    return other && keys.length > 0 ? keys.map((key) => [...path, key]) : [path];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    changedPaths(before[key], after[key], [...path, key]),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
