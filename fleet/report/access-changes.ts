import { isDeepStrictEqual } from "node:util";
import { guards } from "../../manifests/guard.ts";
import type { AccessConfig, SubjectPlan } from "../../model/access.ts";
import { deployingStages, type Plan, type ServicePlan } from "../../model/plan.ts";
import type { ObjectChange, ServiceChange, StackChange } from "../preview/change.ts";
import { isAccessKind, isExplained, plainAccess, unexplained } from "./access-kinds.ts";
import { listed, named } from "./escape.ts";
import { type Sentence, sentence } from "./sentence.ts";

/** The rights of a directory group on one service. */
interface Rights {
  readonly promote: readonly string[];
  readonly sync: readonly string[];
}

/** All changes of access in one stack. Every changed object of access is covered by a sentence. */
export function accessChanges(change: StackChange): Sentence[] {
  return [...change.services.flatMap(serviceAccess), ...sharedAccess(change)];
}

function serviceAccess(change: ServiceChange): Sentence[] {
  const { service, before, after, objects } = change;
  const words = wordsOf(service, before, after);
  const expected = (before === undefined) !== (after === undefined);
  const rest = objects
    .filter(({ kind }) => isAccessKind(kind))
    .filter((object) => !(words.length > 0 && (expected || isExplained(object))))
    .map((object) => sentence("access", { start: plainAccess(object), expected }));
  return [...words, ...rest];
}

function wordsOf(service: string, before?: ServicePlan, after?: ServicePlan): Sentence[] {
  if (before && after) {
    return [...teamChange(before, after), ...groupChanges(before, after), ...destinations(before, after)];
  }
  if (after) {
    const who = [...rightsOf(after)].map(([group, rights]) => `${label(group, after)} may ${verbs(rights)}`);
    const end = `: ${who.join("; ")}`;
    return [sentence("access", { start: "New rights on ", service, end, expected: true })];
  }
  const removal = { start: "All rights on ", service, end: " are removed" };
  return before ? [sentence("access", { ...removal, expected: true })] : [];
}

function teamChange(before: ServicePlan, after: ServicePlan): Sentence[] {
  if (before.team === after.team) return [];
  const to = `team from ${named(before.team)} to ${named(after.team)}`;
  const change = { service: after.name, end: ` changes its ${to}`, ends: ` change their ${to}` };
  return [sentence("access", change)];
}

/** What each directory group gains and loses, whatever the Role. */
function groupChanges(before: ServicePlan, after: ServicePlan): Sentence[] {
  const [was, is] = [rightsOf(before), rightsOf(after)];
  const none: Rights = { promote: [], sync: [] };
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((group) => {
    const [then, now] = [was.get(group), is.get(group)];
    const lost = minus(then ?? none, now ?? none);
    const gained = minus(now ?? none, then ?? none);
    const losing = [...(now === undefined ? ["see the pipeline"] : []), ...verbParts(lost)];
    const gains = [...(then === undefined ? ["see the pipeline"] : []), ...verbParts(gained)];
    const less = `${label(group, before, after)} may no longer ${joined(losing)} of `;
    const more = `${label(group, after, before)} may now ${joined(gains)} of `;
    return [...(losing.length > 0 ? [less] : []), ...(gains.length > 0 ? [more] : [])].map((start) =>
      sentence("access", { start, service: after.name }),
    );
  });
}

/**
 * Changes of the destinations that Argo CD allows for a Stage. For a new or removed Stage another sentence says it.
 */
function destinations(before: ServicePlan, after: ServicePlan): Sentence[] {
  const was = new Map(deployingStages(before).map(({ name, deployment }) => [name, deployment.destination]));
  return deployingStages(after).flatMap(({ name, deployment: { destination } }) => {
    const then = was.get(name);
    if (then === undefined || JSON.stringify(then) === JSON.stringify(destination)) return [];
    const cluster = destination.cluster === undefined ? "" : ` on ${named(destination.cluster)}`;
    const end = ` may now deploy to namespace ${named(destination.namespace)}${cluster}`;
    return [sentence("access", { start: `Stage ${named(name)} of `, service: after.name, end })];
  });
}

/** Kargo's Roles grant `promote`; the AppProject's role grants `sync` to the approvers. */
function rightsOf(service: ServicePlan): Map<string, Rights> {
  const { team, approvers } = service.access;
  const sync = deployingStages(service)
    .filter(({ deployment }) => deployment.sync === "manual")
    .map(({ name }) => name);
  if (team.group === approvers.group)
    return new Map([[team.group, { promote: [...team.promotes, ...approvers.promotes], sync }]]);
  return new Map([
    [team.group, { promote: team.promotes, sync: [] }],
    [approvers.group, { promote: approvers.promotes, sync }],
  ]);
}

