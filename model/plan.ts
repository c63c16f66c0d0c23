import { type SubjectPlan, teamSubjects } from "./access.ts";
import { type BuildPlan, type BuildTriggersPlan, planBuild, planBuildTriggers } from "./build-plan.ts";
import type { Catalogue } from "./catalogue.ts";
import { type CredentialPlan, planCredentials } from "./credentials.ts";
import { InvalidInput, type Problem } from "./diagnostics.ts";
import { type FreezePlan, planFreezes } from "./freeze.ts";
import { type GuardPlan, planGuard } from "./guard-plan.ts";
import { promotionTaskName } from "./names.ts";
import { planProblems } from "./plan-problems.ts";
import { PROMOTION_TASK_VERSIONS, type PromotionTaskVersion } from "./promotion-task-version.ts";
import type { Reading } from "./schema-problems.ts";
import { type Rollout, selectServices, withStates } from "./selection.ts";
import { planService, type ServicePlan } from "./service-plan.ts";
import type { StackConfig } from "./stack-config.ts";

/**
 * Everything a stack provisions, as plain data: what the components, the tests and the reports all read. It holds
 * no secret and nothing of Pulumi, and is the same for the same files.
 */
export interface Plan {
  readonly cluster: ClusterPlan;
  readonly github: StackConfig["github"];
  /** Whether the engine refuses to delete what this stack made. */
  readonly protect: boolean;
  /** The objects that all services of the cluster share, where this stack owns them. */
  readonly platform: PlatformPlan | undefined;
  readonly services: readonly ServicePlan[];
  /** How the services were selected, for the next run to compare with. */
  readonly rollout: Pick<Rollout, "percent" | "shard">;
  /** What the stack says is frozen, that which is over by now included. */
  readonly freezes: readonly FreezePlan[];
}

export type ClusterPlan = StackConfig["cluster"];

/** What all services of a cluster share. */
export interface PlatformPlan {
  readonly promotionTasks: readonly PromotionTaskPlan[];
  /** The teams and approvers of the whole catalogue. */
  readonly subjects: readonly SubjectPlan[];
  readonly guard: GuardPlan;
  readonly credentials: readonly CredentialPlan[];
  /** What turns pushes into images; nothing where no service is built here. */
  readonly buildTriggers: BuildTriggersPlan | undefined;
}

/** One version of the steps that promote: a ClusterPromotionTask. */
export interface PromotionTaskPlan {
  readonly name: string;
  readonly version: PromotionTaskVersion;
  readonly by: "push" | "pull-request";
}

export type { BuildPlan, BuildTriggersPlan, WebhookPlan } from "./build-plan.ts";
export type {
  DeployingStagePlan,
  DeploymentPlan,
  GitopsPlan,
  ServicePlan,
  StagePlan,
  WarehousePlan,
} from "./service-plan.ts";
export { deployingStages } from "./service-plan.ts";

/**
 * Derives the plan of a stack from its two sources.
 *
 * @param now the time that freezes are measured by
 * @throws InvalidInput with every problem of both, and of what they mean together
 */
export function makePlan(catalogue: Reading<Catalogue>, config: Reading<StackConfig>, now: Date): Plan {
  const problems: Problem[] = [...catalogue.problems, ...config.problems];
  if (catalogue.value && config.value) {
    problems.push(...planProblems(catalogue.value, config.value, catalogue.document, config.document));
  }
  if (problems.length > 0 || !catalogue.value || !config.value) throw new InvalidInput(problems);
  const { teams } = catalogue.value;
  const stack = config.value;
  const services = withStates(catalogue.value.services, stack.rollout);
  const freezes = planFreezes(stack.rollout.freeze, now);
  const { percent, shard } = stack.rollout;
  const selected = selectServices(services, stack.rollout).flatMap((name) => {
    const service = services[name];
    return service ? [planService(name, service, teams, stack, freezes)] : [];
  });
  // The triggers are the cluster's, not a shard's: the stack of the platform makes those of all its shards.
  const built = selectServices(services, { ...stack.rollout, shard: undefined }).flatMap((name) => {
    const service = services[name];
    return (service && planBuild(name, service, stack)) ?? [];
  });
  return {
    cluster: stack.cluster,
    github: stack.github,
    protect: stack.protect,
    platform: stack.platform ? planPlatform(teams, stack, built) : undefined,
    services: selected,
    rollout: { percent, ...(shard && { shard }) },
    freezes,
  };
}

function planPlatform(
  teams: Catalogue["teams"],
  stack: StackConfig,
  built: readonly BuildPlan[],
): PlatformPlan {
  const { gitops, github, registry } = stack;
  return {
    promotionTasks: PROMOTION_TASK_VERSIONS.flatMap((version) =>
      (["push", "pull-request"] as const).map((by) => ({
        name: promotionTaskName(version, by),
        version,
        by,
      })),
    ),
    subjects: teamSubjects(teams),
    guard: planGuard(Object.keys(teams), stack),
    credentials: planCredentials(stack.credentials, `${github.url}/${gitops.repository}.git`, registry),
    buildTriggers: built.length > 0 ? planBuildTriggers(built, teams, stack) : undefined,
  };
}
