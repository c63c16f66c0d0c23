import { type Problem, problem } from "./diagnostics.ts";
import { tagKeys } from "./images.ts";
import type { PlanWithFiles } from "./losses.ts";
import { deployingStages, type Plan } from "./plan.ts";
import type { Provisioned } from "./provisioned.ts";

/** A values file that exists, with keys that no promotion has written so far. */
export interface NewKeys {
  readonly service: string;
  readonly path: string;
  /** Such as `images.worker.tag`. */
  readonly keys: readonly string[];
}

/**
 * The values files of the last `up` that now need further keys, because the service has another image. Kargo changes
 * only keys that exist, and the program writes no file twice.
 */
export function newKeys(before: Provisioned, { services }: Pick<Plan, "services">): NewKeys[] {
  const known = new Map(Object.entries(before.services));
  return services.flatMap((service) => {
    const was = known.get(service.name);
    if (was?.values === undefined || service.state !== "active") return [];
    const had = new Set(tagKeys(was.images));
    const keys = tagKeys(service.warehouse.images).filter((key) => !had.has(key));
    const stages = new Map(Object.entries(was.stages));
    const old = deployingStages(service).filter(({ name }) => stages.get(name)?.deploys);
    return keys.length === 0
      ? []
      : old.map(({ deployment }) => ({ service: service.name, path: deployment.valuesFile, keys }));
  });
}

/**
 * Problems of values files that lack a key: one per service.
 * @param lacking the files of {@link newKeys} with the keys that they lack
 */
export function keyProblems(lacking: readonly NewKeys[], { plan, catalogue }: PlanWithFiles): Problem[] {
  return [...Map.groupBy(lacking, ({ service }) => service)].flatMap(([name, files]) => {
    const [first] = files;
    const warehouse = plan.services.find((service) => service.name === name)?.warehouse;
    if (first === undefined || warehouse === undefined) return [];
    const more = files.length === 1 ? "" : ` (nor have ${files.length - 1} more of its files)`;
    const missing = first.keys.join(" and ");
    const message = `${first.path} has no ${missing}${more}, so every Promotion would fail: Kargo changes only keys that exist.`;
    const fix = `Add ${missing} with the value "" to the values files of each Stage, then try again.`;
    const path = ["services", name, ...(warehouse.images ? ["images"] : [])];
    return [problem("KF097", catalogue.document, path, message, fix, "key")];
  });
}