function minus(from: Rights, take: Rights): Rights {
  return {
    promote: from.promote.filter((stage) => !take.promote.includes(stage)),
    sync: from.sync.filter((stage) => !take.sync.includes(stage)),
  };
}

function verbParts({ promote, sync }: Rights): string[] {
  return [
    ...(promote.length > 0 ? [`promote ${listed(promote)}`] : []),
    ...(sync.length > 0 ? [`sync ${listed(sync)}`] : []),
  ];
}

function verbs(rights: Rights): string {
  return joined(["see the pipeline", ...verbParts(rights)]);
}

function joined(parts: readonly string[]): string {
  return parts.length <= 1 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}`;
}

/** `team edge` for a team's group; the group's name if the team has another group in the other revision. */
function label(group: string, { team, access }: ServicePlan, other?: ServicePlan): string {
  if (group !== access.team.group) return named(group);
  const moved = other !== undefined && other.team === team && other.access.team.group !== group;
  return moved ? `${named(group)} (team ${named(team)})` : `team ${named(team)}`;
}

function sharedAccess({ before, after, shared }: StackChange): Sentence[] {
  // A stack without a file deletes nothing, so nobody loses rights.
  const subjects = after
    ? subjectChanges(before?.platform?.subjects ?? [], after.platform?.subjects ?? [])
    : [];
  const guard = after ? guardChanges(before?.platform?.guard, after.platform?.guard) : [];
  const isReported = ({ kind, name }: ObjectChange) => {
    if (kind === "ServiceAccount") return subjects.length > 0 && /^(team|approvers)-/.test(name);
    return kind === "ClusterRoleBinding" && subjects.length > 0;
  };
  const rest = shared
    .filter(({ kind }) => isAccessKind(kind))
    .filter((object) => !isReported(object) || unexplained(object).length > 0)
    .map(plainAccess);
  // In a new stack all rights are new.
  const expected = before === undefined;
  return [...subjects, ...guard, ...administered(before, after), ...rest].map((start) =>
    sentence("access", { start, expected }),
  );
}

/** The guards depend on the stack's config, and an `up` cannot change them. */
function administered(before: Plan | undefined, after: Plan | undefined): string[] {
  if (!before?.platform || !after?.platform) return [];
  if (isDeepStrictEqual(guards(before.platform), guards(after.platform))) return [];
  return [
    `An administrator must apply ${named("fleet deployer")} again before this up, because the guards change`,
  ];
}

/** Changes of the ServiceAccounts through which Kargo's UI and CLI identify groups. */
function subjectChanges(before: readonly SubjectPlan[], after: readonly SubjectPlan[]): string[] {
  const was = new Map(before.map(({ serviceAccount, group }) => [serviceAccount, group]));
  const is = new Map(after.map(({ serviceAccount, group }) => [serviceAccount, group]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((account) => {
    const [then, now] = [was.get(account), is.get(account)];
    if (then === now) return [];
    const as = `${named(account)} in Kargo's UI and CLI`;
    if (then === undefined) return [`${named(now ?? "")} now acts as ${as}`];
    if (now === undefined) return [`${named(then)} no longer acts as ${as}`];
    return [`${named(now)} instead of ${named(then)} now acts as ${as}`];
  });
}

function guardChanges(before: AccessConfig | undefined, after: AccessConfig | undefined): string[] {
  if (after === undefined)
    return before === undefined ? [] : ["The guard is removed: only RBAC decides who changes pipelines"];
  const said: string[] = [];
  if (before === undefined)
    said.push(`The guard is added: only ${named(after.deployer)} may change pipelines`);
  else if (before.deployer !== after.deployer)
    said.push(`${named(after.deployer)} instead of ${named(before.deployer)} is the guard's deployer`);
  said.push(
    ...handedOver("bypass the guard (break-glass)", before?.breakGlass, after.breakGlass),
    ...handedOver("stop and resume all Promotions", before?.incident, after.incident),
  );
  if (before !== undefined && before.kargoNamespace !== after.kargoNamespace)
    said.push(
      `The guard now trusts Kargo's controllers in namespace ${named(after.kargoNamespace)} instead of ${named(before.kargoNamespace)}`,
    );
  return said;
}

/** Which group gets a right, and which one loses it. */
function handedOver(right: string, before: string | undefined, after: string | undefined): string[] {
  if (before === after) return [];
  return [
    ...(after === undefined ? [] : [`${named(after)} may now ${right}`]),
    ...(before === undefined ? [] : [`${named(before)} may no longer ${right}`]),
  ];
}
