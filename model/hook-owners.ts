import { counted, listed, type Problem } from "./diagnostics.ts";
import { files, type PlannedStack, stackProblem } from "./stack-problem.ts";

const KEY = ["webhooks", "owner"];

/** Hooks that two stacks or no stack would make, and hooks without a listener. */
export function hookProblems(stacks: readonly PlannedStack[]): Problem[] {
  const clusters = Map.groupBy(stacks, ({ plan }) => plan.cluster.name);
  return [
    ...hookOwners(stacks.filter(({ plan }) => !plan.github.sandbox)),
    ...[...clusters.values()].flatMap(hooksWithoutListener),
  ];
}

/** Services whose hook is made twice or not at all. */
interface Found {
  readonly service: string;
  /** The stacks with the service. */
  readonly all: readonly PlannedStack[];
  readonly owner: PlannedStack | undefined;
  /** The stack at which the problem is reported. */
  readonly stack: PlannedStack;
}

/** A push must be built once, so exactly one of a service's stacks makes its hook. */
function hookOwners(stacks: readonly PlannedStack[]): Problem[] {
  const having = new Map<string, PlannedStack[]>();
  for (const stack of stacks) {
    for (const { name, state } of stack.plan.services) {
      const built = state === "active" && stack.catalogue.services[name]?.build !== false;
      if (built) having.set(name, [...(having.get(name) ?? []), stack]);
    }
  }
  const found = [...having].flatMap(([service, all]): Found[] => {
    const [owner, ...more] = all.filter(({ config }) => config.webhooks.owner);
    const others = more.filter(({ plan }) => plan.cluster.name !== owner?.plan.cluster.name);
    const [first] = all;
    if (owner === undefined) return first ? [{ service, all, owner, stack: first }] : [];
    return others.map((stack) => ({ service, all, owner, stack }));
  });
  const groups = Map.groupBy(found, ({ all, owner, stack }) =>
    JSON.stringify([owner?.name, stack.name, owner ? "" : all.map(({ name }) => name)]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { all, owner, stack } = first;
    const services = `${counted(group.length, "service")} (${listed(group.map(({ service }) => service))})`;
    if (owner === undefined) {
      const message = `is false in every stack that has ${services}, so no stack would create their hooks and build them.`;
      const fix = `Set it to true in one of them (${files(all)}), or "build": false if another system builds.`;
      return stackProblem("KF088", stack.document, KEY, message, fix);
    }
    const message = `is true here and in ${owner.document.file}, which both have ${services}: each push would be built twice.`;
    return stackProblem("KF087", stack.document, KEY, message, "Set it to false in all but one.");
  });
}

/** The stack with the cluster's platform makes the listeners of hooks. */
function hooksWithoutListener(stacks: readonly PlannedStack[]): Problem[] {
  const platform = stacks.find(({ plan }) => plan.platform !== undefined);
  if (platform === undefined || platform.config.webhooks.owner) return [];
  const { document, plan } = platform;
  const message = `is true, but false in ${document.file}, which creates the EventSources on the cluster ${JSON.stringify(plan.cluster.name)}.`;
  const fix = "Set the same value in all stacks of a cluster.";
  return stacks
    .filter(({ config }) => config.webhooks.owner)
    .map((stack) => stackProblem("KF089", stack.document, KEY, message, fix));
}
