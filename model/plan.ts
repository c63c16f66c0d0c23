import { type SubjectPlan, teamSubjects } from "./access.ts";
import { type BuildTriggersPlan, planBuild, planBuildTriggers } from "./build-plan.ts";
import { type ClosingRule, planCalendar } from "./calendar.ts";
import type { Catalogue } from "./catalogue.ts";
import { type CommitStatusPlan, planCommitStatus } from "./commit-status.ts";
import { type CredentialPlan, planCredentials } from "./credentials.ts";
import { InvalidInput, type Problem } from "./diagnostics.ts";
import { type FreezePlan, planFreezes } from "./freeze.ts";
import { type GuardPlan, planGuard } from "./guard-plan.ts";
import { promotionTaskName } from "./names.ts";
import { type NotificationsPlan, planNotifications } from "./notification-plan.ts";
import { planProblems } from "./plan-problems.ts";
import type { OwnStep } from "./promotion-steps.ts";
import { PROMOTION_TASK_VERSIONS } from "./promotion-task-version.ts";
import type { Reading } from "./schema-problems.ts";
import { type Rollout, selectServices, withStates } from "./selection.ts";
import { planService, type ServicePlan } from "./service-plan.ts";
import { shardOf, shardsOf } from "./shards.ts";
import type { StackConfig } from "./stack-config.ts";

/**
 * Everything that a stack provisions, as plain data for components, tests and reports. It contains no secrets and
 * no Pulumi types, and the same files give the same plan.
 */
export interface Plan {
  readonly cluster: ClusterPlan;
  readonly github: StackConfig["github"];
  /** Whether the stack's resources are protected from deletion. */
  readonly protect: boolean;
  /** The shared objects of the cluster, if this stack owns them. */
  readonly platform: PlatformPlan | undefined;
  readonly services: readonly ServicePlan[];
  /** How services were selected, for comparison in the next run. */
  readonly rollout: Pick<Rollout, "percent" | "shard"> & {
    /** The number of stacks that have the services of this one; undefined if it has them itself. */
    readonly shards?: number;
  };
  /** The stack's freezes, including those that are over. */
  readonly freezes: readonly FreezePlan[];
}

export type ClusterPlan = StackConfig["cluster"];

/** The shared objects of a cluster. */
export interface PlatformPlan {
  readonly promotionTasks: readonly PromotionTaskPlan[];
  /** The teams and approvers of the whole catalogue. */
  readonly subjects: readonly SubjectPlan[];
  readonly guard: GuardPlan;
  readonly credentials: readonly CredentialPlan[];
  /** The windows and freezes of the cluster. */
  readonly calendar: readonly ClosingRule[];
  /** The objects that turn pushes into images; undefined if this stack builds nothing. */
  readonly buildTriggers: BuildTriggersPlan | undefined;
  /** The objects that send messages; undefined if this stack sends none. */
  readonly notifications: NotificationsPlan | undefined;
}

