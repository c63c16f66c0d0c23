import { allOf, text } from "./cel.ts";
import { MANAGED_BY } from "./objects.ts";

/** The object that a request would leave behind, and the one that is there, in the policy about the deployer. */
export const IT = "variables.it";
const WAS = "variables.was";

/** What the deployer makes of one kind, in CEL. */
export interface DeployedKind {
  /** The plural with its group, for example `stages.kargo.akuity.io`; `secrets.` where the group has no name. */
  readonly kind: string;
  /** Whether an object is the program's by what never changes of it: its name and its namespace. */
  readonly named: (it: string) => string;
  /** The same of an object that goes, where the files may have lost its name already. @default named */
  readonly gone?: (it: string) => string;
  /** Whether others have objects of such names, too: then only what has our label may be changed. */
  readonly shared?: boolean;
  /** Whether an object that an administrator made has its labels from him, and may lose what the program adds. */
  readonly filled?: boolean;
  /** What must be true of {@link IT}, once it is so named. */
  readonly form: string;
  /** What there may be, as the end of a sentence. */
  readonly says: string;
}

/** The value of a label, or the empty text. */
export function label(it: string, key: string): string {
  return `${it}.metadata.?labels[?${text(key)}].orValue("")`;
}

/** The service that an object says it belongs to. */
export const SERVICE = label(IT, "kargo-fleet/service");

/** Whether an object has our label. */
export function ours(it: string): string {
  return allOf(...Object.entries(MANAGED_BY).map(([key, value]) => `${label(it, key)} == ${text(value)}`));
}

/** Whether this is a namespace that a service's Kargo Project may have. */
export function isProject(namespace: string): string {
  return `${namespace}.startsWith("kargo-") && !(${namespace} in variables.reserved)`;
}

/** Whether an object is in a build namespace; of a team of the catalogue, where it stays. */
export function inBuilds(it: string): string {
  return `${it}.metadata.namespace.startsWith("builds-")`;
}

const TEAM_STAYS = `!${IT}.metadata.?namespace.orValue("").startsWith("builds-") || ${IT}.metadata.namespace in variables.builds`;

/** The directory group that an account of the catalogue stands for, as an optional. */
export function groupOf(account: string): string {
  return `variables.teams[?${account}].or(variables.approvers[?${account}])`;
}

/** Whether an object is in a namespace, under one of these names. */
export function placed(it: string, namespace: string, names: readonly string[]): string {
  return `${it}.metadata.namespace == ${text(namespace)} && ${it}.metadata.name in ${JSON.stringify(names)}`;
}

/** CEL that is true for a request about anything but this kind, and for what the deployer makes of it. */
export function held({ kind, named, gone = named, shared, filled, form }: DeployedKind): string {
  const before = allOf(named(WAS), ...(shared ? [ours(WAS)] : []));
  const after = allOf(named(IT), ...(filled ? [] : [ours(IT)]), TEAM_STAYS, form);
  return [
    `variables.kind != ${text(kind)} || variables.untouched`,
    `(request.operation == "DELETE" ? (${allOf(gone(WAS), ours(WAS))}) : ((request.operation == "CREATE" || (${before})) && ${after}))`,
  ].join(" || ");
}
