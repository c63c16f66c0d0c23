import { type Hook, pushes } from "../../git-host/pushes.ts";
import type { WebhookPlan } from "../../model/build-plan.ts";
import type { CredentialSecret } from "../../model/credentials.ts";
import type { KubernetesObject } from "../objects.ts";

/** One resource of a component: its name, its manifest, and what it waits for. */
export type Row = ObjectRow | HookRow;

interface RowBase {
  /**
   * The end of its Pulumi name, for example `stage-prod`. It stays the same when the object's own name changes. If
   * you change it, add the earlier role to `aliases`.
   */
  readonly role: string;
  /** The roles of the same component that must exist first. */
  readonly after: readonly string[];
  /** Whether it is being removed: it is registered without protection, so that the next `up` can delete it. */
  readonly removing: boolean;
  /** Whether it is never protected, because a line of config adds and removes it, and it holds no data. */
  readonly unprotected?: boolean;
  /** Earlier roles or parents of the resource, so that the engine keeps it. */
  readonly aliases: readonly Alias[];
}

/** A Kubernetes object. */
export interface ObjectRow extends RowBase {
  readonly manifest: KubernetesObject;
  /**
   * The values of a Secret that only the engine knows, by key. The manifest contains the values that are not
   * secret.
   */
  readonly values?: Readonly<Record<string, SecretValue>>;
  /**
   * Whether an administrator created the object (`fleet deployer`), so that the program only fills it: a Secret with
   * `values`, another object with its manifest.
   */
  readonly filled?: boolean;
  /** The paths that `customize.ts` changed, or `added`. */
  readonly customised?: readonly string[];
  /**
   * Makes the manifest from a text that changes when the master secret changes, so that its reader reads the new
   * Secret. Only the engine knows the text.
   */
  readonly rotating?: (rotation: string) => KubernetesObject;
}

/** A webhook of a repository, or of the organization if it names no repository. */
export interface HookRow extends RowBase {
  readonly hook: Hook & Pick<WebhookPlan, "secretPurpose">;
}

/** The source of a secret value. */
export type SecretValue =
  /** The stack's config contains it under this key. */
  | { readonly config: CredentialSecret }
  /** It is derived from the stack's master secret for this purpose; `as` formats it. */
  | { readonly purpose: string; readonly as?: (derived: string) => string };

/** The parts of a resource's earlier URN that differ. */
export interface Alias {
  readonly role?: string;
  readonly type?: string;
  /** Its earlier parent component, for example `{ type: "kargo-fleet:index:Platform", name: "platform" }`. */
  readonly component?: Pick<Inventory, "type" | "name">;
}

/** A component with all its resources by part, in a valid order of creation. */
export interface Inventory<Part extends string = string> {
  /** The types of the component's parents and its own, separated by `$`, as in a URN. */
  readonly type: string;
  readonly name: string;
  readonly parts: Readonly<Record<Part, readonly Row[]>>;
}

/** All rows of an inventory, in a valid order of creation. */
export function rowsOf({ parts }: Inventory): readonly Row[] {
  return Object.values(parts).flat();
}

/** A row of a Kubernetes object; by default it waits for nothing. */
export function objectRow(
  role: string,
  manifest: KubernetesObject,
  more: Partial<Omit<ObjectRow, "role" | "manifest">> = {},
): ObjectRow {
  return { role, manifest, after: [], removing: false, aliases: [], ...more };
}

/** A row of a webhook. */
export function hookRow(
  role: string,
  hook: HookRow["hook"],
  more: Partial<Omit<HookRow, "role" | "hook">> = {},
): HookRow {
  return { role, hook, after: [], removing: false, aliases: [], ...more };
}

/** The row of a Secret that an administrator created. */
export function filledSecretRow(
  role: string,
  manifest: KubernetesObject,
  values: NonNullable<ObjectRow["values"]>,
  more: Partial<Omit<ObjectRow, "role" | "manifest">> = {},
): ObjectRow {
  // An earlier version created these Secrets itself.
  const aliases = [{ type: "kubernetes:core/v1:Secret" }];
  return objectRow(role, manifest, { values, filled: true, aliases, ...more });
}

/** The Pulumi type of a row, without its parents' types. */
export function resourceType(row: Row): string {
  if ("hook" in row) return pushes.hookType(row.hook);
  const { apiVersion, kind } = row.manifest;
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return `kubernetes:${group}:${kind}${row.filled ? "Patch" : ""}`;
}
