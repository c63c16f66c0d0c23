import { buildProblems } from "./build-problems.ts";
import { calendarProblems } from "./calendar-problems.ts";
import type { Catalogue } from "./catalogue.ts";
import { derivedNames, nameConflicts } from "./derived-names.ts";
import { destinationProblems } from "./destinations.ts";
import { type DocumentPath, didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { imageProblems } from "./image-problems.ts";
import { notificationProblems } from "./notification-problems.ts";
import { ownershipProblems } from "./ownership.ts";
import { promotionTaskProblems } from "./promotion-task-problems.ts";
import { rolloutProblems } from "./rollout-problems.ts";
import { meets, type Selector } from "./selection.ts";
import { dividedTwice } from "./shard-problems.ts";
import { PROJECT, type StackConfig } from "./stack-config.ts";
import { sortsByTime } from "./tag-pattern.ts";
import { SORTABLE_TAGS } from "./tags.ts";

/** Problems between the catalogue and the stack config. */
export function planProblems(
  catalogue: Catalogue,
  config: StackConfig,
  services: SourceDocument,
  stack: SourceDocument,
): Problem[] {
  return [
    ...unknownPipelines(catalogue, config, services, stack),
    ...foreignRepositories(catalogue, config, services),
    ...unknownSelections(catalogue, config, stack),
    ...rolloutProblems(catalogue, config, stack, ["config", `${PROJECT}:rollout`]),
    ...promotionTaskProblems(catalogue, config, stack),
    ...dividedTwice(config, stack),
    ...calendarProblems(catalogue, config, stack, ["config", `${PROJECT}:rollout`]),
    ...ownershipProblems(catalogue, config.registry, services),
    ...cachedDigests(catalogue, services),
    ...unsortedTags(catalogue, services),
    ...imageProblems(catalogue, config, services),
    ...destinationProblems(catalogue, config, services, stack),
    ...buildProblems(catalogue, config, services, stack),
    ...notificationProblems(catalogue, config, services, stack),
    ...nameConflicts(derivedNames(catalogue, config)).map(({ code, path, message, fix }) =>
      problem(code, services, path, message, fix, "key"),
    ),
  ];
}

function unknownPipelines(
  catalogue: Catalogue,
  config: StackConfig,
  services: SourceDocument,
  stack: SourceDocument,
): Problem[] {
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
function foreignRepositories(catalogue: Catalogue, config: StackConfig, services: SourceDocument): Problem[] {
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
function cachedDigests(catalogue: Catalogue, services: SourceDocument): Problem[] {
  return Object.entries(catalogue.services)
    .filter(([, { tags, warehouse }]) => tags.strategy === "digest" && warehouse?.cacheByTag === true)
    .map(([name]) => {
      const message = "a moving tag cannot be cached by name: Kargo ignores cacheByTag for it.";
      return problem("KF027", services, ["services", name, "warehouse", "cacheByTag"], message, "Remove it.");
    });
}

/** Hashes, or numbers of different length, do not sort by time, so an old image could win. */
function unsortedTags(catalogue: Catalogue, services: SourceDocument): Problem[] {
  return Object.entries(catalogue.services).flatMap(([name, { tags }]) => {
    if (tags.strategy !== "lexical" || sortsByTime(tags.pattern)) return [];
    const message = `the tags of ${JSON.stringify(tags.pattern)} do not sort by time: the last one in text order is not the newest.`;
    const fix = `Start the tags with a time, as in ${SORTABLE_TAGS}, or use semver or newest-build.`;
    return [problem("KF028", services, ["services", name, "tags", "pattern"], message, fix)];
  });
}

/** A selector that matches nothing is a typo, which would silently include or exclude the wrong services. */
function unknownSelections(catalogue: Catalogue, config: StackConfig, stack: SourceDocument): Problem[] {
  const { include, exclude, decommission, waves } = config.rollout;
  const known = Object.keys(catalogue.services);
  const labels = Object.values(catalogue.services).flatMap((service) => Object.entries(service.labels));
  const missing = (selector: Selector): [DocumentPath, string, string | undefined][] => {
    if ("names" in selector)
      return selector.names.flatMap((name, at) =>
        known.includes(name)
          ? []
          : [
              [
                ["names", at],
                `${JSON.stringify(name)} is not a service of the catalogue.`,
                didYouMean(name, known),
              ],
            ],
      );
    const none = Object.entries(selector.labels).flatMap(
      ([key, value]): [DocumentPath, string, string | undefined][] => {
        const values = labels.filter(([other]) => other === key).map(([, other]) => other);
        const hint =
          values.length === 0
            ? didYouMean(
                key,
                labels.map(([other]) => other),
              )
            : didYouMean(value, values);
        const what = `no service of the catalogue has the label ${key}${values.length === 0 ? "" : `=${value}`}.`;
        return values.includes(value) ? [] : [[["labels", key], what, hint]];
      },
    );
    const meant = Object.entries(catalogue.services).some(([name, service]) =>
      meets(selector, name, service),
    );
    if (none.length > 0 || meant) return none;
    return [[["labels"], "no service of the catalogue has all of these labels.", undefined]];
  };
  return Object.entries({ include, exclude, decommission, waves }).flatMap(([list, selectors]) =>
    selectors.flatMap((selector, index) =>
      ("percent" in selector ? [] : missing(selector)).map(([path, message, hint]) => {
        const whole = ["config", `${PROJECT}:rollout`, list, index, ...path];
        return problem("KF016", stack, whole, message, hint ?? "Remove it, or correct the catalogue.");
      }),
    ),
  );
}
