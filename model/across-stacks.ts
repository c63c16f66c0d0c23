import { counted, listed, type Problem } from "./diagnostics.ts";
import { hookProblems } from "./hook-owners.ts";
import { deployingStages, type Plan } from "./plan.ts";
import { otherPromotionTasks } from "./promotion-task-problems.ts";
import { files, type PlannedStack, stackProblem } from "./stack-problem.ts";

/**
 * Problems between the stacks of a catalogue: objects that two stacks would make, and required objects that none
 * makes.
 * @param stacks all stacks, in the order of the messages
 */
export function acrossStacks(stacks: readonly PlannedStack[]): Problem[] {
  const clusters = [...Map.groupBy(stacks, ({ plan }) => plan.cluster.name).values()];
  return [
    ...pairs(stacks).flatMap(([one, other]) => meetings(one, other)),
    ...clusters.flatMap(platformOwners),
    ...clusters.flatMap((cluster) =>
      [...Map.groupBy(cluster, ({ config }) => config.rollout.shard?.stack).values()].flatMap(shardProblems),
    ),
    ...clusters.flatMap(otherWaves),
    ...clusters.flatMap(otherPromotionTasks),
    ...hookProblems(stacks),
  ];
}

type Pair = readonly [PlannedStack, PlannedStack];

function pairs(stacks: readonly PlannedStack[]): Pair[] {
  return stacks.flatMap((other, index) => stacks.slice(0, index).map((one): Pair => [one, other]));
}

function meetings(one: PlannedStack, other: PlannedStack): Problem[] {
  const here = one.plan.cluster;
  const there = other.plan.cluster;
  if (here.name === there.name) return sharedServices(one, other);
  const { context } = there;
  const renamed = context !== undefined && here.context === context && here.kubeconfig === there.kubeconfig;
  return [...(renamed ? [twoNames(one, other, context)] : []), ...sharedFiles(one, other)];
}

/** If two stacks have the same service on one cluster, both would create its namespace. */
function sharedServices(one: PlannedStack, other: PlannedStack): Problem[] {
  const names = new Set(one.plan.services.map(({ name }) => name));
  const both = other.plan.services.filter(({ name }) => names.has(name)).map(({ name }) => name);
  if (both.length === 0) return [];
  const message = `selects ${counted(both.length, "service")} that ${one.document.file} already puts on the cluster ${JSON.stringify(other.plan.cluster.name)}: ${listed(both)}.`;
  const fix = "Select each service in only one stack of a cluster, with include and exclude or with shard.";
  return [stackProblem("KF081", other.document, ["rollout"], message, fix)];
}

function twoNames(one: PlannedStack, other: PlannedStack, context: string): Problem {
  const message = `calls the cluster of context ${JSON.stringify(context)} ${JSON.stringify(other.plan.cluster.name)}, but ${one.document.file} calls it ${JSON.stringify(one.plan.cluster.name)}.`;
  const fix = "Use the same name, or another context for another cluster.";
  return stackProblem("KF082", other.document, ["cluster", "name"], message, fix);
}

/** If two Kargos write the same file, they undo each other's promotions. */
function sharedFiles(one: PlannedStack, other: PlannedStack): Problem[] {
  if (one.plan.github.sandbox || other.plan.github.sandbox) return [];
  const written = new Set(filesOf(one.plan).map(({ key }) => key));
  const both = filesOf(other.plan).filter(({ key }) => written.has(key));
  const [first] = both;
  if (first === undefined) return [];
  const more = both.length === 1 ? "" : ` and ${counted(both.length - 1, "more file")}`;
  const message = `has ${counted(both.length, "Stage")} write the same files as Stages of ${one.document.file}: ${first.path}${more} in ${first.where}.`;
  const fix =
    "Put {cluster} into gitops.path of both, or keep one stack and give its stages a destination on the other cluster.";
  return [stackProblem("KF080", other.document, ["gitops", "path"], message, fix)];
}

function filesOf({ services }: Plan): { key: string; path: string; where: string }[] {
  return services.flatMap((service) => {
    const { repoURL, branch } = service.gitops;
    const where = `${repoURL.replace(/\.git$/, "")} on branch ${branch}`;
    return deployingStages(service).map(({ deployment: { valuesFile: path } }) => ({
      key: JSON.stringify([repoURL.toLowerCase(), branch, path]),
      path,
      where,
    }));
  });
}

/** The shared objects of a cluster exist once: the guard, the promotion tasks, the teams' accounts. */
function platformOwners(stacks: readonly PlannedStack[]): Problem[] {
  const [owner, ...more] = stacks.filter(({ plan }) => plan.platform !== undefined);
  const [first] = stacks;
  if (owner === undefined && first !== undefined) {
    const message = `is false in every stack of the cluster ${JSON.stringify(first.plan.cluster.name)}, so nothing creates the promotion tasks and the guard that its services need.`;
    const fix = `Set it to true in one of them: ${files(stacks)}.`;
    return [stackProblem("KF084", first.document, ["platform"], message, fix)];
  }
  return more.map((other) => {
    const message = `is true here and in ${owner?.document.file}, so both would create the shared objects of the cluster ${JSON.stringify(other.plan.cluster.name)}.`;
    const fix = "Set it to false in all but one stack of a cluster.";
    return stackProblem("KF083", other.document, ["platform"], message, fix);
  });
}

/** If a shard is missing, its services are in no stack. */
function shardProblems(stacks: readonly PlannedStack[]): Problem[] {
  const sharded = stacks.flatMap((stack) => {
    const { shard } = stack.config.rollout;
    return shard ? [{ stack, shard }] : [];
  });
  const [first] = sharded;
  if (first === undefined) return [];
  const { of } = first.shard;
  const others = sharded.filter(({ shard }) => shard.of !== of);
  if (others.length > 0)
    return others.map(({ stack, shard }) => {
      const message = `has ${shard.of} shards, but ${first.stack.document.file} has ${of}.`;
      const fix = "Set the same number in all stacks of a cluster.";
      return stackProblem("KF085", stack.document, ["rollout", "shard", "of"], message, fix);
    });
  const there = sharded.map(({ shard }) => shard.index);
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter(
    (index) => !there.includes(index),
  );
  if (missing.length === 0) return [];
  const which = missing.length === 1 ? `shard ${missing[0]}` : `the shards ${listed(missing.map(String))}`;
  const message = `is one of ${of} shards, but no stack of the cluster ${JSON.stringify(first.stack.plan.cluster.name)} is ${which}, so no stack has its services.`;
  const fix = "Add a stack for each, or lower of in all of them.";
  return [stackProblem("KF086", first.stack.document, ["rollout", "shard"], message, fix)];
}

/** `fleet up` brings up all stacks of a cluster wave by wave, so they have the same waves. */
function otherWaves([first, ...others]: readonly PlannedStack[]): Problem[] {
  const wavesOf = ({ config }: PlannedStack) => JSON.stringify(config.rollout.waves);
  return others.flatMap((other) => {
    if (first === undefined || wavesOf(other) === wavesOf(first)) return [];
    const { document, plan } = other;
    const message = `differs from that of ${first.document.file}, but all stacks of the cluster ${JSON.stringify(plan.cluster.name)} are brought up wave by wave.`;
    const fix = "Write the same waves into both.";
    return stackProblem("KF130", document, ["rollout", "waves"], message, fix);
  });
}