/** One version of the shared promotion steps: a ClusterPromotionTask. */
export interface PromotionTaskPlan {
  readonly name: string;
  readonly version: string;
  readonly by: "push" | "pull-request";
  /** Whether it writes several images; absent if it writes one. */
  readonly images?: true;
  /** The steps of a stack's own version; absent if the program has them. */
  readonly own?: { readonly file: string; readonly steps: readonly OwnStep[] };
  /** How it reports the Stage to GitHub; absent if it does not. */
  readonly commitStatus?: CommitStatusPlan;
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
 * @param now the time at which a freeze counts as over
 * @throws InvalidInput with every problem of the sources and between them
 */
export function makePlan(catalogue: Reading<Catalogue>, config: Reading<StackConfig>, now: Date): Plan {
  const problems: Problem[] = [...catalogue.problems, ...config.problems];
  if (catalogue.value && config.value) {
    const [services, document] = [catalogue.document, config.document];
    problems.push(
      ...planProblems({ catalogue: catalogue.value, config: config.value, services, stack: document }),
    );
  }
  if (problems.length > 0 || !catalogue.value || !config.value) throw new InvalidInput(problems);
  const stack = config.value;
  const { percent, shard } = stack.rollout;
  const selected = stack.shards > 0 ? [] : planServices(catalogue.value, stack);
  return {
    cluster: stack.cluster,
    github: stack.github,
    protect: stack.protect,
    platform: stack.platform ? planPlatform(catalogue.value, stack) : undefined,
    services: selected,
    rollout: { percent, ...(shard && { shard }), ...(stack.shards > 0 && { shards: stack.shards }) },
    freezes: planFreezes(stack.rollout.freeze, now),
  };
}

/** The services that a stack's rollout selects, whether it or its shards have them. */
function planServices(catalogue: Catalogue, stack: StackConfig): ServicePlan[] {
  const services = withStates(catalogue.services, stack.rollout);
  return selectServices(services, stack.rollout).flatMap((name) => {
    const service = services[name];
    return service ? [planService(name, service, catalogue.teams, stack)] : [];
  });
}

/**
 * The plans of a stack's shards, in order: each is what {@link makePlan} makes of the shard's own file. All services are
 * planned once.
 * @param base the stack's plan
 * @param name the stack's name
 */
export function planShards(base: Plan, name: string, catalogue: Catalogue, stack: StackConfig): Plan[] {
  const services = Map.groupBy(planServices(catalogue, stack), (service) =>
    shardOf(service.name, stack.shards),
  );
  return shardsOf(name, stack.shards).map((shard) => ({
    ...base,
    platform: undefined,
    services: services.get(shard.index) ?? [],
    rollout: { percent: stack.rollout.percent, shard },
    freezes: [],
  }));
}

function planPlatform({ teams, services }: Catalogue, stack: StackConfig): PlatformPlan {
  const { gitops, github, registry } = stack;
  const states = withStates(services, stack.rollout);
  // Triggers belong to the cluster, so the platform's stack makes those of all shards.
  const ofCluster = new Set(selectServices(states, { ...stack.rollout, shard: undefined }));
  const selected = Object.fromEntries(Object.entries(states).filter(([name]) => ofCluster.has(name)));
  const built = Object.entries(selected).flatMap(([name, service]) => planBuild(name, service, stack) ?? []);
  const commitStatus = planCommitStatus(stack);
  // Of the whole catalogue, because another stack of the cluster may have the service.
  const several = Object.values(services).some(({ images }) => images !== undefined);
  return {
    promotionTasks: planPromotionTasks(stack.promotionTasks, several).map((task) => ({
      ...task,
      ...(commitStatus && { commitStatus }),
    })),
    subjects: teamSubjects(teams),
    guard: planGuard(Object.keys(teams), stack),
    credentials: planCredentials(stack.credentials, `${github.url}/${gitops.repository}.git`, registry),
    calendar: planCalendar(stack.rollout, services),
    buildTriggers: built.length > 0 ? planBuildTriggers(built, teams, stack) : undefined,
    // Without builds there is no EventBus.
    notifications: built.length > 0 ? planNotifications(selected, teams, stack) : undefined,
  };
}

/** The same tasks of the program for services with several images. */
export function forImages(tasks: readonly PromotionTaskPlan[]): PromotionTaskPlan[] {
  return tasks
    .filter(({ own, images }) => own === undefined && images === undefined)
    .map((task) => ({ ...task, name: promotionTaskName(task.version, task.by, true), images: true }));
}

/**
 * The program's versions, then the stack's own.
 * @param several whether a service has several images
 */
function planPromotionTasks(own: StackConfig["promotionTasks"], several: boolean): PromotionTaskPlan[] {
  const task = (version: string, by: PromotionTaskPlan["by"]) => ({
    name: promotionTaskName(version, by),
    version,
    by,
  });
  const shipped = PROMOTION_TASK_VERSIONS.flatMap((version) => [
    task(version, "push"),
    task(version, "pull-request"),
  ]);
  const fromFiles = Object.entries(own).flatMap(([version, { file, steps, pullRequestSteps }]) => {
    const push = { ...task(version, "push"), own: { file, steps } };
    if (pullRequestSteps === undefined) return push;
    return [push, { ...task(version, "pull-request"), own: { file, steps: pullRequestSteps } }];
  });
  return [...shipped, ...(several ? forImages(shipped) : []), ...fromFiles];
}
