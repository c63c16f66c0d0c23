import { buildProblems } from "./build-problems.ts";
import { calendarProblems } from "./calendar-problems.ts";
import type { Catalogue } from "./catalogue.ts";
import { derivedNames, nameConflicts } from "./derived-names.ts";
import { destinationProblems } from "./destinations.ts";
import { type DocumentPath, didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import { imageProblems } from "./image-problems.ts";
import { notificationProblems } from "./notification-problems.ts";
import { ownershipProblems } from "./ownership.ts";
import { promotionTaskProblems } from "./promotion-task-problems.ts";
import { rolloutProblems } from "./rollout-problems.ts";
import { meets, type Selector } from "./selector.ts";
import { dividedTwice } from "./shard-problems.ts";
import { PROJECT } from "./stack-file.ts";
import { type Sources, stackProblem } from "./stack-problem.ts";
import { sortsByTime } from "./tag-pattern.ts";
import { SORTABLE_TAGS } from "./tags.ts";

/** Problems between the catalogue and the stack config. */
export function planProblems(sources: Sources): Problem[] {
  const { catalogue, config, services } = sources;
  return [
    ...unknownPipelines(sources),
    ...foreignRepositories(sources),
    ...unknownSelections(sources),
    ...rolloutProblems(sources),
    ...promotionTaskProblems(sources),
    ...dividedTwice(sources),
    ...calendarProblems(sources),
    ...ownershipProblems(sources),
    ...cachedDigests(sources),
    ...unsortedTags(sources),
    ...imageProblems(sources),
    ...destinationProblems(sources),
    ...buildProblems(sources),
    ...notificationProblems(sources),
    ...nameConflicts(derivedNames(catalogue, config)).map(({ code, path, message, fix }) =>
      problem(code, services, path, message, fix, "key"),
    ),
  ];
}

function unknownPipelines({ catalogue, config, services, stack }: Sources): Problem[] {
  const known = Object.keys(config.pipelines);
  return Object.entries(catalogue.services)
    .filter(([, { pipeline }]) => !known.includes(pipeline))
    .map(([name, { pipeline }]) => {
      const message = `${JSON.stringify(pipeline)} is not a pipeline of ${stack.file} (it has: ${listed(known)}).`;
      const instead = known[0] === undefined ? "" : ` or use ${known[0]}`;
      const fix = didYouMean(pipeline, known) ?? `Add it under ${PROJECT}:pipelines${instead}.`;
      return problem("KF050", services, ["services", name, "pipeline"], message, fix);
    });
}

/** The GitHub provider works for one owner and would look for the hook of another owner's repository there. */
function foreignRepositories({ catalogue, config, services }: Sources): Problem[] {
  const { owner } = config.github;
  return Object.entries(catalogue.services)
    .filter(([, { repository }]) => repository.split("/")[0]?.toLowerCase() !== owner.toLowerCase())
    .map(([name, { repository }]) => {
      const message = `${JSON.stringify(repository)} is not a repository of ${JSON.stringify(owner)}, the owner in ${PROJECT}:github.`;
      const fix = `Move the repository to ${owner}, or list the service in the catalogue of a stack of its owner.`;
      return problem("KF025", services, ["services", name, "repository"], message, fix);
    });
}

/** Kargo ignores cacheByTag for the strategy Digest, so the setting is a mistake. */
function cachedDigests({ catalogue, services }: Sources): Problem[] {
  return Object.entries(catalogue.services)
    .filter(([, { tags, warehouse }]) => tags.strategy === "digest" && warehouse?.cacheByTag === true)
    .map(([name]) => {
      const message = "a moving tag cannot be cached by name: Kargo ignores cacheByTag for it.";
      return problem("KF027", services, ["services", name, "warehouse", "cacheByTag"], message, "Remove it.");
    });
}

/** Hashes, or numbers of different length, do not sort by time, so an old image could win. */
function unsortedTags({ catalogue, services }: Sources): Problem[] {
  return Object.entries(catalogue.services).flatMap(([name, { tags }]) => {
    if (tags.strategy !== "lexical" || sortsByTime(tags.pattern)) return [];
    const message = `the tags of ${JSON.stringify(tags.pattern)} do not sort by time: the last one in text order is not the newest.`;
    const fix = `Start the tags with a time, as in ${SORTABLE_TAGS}, or use semver or newest-build.`;
    return [problem("KF028", services, ["services", name, "tags", "pattern"], message, fix)];
  });
}

/** A selector that matches nothing is a typo, which would silently include or exclude the wrong services. */
function unknownSelections({ catalogue, config, stack }: Sources): Problem[] {
  const { include, exclude, decommission, waves } = config.rollout;
  return Object.entries({ include, exclude, decommission, waves }).flatMap(([list, selectors]) =>
    selectors.flatMap((selector, index) =>
      ("percent" in selector ? [] : mistakes(selector, catalogue)).map(({ path, message, hint }) => {
        const fix = hint ?? "Remove it, or correct the catalogue.";
        return stackProblem("KF016", stack, ["rollout", list, index, ...path], message, fix);
      }),
    ),
  );
}

interface Mistake {
  /** The path inside the selector. */
  readonly path: DocumentPath;
  readonly message: string;
  /** The name that was probably meant. */
  readonly hint: string | undefined;
}

/** The names and labels of a selector that no service has. */
function mistakes(selector: Selector, { services }: Catalogue): Mistake[] {
  const known = Object.keys(services);
  if ("names" in selector)
    return selector.names.flatMap((name, at) => {
      const message = `${JSON.stringify(name)} is not a service of the catalogue.`;
      return known.includes(name) ? [] : [{ path: ["names", at], message, hint: didYouMean(name, known) }];
    });
  const labels = Object.values(services).flatMap((service) => Object.entries(service.labels));
  const keys = labels.map(([key]) => key);
  const wrong = Object.entries(selector.labels).flatMap(([key, value]): Mistake[] => {
    const values = labels.filter(([other]) => other === key).map(([, other]) => other);
    if (values.includes(value)) return [];
    const message = `no service of the catalogue has the label ${key}${values.length === 0 ? "" : `=${value}`}.`;
    const hint = values.length === 0 ? didYouMean(key, keys) : didYouMean(value, values);
    return [{ path: ["labels", key], message, hint }];
  });
  if (wrong.length > 0 || Object.entries(services).some(([name, one]) => meets(selector, name, one)))
    return wrong;
  return [
    { path: ["labels"], message: "no service of the catalogue has all of these labels.", hint: undefined },
  ];
}
