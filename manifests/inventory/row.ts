import type { WebhookPlan } from "../../model/build-plan.ts";
import type { CredentialSecret } from "../../model/credentials.ts";
import type { KubernetesObject } from "../objects.ts";

/** One resource of a component: what it is called, what it is, and what it waits for. */
export type Row = ObjectRow | HookRow;

interface RowBase {
  /**
   * The end of its Pulumi name, for example `stage-prod`. It is a word of this program, and it stays the same when the
   * object's own name changes. Whoever changes it adds the earlier one to `aliases`.
   */
  readonly role: string;
  /** The roles of the same component that must exist first. */
  readonly after: readonly string[];
  /** Whether it is being removed: it is registered without protection, so that the next `up` can delete it. */
  readonly leaves: boolean;
  /** What the resource was before it was renamed or moved, so that the engine keeps it. */
  readonly aliases: readonly Alias[];
}

/** A Kubernetes object. */
export interface ObjectRow extends RowBase {
  readonly manifest: KubernetesObject;
  /** The values of a Secret that only the engine knows, by their keys. The manifest has those that are no secret. */
  readonly values?: Readonly<Record<string, SecretValue>>;
  /** Whether an administrator made the Secret (`fleet deployer`) and the program fills it with `values`. */
  readonly filled?: boolean;
  /** The manifest with a text that changes when the master secret does; only the engine knows that text. */
  readonly rotating?: (rotation: string) => KubernetesObject;
}

/** A webhook of a GitHub repository, or of the organization where it names no repository. */
export interface HookRow extends RowBase {
  readonly hook: Pick<WebhookPlan, "active" | "url" | "secretPurpose"> & { readonly repository?: string };
}

/** Where a secret value comes from. */
export type SecretValue =
  /** The stack's config has it under this key. */
  | { readonly config: CredentialSecret }
  /** It is derived from the stack's master secret for this purpose; `as` says how it is written down. */
  | { readonly purpose: string; readonly as?: (derived: string) => string };

/** What of a resource's earlier URN was different. */
export interface Alias {
  readonly role?: string;
  readonly type?: string;
  /** The component that it was below, for example `{ type: "kargo-fleet:index:Platform", name: "platform" }`. */
  readonly component?: Pick<Inventory, "type" | "name">;
}

/** A component and everything that it registers, part by part, in an order in which it can be made. */
export interface Inventory<Part extends string = string> {
  /** The types of the component's parents and its own, with `$` between, as they stand in a URN. */
  readonly type: string;
  readonly name: string;
  readonly parts: Readonly<Record<Part, readonly Row[]>>;
}

/** All rows of an inventory, in an order in which they can be made. */
export function rowsOf({ parts }: Inventory): readonly Row[] {
  return Object.values(parts).flat();
}

/** A row of a Kubernetes object that waits for nothing, unless `more` says otherwise. */
export function objectRow(
  role: string,
  manifest: KubernetesObject,
  more: Partial<Omit<ObjectRow, "role" | "manifest">> = {},
): ObjectRow {
  return { role, manifest, after: [], leaves: false, aliases: [], ...more };
}

/** A row of a webhook. */
export function hookRow(
  role: string,
  hook: HookRow["hook"],
  more: Partial<Omit<HookRow, "role" | "hook">> = {},
): HookRow {
  return { role, hook, after: [], leaves: false, aliases: [], ...more };
}

/** The row of a Secret that an administrator made. */
export function filledSecretRow(
  role: string,
  manifest: KubernetesObject,
  values: NonNullable<ObjectRow["values"]>,
  more: Partial<Omit<ObjectRow, "role" | "manifest">> = {},
): ObjectRow {
  // An earlier program made these Secrets itself.
  const aliases = [{ type: "kubernetes:core/v1:Secret" }];
  return objectRow(role, manifest, { values, filled: true, aliases, ...more });
}

export const REPOSITORY_HOOK = "github:index/repositoryWebhook:RepositoryWebhook";
export const ORGANIZATION_HOOK = "github:index/organizationWebhook:OrganizationWebhook";

/** A row's type in Pulumi's words, without its parents'. */
export function resourceType(row: Row): string {
  if ("hook" in row) return row.hook.repository === undefined ? ORGANIZATION_HOOK : REPOSITORY_HOOK;
  const { apiVersion, kind } = row.manifest;
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return `kubernetes:${group}:${kind}${row.filled ? "Patch" : ""}`;
}
