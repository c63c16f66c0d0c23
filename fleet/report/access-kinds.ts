import type { ObjectChange } from "../preview/change.ts";
import { code, listed, named } from "./escape.ts";
import { fieldChanges } from "./fields.ts";

/** The kinds of objects that decide about access. */
const ACCESS_KINDS: readonly string[] = [
  "Role",
  "RoleBinding",
  "ClusterRole",
  "ClusterRoleBinding",
  "ServiceAccount",
  "AppProject",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
];

export function isAccessKind(kind: string): boolean {
  return ACCESS_KINDS.includes(kind);
}

/** The fields, by kind, that the sentences about plans explain; all other fields are reported by path. */
const EXPLAINED: Readonly<Record<string, RegExp>> = {
  RoleBinding: /^(subjects|metadata\.labels)/,
  ServiceAccount: /^metadata\.annotations/,
  ClusterRoleBinding: /^subjects/,
  AppProject: /^(spec\.(roles|description|destinations|clusterResourceWhitelist)\b|metadata\.labels)/,
  ValidatingAdmissionPolicy: /^spec/,
};

/**
 * The paths of a changed object that no sentence on promote, sync or groups explains; empty if all are explained.
 */
export function unexplained({ kind, before, after }: ObjectChange): string[] {
  if (before === undefined || after === undefined) return [];
  const explained = EXPLAINED[kind];
  const [was, is] = kind === "Role" ? [withoutPromote(before), withoutPromote(after)] : [before, after];
  return fieldChanges(was, is)
    .map(({ path }) => path)
    .filter((path) => !(explained?.test(path) ?? path.startsWith("metadata.labels")));
}

/** Whether the sentences about an existing service explain the whole change. */
export function isExplained(change: ObjectChange): boolean {
  return change.action === "update" && unexplained(change).length === 0;
}

/** The Role without the rule that grants `promote`. */
function withoutPromote(role: object): object {
  const rules = "rules" in role && Array.isArray(role.rules) ? role.rules : [];
  const rest = rules.filter(({ verbs }: { verbs?: unknown }) => JSON.stringify(verbs) !== '["promote"]');
  return { ...role, rules: rest };
}

/** `Role kargo-nginx/kargo-fleet-team`. */
export function objectName({
  kind,
  namespace,
  name,
}: Pick<ObjectChange, "kind" | "namespace" | "name">): string {
  return `${named(kind)} ${code(namespace === undefined ? name : `${namespace}/${name}`)}`;
}

/** The change of an access object: the bound subjects, or the changed fields. */
export function plainAccess(change: ObjectChange): string {
  const { action, before, after } = change;
  const [was, is] = [subjects(before), subjects(after)];
  const added = is.filter((subject) => !was.includes(subject));
  const removed = was.filter((subject) => !is.includes(subject));
  const bound = [
    ...(added.length > 0 ? [`now for ${listed(added)}`] : []),
    ...(removed.length > 0 ? [`no longer for ${listed(removed)}`] : []),
  ];
  const name = objectName(change);
  if (action === "create") return [`${name} is created`, ...bound].join(", ");
  if (action === "delete") return [`${name} is deleted`, ...bound].join(", ");
  const paths = fieldChanges(before, after).map(({ path }) => code(path));
  const shown = paths.slice(0, 8).join(", ");
  const more = paths.length > 8 ? ` and ${paths.length - 8} more fields` : "";
  return [`${name} changes`, ...bound].join(", ") + (bound.length > 0 ? "" : `: ${shown}${more}`);
}

function subjects(object: object | undefined): string[] {
  if (object === undefined || !("subjects" in object) || !Array.isArray(object.subjects)) return [];
  return object.subjects.map(({ name }: { name?: unknown }) => String(name));
}
