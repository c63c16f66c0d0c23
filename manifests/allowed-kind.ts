import { SERVICE_LABEL } from "../model/labels.ts";
import { buildNamespace, projectName } from "../model/names.ts";
import { allOf, text } from "./cel.ts";
import { MANAGED_BY } from "./objects.ts";

/** The new and the old object of a request, in the policy for the deployer. */
export const IT = "variables.it";
const WAS = "variables.was";

/** The limits of the deployer for one kind, in CEL. */
export interface AllowedKind {
  /** The plural with its group, for example `stages.kargo.akuity.io`; `secrets.` for the core group. */
  readonly kind: string;
  /** Whether an object is the program's, by its immutable name and namespace. */
  readonly named: (it: string) => string;
  /** The same for a deleted object, whose service may already be missing from the files. @default named */
  readonly gone?: (it: string) => string;
  /** Whether others also have objects with such names; then only objects with our label may be changed. */
  readonly shared?: boolean;
  /** Whether an administrator created the object with its labels, and the program only fills it. */
  readonly filled?: boolean;
  /** The condition on {@link IT} if its name matches. */
  readonly form: string;
  /** The allowed objects, as the end of a sentence. */
  readonly says: string;
}

/** The value of a label, or the empty text. */
export function label(it: string, key: string): string {
  return `${it}.metadata.?labels[?${text(key)}].orValue("")`;
}

/** The service in an object's label. */
export const SERVICE = label(IT, SERVICE_LABEL);

/**
 * A name of `model/names.ts` as CEL: `{service}` stands for the service in the object's label, `{stage}` for any Stage.
 * @returns a regular expression in CEL if the template has a Stage, else a text
 */
export function nameOf(template: string): string {
  const parts = template.split(/(\{service\}|\{stage\})/).filter((part) => part !== "");
  const cel = (part: string) =>
    part === "{service}" ? SERVICE : text(part === "{stage}" ? "[a-z0-9-]+" : part);
  return parts.map(cel).join(" + ");
}

/** Whether an object has our label. */
export function hasOurLabel(it: string): string {
  return allOf(...Object.entries(MANAGED_BY).map(([key, value]) => `${label(it, key)} == ${text(value)}`));
}

/** Whether this can be the namespace of a service's Kargo Project. */
export function isProject(namespace: string): string {
  return `${namespace}.startsWith(${text(projectName(""))}) && !(${namespace} in variables.reserved)`;
}

/** Whether an object is in a build namespace, by the namespace's prefix. */
export function inBuilds(it: string): string {
  return `${it}.metadata.namespace.startsWith(${text(buildNamespace(""))})`;
}

/** A kept object in a build namespace must be of a team in the catalogue. */
const TEAM_STAYS = `!${IT}.metadata.?namespace.orValue("").startsWith(${text(buildNamespace(""))}) || ${IT}.metadata.namespace in variables.builds`;

/** The directory group of an account in the catalogue, as a CEL optional. */
export function groupOf(account: string): string {
  return `variables.teams[?${account}].or(variables.approvers[?${account}])`;
}

/** Whether an object is in a namespace and has one of these names. */
export function placed(it: string, namespace: string, names: readonly string[]): string {
  return `${it}.metadata.namespace == ${text(namespace)} && ${it}.metadata.name in ${JSON.stringify(names)}`;
}

/** CEL that is true for requests about other kinds, and for allowed requests about this kind. */
export function requestRule({ kind, named, gone = named, shared, filled, form }: AllowedKind): string {
  const before = allOf(named(WAS), ...(shared ? [hasOurLabel(WAS)] : []));
  const after = allOf(named(IT), ...(filled ? [] : [hasOurLabel(IT)]), TEAM_STAYS, form);
  return [
    `variables.kind != ${text(kind)} || variables.untouched`,
    `(request.operation == "DELETE" ? (${allOf(gone(WAS), hasOurLabel(WAS))}) : ((request.operation == "CREATE" || (${before})) && ${after}))`,
  ].join(" || ");
}
