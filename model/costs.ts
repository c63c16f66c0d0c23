import { host } from "../git-host/facts.ts";
import { listed } from "./diagnostics.ts";
import type { Plan } from "./plan.ts";

/** The calls of the Git host for a stack whose resources are all new. */
interface GithubCost {
  /** Hooks to create, one call each. */
  readonly hooks: number;
  /** The minimum time under the host's limits, in minutes. */
  readonly minutes: number;
}

/** The calls and time of a plan whose resources are all new. */
export function githubCost({ services, platform }: Pick<Plan, "services" | "platform">): GithubCost {
  const own = services.filter(({ webhook }) => webhook !== undefined).length;
  const hooks = own + (platform?.buildTriggers?.organizationHook ? 1 : 0);
  return { hooks, minutes: githubMinutes(hooks) };
}

function githubMinutes(hooks: number): number {
  const { perMinute, perHour } = host.creations;
  const fullHours = Math.floor(hooks / perHour);
  return fullHours * 60 + Math.ceil((hooks - fullHours * perHour) / perMinute);
}

/** How far the webhooks of a run are. */
export function hookProgress(made: number, all: number): string {
  const left = githubMinutes(all - made);
  return `${host.name}: ${made} of ${all} webhooks are there; the rest takes about ${left} min by ${host.name}'s limits.`;
}

/** An hour, after which the token of a GitHub App ends; the GitHub provider gets one at the start of a run. */
const APP_TOKEN = 60;

/** The same as a sentence for a preview. */
export function githubCostText({ hooks, minutes }: GithubCost, app = false): string {
  if (hooks === 0) return `${host.name}: no webhook of this stack.`;
  const time = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const expires =
    app && minutes >= APP_TOKEN
      ? " The App's token ends after an hour of one up: the hooks left then fail with 401, and the next up makes them."
      : "";
  const many = minutes >= 60 ? " With webhooks.scope: organization one hook does for all of them." : "";
  return `${host.name}: ${hooks} webhook${hooks === 1 ? "" : "s"} of this stack; making all of them takes about ${time} by ${host.name}'s limits, a refresh ${hooks} call${hooks === 1 ? "" : "s"}.${expires}${many}`;
}

/** Sentences for a preview about load on other systems. */
export function costNotes(plan: Plan): string[] {
  const newest = plan.services.filter(({ warehouse }) => warehouse.tags.strategy === "newest-build");
  return [
    githubCostText(githubCost(plan), plan.github.app !== undefined),
    ...(newest.length === 0
      ? []
      : [
          `Registry: by newest-build (${listed(newest.map(({ name }) => name))}) Kargo reads the metadata of every tag that matches at each look; sortable tags take one list.`,
        ]),
  ];
}
