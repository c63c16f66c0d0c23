import { isDeepStrictEqual } from "node:util";
import { formatPath, InvalidInput, listed, type Problem } from "../../model/diagnostics.ts";
import type { ServicePlan } from "../../model/plan.ts";
import { type KubernetesObject, serviceLabels } from "../objects.ts";
import { type Inventory, type ObjectRow, objectRow, type Row } from "./row.ts";

/** What a platform team changes of the program's objects, and what it adds: the argument of {@link customize}. */
export interface Customization {
  /**
   * Gives an object as it should be. It is called for every object of the program but Secrets.
   *
   * @param object a copy: it may be changed and returned
   * @param of what it belongs to
   * @default every object stays as it is
   */
  readonly object?: (object: OpenObject, of: Customized) => KubernetesObject;
  /**
   * Gives the objects to add to a service. They are made in the namespace of its Kargo Project, with the service's labels.
   * @default none
   */
  readonly service?: (service: ServicePlan) => readonly AddedObject[];
}

/** A Kubernetes object whose content is open. */
export type OpenObject = KubernetesObject & { readonly [key: string]: unknown };

/** What an object belongs to. */
export interface Customized {
  /** The component's name: a service's, `platform` or `build-triggers`. */
  readonly component: string;
  /** For example `application-prod`. */
  readonly role: string;
}

/** An object that a platform team adds to each service. */
export interface AddedObject {
  /** The end of its Pulumi name, after `custom-`. It stays the same when the object's name changes. */
  readonly role: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: object;
}

/** Kinds that may be added: they limit what a namespace holds, give no rights and run nothing. */
const MAY_ADD: readonly string[] = ["v1 LimitRange", "v1 ResourceQuota"];

/** Kinds that decide about access. */
const ACCESS: readonly string[] = [
  "AppProject",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "ServiceAccount",
];

/** Annotations by which Kargo gives rights, Argo Events chooses a leader, and the engine treats an object differently. */
const MAY_NOT_ANNOTATE = /^([a-z]+\.)?kargo\.akuity\.io\/|^events\.argoproj\.io\/|^pulumi\.com\//;

/** What else may change of a kind, by the start of its path. Whether an Application syncs by itself is not among it. */
const MAY_CHANGE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Application: [
    ["spec", "syncPolicy", "syncOptions"],
    ["spec", "syncPolicy", "retry"],
  ],
};

let current: Customization = {};

/** Sets what `customize.ts` wants. Everything that is derived from rows follows it: the last call counts. */
export function customize(customization: Customization): void {
  current = customization;
}

/** What `customize.ts` wants. */
export function customization(): Customization {
  return current;
}

/** Whether it changes or adds anything. */
export function isCustomizing(): boolean {
  return current.object !== undefined || current.service !== undefined;
}

/**
 * An inventory as `customize.ts` wants it.
 *
 * @throws InvalidInput where it changes what it may not
 */
export function customized<Part extends string>(inventory: Inventory<Part>): Inventory<Part> {
  const { object } = current;
  if (object === undefined) return inventory;
  const problems: Problem[] = [];
  const change = (row: Row): Row => {
    if ("hook" in row || row.manifest.kind === "Secret") return row;
    const of = { component: inventory.name, role: row.role };
    const changed = (manifest: KubernetesObject) => object({ ...structuredClone(manifest) }, of);
    const manifest = changed(row.manifest);
    const paths = changedPaths(row.manifest, manifest);
    if (paths.length === 0) return row;
    problems.push(...refused(of, row.manifest, paths));
    const { rotating } = row;
    return {
      ...row,
      manifest,
      customised: paths.map((path) => formatPath(path)),
      ...(rotating && { rotating: (rotation: string) => changed(rotating(rotation)) }),
    };
  };
  const parts = Object.entries<readonly Row[]>(inventory.parts).map(([part, rows]) => [
    part,
    rows.map(change),
  ]);
  if (problems.length > 0) throw new InvalidInput(problems);
  return { ...inventory, parts: Object.fromEntries(parts) as Inventory<Part>["parts"] };
}

/** The rows that `customize.ts` adds to a service. @throws InvalidInput where it may not add one */
export function addedRows(service: ServicePlan): readonly ObjectRow[] {
  const added = current.service?.(service) ?? [];
  const problems = added
    .filter(({ apiVersion, kind }) => !MAY_ADD.includes(`${apiVersion} ${kind}`))
    .map(({ role, kind }) =>
      problem(
        { component: service.name, role: `custom-${role}` },
        `adds a ${kind}. It may add ${listed(MAY_ADD)}.`,
        "Write a row of the inventory for it: CONTRIBUTING.md says how.",
      ),
    );
  if (problems.length > 0) throw new InvalidInput(problems);
  return added.map(({ role, metadata, ...content }) =>
    objectRow(
      `custom-${role}`,
      { ...content, metadata: { ...metadata, namespace: service.project, labels: serviceLabels(service) } },
      { after: ["project"], customised: ["added"] },
    ),
  );
}

type Path = readonly string[];

function refused(of: Customized, { kind }: KubernetesObject, paths: readonly Path[]): Problem[] {
  const fix = "Remove the change; docs/customize.md lists what may be changed.";
  const wrong = ACCESS.includes(kind) ? paths : paths.filter((path) => !mayChange(kind, path));
  return wrong.map((path) => problem(of, `changes ${formatPath(path)} of ${kind}.`, fix));
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
    // A map that comes or goes is each of its keys.
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
