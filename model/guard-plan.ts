import type { AccessConfig } from "./access.ts";
import { type BuildTriggersPlan, planBuildTriggers } from "./build-plan.ts";
import { type ReceiverPlan, receiversOf } from "./notification-plan.ts";
import { deploys, type Pipelines } from "./pipelines.ts";
import type { StackConfig } from "./stack-config.ts";
import type { SubscriptionSources } from "./subscriptions.ts";

/** The values of a stack on which the administrator's guards depend. */
export interface GuardPlan extends AccessConfig {
  /** Every team of the catalogue; each has a build namespace. */
  readonly teams: readonly string[];
  /** The address of the GitOps repository. */
  readonly gitops: string;
  /** Where the repositories of a Warehouse's subscriptions may be. */
  readonly sources: SubscriptionSources;
  /** The distinct destinations of services; the namespace may contain `{service}` and `{stage}`. */
  readonly destinations: readonly DestinationTemplate[];
  /** The settings of all builds, even if nothing is built yet; undefined if the stack has no `builds`. */
  readonly builds: BuildTriggersPlan | undefined;
  /** The receivers of messages, even if no team uses them yet. */
  readonly receivers: readonly ReceiverPlan[];
}

interface DestinationTemplate {
  /** A cluster's name or address in Argo CD; undefined for its own. */
  readonly cluster: string | undefined;
  readonly namespace: string;
}

export function planGuard(teams: readonly string[], stack: StackConfig): GuardPlan {
  const { access, gitops, github, registries, registry, pipelines } = stack;
  return {
    ...access,
    teams,
    gitops: `${github.url}/${gitops.repository}.git`,
    sources: { image: registries.length > 0 ? registries : [registry] },
    destinations: destinationsOf(pipelines),
    builds: planBuildTriggers([], {}, stack),
    receivers: stack.notifications ? receiversOf(stack.notifications) : [],
  };
}

function destinationsOf(pipelines: Pipelines): DestinationTemplate[] {
  const all = Object.values(pipelines)
    .flat()
    .filter(deploys)
    .map(({ destination: { cluster, namespace } }) => ({ cluster, namespace }));
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
