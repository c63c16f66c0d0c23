import type { Catalogue } from "./catalogue.ts";
import { counted, type DocumentPath, formatPath, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { imageIdentity } from "./image.ts";
import { repositories } from "./images.ts";
import type { Plan, ServicePlan } from "./plan.ts";
import type { Provisioned, ProvisionedService } from "./provisioned.ts";
import type { Reading } from "./schema-problems.ts";
import { absence } from "./selection.ts";
import type { StackConfig } from "./stack-config.ts";
import { stackProblem } from "./stack-problem.ts";
import { stageLosses } from "./stage-losses.ts";
import { valuesLosses } from "./values-losses.ts";

/** A plan, with the files that it was made from. */
export interface PlanWithFiles {
  readonly plan: Plan;
  readonly catalogue: Reading<Catalogue>;
  readonly config: Reading<StackConfig>;
}

/** Whether protection applies: if it did before, or will from now on. */
export function isGuarded(before: Provisioned, plan: Plan): boolean {
  return before.protect || plan.protect;
}

/**
 * What an `up` of this plan would delete without the first step: a service whose entry is gone or that is no longer
 * selected, or a Stage that is gone from its pipeline. Deleting a Kargo Project deletes its Freight, approvals and
 * history. Values files that stay in an old place are a loss too. Every service is named, with reason and fix.
 * @param valuesThere the services whose values files are all in the new place
 */
export function losses(
  before: Provisioned,
  planned: PlanWithFiles,
  valuesThere: ReadonlySet<string> = new Set(),
): Problem[] {
  const kept = new Map(planned.plan.services.map((service) => [service.name, service]));
  const staying = Object.entries(before.services).filter(([, { state }]) => state === "active");
  const gone = staying.filter(([name]) => !kept.has(name));
  // An own property, because a service may be called "constructor".
  const isListed = (name: string) => Object.hasOwn(planned.catalogue.value?.services ?? {}, name);
  const listed = gone.map(([name]) => name).filter(isListed);
  return [
    ...gone.flatMap(([name, was]) => (isListed(name) ? [] : removed(name, was, before, planned))),
    ...deselected(listed, before, planned),
    ...stageLosses(staying, kept, planned),
    ...valuesLosses(before, planned, valuesThere),
  ];
}

const LOST = "its Kargo Project would be deleted, with its Freight, approvals and history";

function removed(
  name: string,
  was: ProvisionedService,
  before: Provisioned,
  planned: PlanWithFiles,
): Problem {
  const { document } = planned.catalogue;
  const successor = planned.plan.services.find(
    (one) => !Object.hasOwn(before.services, one.name) && succeeds(one, was),
  );
  if (successor === undefined) {
    const message = `${JSON.stringify(name)} is provisioned, and its entry is gone: ${LOST}.`;
    const fix = `Put the entry back. To delete the service, set "state": "decommissioned", run pulumi up, then remove the entry.`;
    return problem("KF090", document, ["services", name], message, fix);
  }
  const shared = same(successor.repository, was.repository) ? "repository" : "image";
  const message = `${JSON.stringify(successor.name)} has the ${shared} of ${JSON.stringify(name)}, which is provisioned and no longer listed. A renamed service is a new service; of the old one, ${LOST}.`;
  const fix = `Put ${JSON.stringify(name)} back with "state": "decommissioned", run pulumi up, and remove ${JSON.stringify(name)} once ${JSON.stringify(successor.name)} is promoted.`;
  return problem("KF091", document, ["services", successor.name], message, fix, "key");
}

function succeeds(service: ServicePlan, was: ProvisionedService): boolean {
  const before = new Set(repositories(was).map(imageIdentity));
  return (
    same(service.repository, was.repository) ||
    repositories(service.warehouse).some((repository) => before.has(imageIdentity(repository)))
  );
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** One problem for each key of `rollout`, with all services that it removes. */
function deselected(names: readonly string[], before: Provisioned, planned: PlanWithFiles): Problem[] {
  const { catalogue, config } = planned;
  const services = catalogue.value?.services ?? {};
  const rollout = config.value?.rollout;
  const found = names.flatMap((name) => {
    const service = services[name];
    const why = service && rollout && absence(name, service, rollout, config.value?.shards);
    return why ? [{ name, path: why.path }] : [];
  });
  const byKey = Map.groupBy(found, ({ path }) => formatPath(path));
  return [...byKey.values()].flatMap((group) => {
    const [first, ...path] = group[0]?.path ?? [];
    const all = group.map(({ name }) => name);
    const message = `${verb(first === "shards" ? ["shards"] : path, before.rollout, planned.plan.rollout)} ${counted(all.length, "provisioned service")}: ${all.join(", ")}. For each service, ${LOST}.`;
    const divided = first === "shards" || path[0] === "shard";
    const move = divided ? moveBetweenShards(planned) : "";
    const fix = `${move}Undo the change. To delete them, list them under rollout.decommission (or set "state": "decommissioned" in ${homes(all, catalogue.document)}), run pulumi up, then deselect them.`;
    return stackProblem("KF092", config.document, [first ?? "", ...path], message, fix);
  });
}

/** The command that moves services to another stack without deleting anything; none for shards written by hand. */
function moveBetweenShards({ plan: { rollout }, config: { document } }: PlanWithFiles): string {
  const { shard, shards } = rollout;
  const stack = shard?.stack ?? /^Pulumi\.(.+)\.yaml$/.exec(document.file)?.[1];
  const count = shard?.stack ? shard.of : shards;
  return count === undefined
    ? ""
    : `To move them, run: npm run fleet -- reshard --to ${count} ${stack}. Else: `;
}

/** The files that list these services. */
function homes(names: readonly string[], catalogue: SourceDocument): string {
  return listed([...new Set(names.map((name) => catalogue.place(["services", name]).file))]);
}

type Was = Provisioned["rollout"];

function verb([key]: DocumentPath, was: Was, is: Was): string {
  const shard = (of: Was) => (of.shard === undefined ? "none" : `${of.shard.index} of ${of.shard.of}`);
  switch (key) {
    case "include":
      return "no longer names";
    case "exclude":
      return "excludes";
    case "percent":
      return `is ${is.percent} (was ${was.percent}) and no longer reaches`;
    case "shards":
      return `is ${is.shards} (was ${was.shards ?? "none"}), and this stack no longer has`;
    case "shard":
      return `is ${shard(is)} (was ${shard(was)}) and no longer contains`;
    default:
      return "no longer selects";
  }
}
