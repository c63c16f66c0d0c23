import { z } from "zod";
import type { Catalogue, Team } from "./catalogue.ts";
import { dnsLabel } from "./kubernetes-names.ts";
import { deploys, type Pipeline } from "./pipelines.ts";
import { groupName, userName } from "./subjects.ts";

/** The access settings of a stack. */
export const accessSchema = z.strictObject({
  deployer: userName.meta({
    description: "The user of this stack's kubeconfig; the guard lets nobody else change a Stage.",
  }),
  breakGlass: groupName.optional().meta({
    description: "A group that may bypass the guard in an emergency; without it not even system:masters may.",
  }),
  incident: groupName.optional().meta({
    description: "A group that may stop and resume all Promotions in an incident. Default: breakGlass.",
  }),
  kargoNamespace: dnsLabel.default("kargo").meta({ description: "The namespace of Kargo." }),
});

export type AccessConfig = z.output<typeof accessSchema>;

/** A group of people: its directory group for kubectl, and its ServiceAccount for Kargo's UI and CLI. */
export interface SubjectPlan {
  readonly group: string;
  /** A ServiceAccount of the teams' namespace. Kargo maps the directory group to it by its claims. */
  readonly serviceAccount: string;
}

/** The subjects with rights on one service. */
export interface ServiceAccessPlan {
  readonly team: ActorPlan;
  /** Those who promote and sync stages with manual gates: the approvers, or the team if it has none. */
  readonly approvers: ActorPlan;
}

/** A subject with the Stages that it may promote to. */
export type ActorPlan = SubjectPlan & { readonly promotes: readonly string[] };

function teamSubject(name: string, { group }: Team): SubjectPlan {
  return { group, serviceAccount: `team-${name}` };
}

/**
 * Every team has an approvers account, bound to the team's group if it names no approvers. So a change of approvers
 * changes only the account's claims.
 */
function approversSubject(name: string, { group, approvers }: Team): SubjectPlan {
  return { group: approvers ?? group, serviceAccount: `approvers-${name}` };
}

/** Every ServiceAccount of a catalogue's teams. */
export function teamSubjects(teams: Catalogue["teams"]): SubjectPlan[] {
  return Object.entries(teams).flatMap(([name, team]) => [
    teamSubject(name, team),
    approversSubject(name, team),
  ]);
}

/**
 * Divides the Stages: the team may promote to those with auto-promotion or pull requests, the approvers to those
 * with manual promotion.
 */
export function serviceAccess(
  name: string,
  teams: Catalogue["teams"],
  pipeline: Pipeline,
): ServiceAccessPlan {
  const team = teams[name];
  if (team === undefined)
    throw new Error(`internal error: team ${name} is missing, although readCatalogue checks this`);
  const stages = pipeline.filter(deploys);
  const promotes = (manual: boolean) =>
    stages.filter(({ promotion }) => (promotion === "manual") === manual).map(({ stage }) => stage);
  return {
    team: { ...teamSubject(name, team), promotes: promotes(false) },
    approvers: { ...approversSubject(name, team), promotes: promotes(true) },
  };
}
