import { host } from "../git-host/facts.ts";
import { type BuildPlan, planBuild } from "./build-plan.ts";
import type { Catalogue, CatalogueService } from "./catalogue.ts";
import { listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { METADATA, overlap } from "./networks.ts";
import { PROJECT, type StackConfig } from "./stack-config.ts";
import { re2 } from "./tag-pattern.ts";
import { groupsFor, sensorBytes, TRIGGER_LIMIT } from "./trigger-size.ts";

/** Example tags of a build, to test a pattern. */
const SAMPLES = { sortable: "20260131235959-0123abc", commit: "0123abc" } as const;

/**
 * Problems of builds in the whole catalogue, including services that this stack does not select, so that selecting
 * more services causes no new problem.
 */
export function buildProblems(
  catalogue: Catalogue,
  config: StackConfig,
  services: SourceDocument,
  stack: SourceDocument,
): Problem[] {
  const builds = Object.entries(catalogue.services).flatMap(
    ([name, service]) => planBuild(name, service, config) ?? [],
  );
  return [
    ...missingConfig(builds, config, stack),
    ...Object.entries(catalogue.services).flatMap(([name, service]) =>
      unmatchedTags(name, service, services),
    ),
    ...tooManyHooks(builds, config, services),
    ...tooLongTriggers(builds, config, stack),
    ...openMirrors(config, stack),
    ...builtByPromotions(catalogue, config, services),
  ];
}

function missingConfig(builds: readonly BuildPlan[], config: StackConfig, stack: SourceDocument): Problem[] {
  if (!config.platform) return [];
  if (builds.length > 0 && config.builds === undefined) {
    const names = listed(builds.map(({ service }) => service));
    return [
      problem(
        "KF070",
        stack,
        ["config", `${PROJECT}:builds`],
        `is missing, but services are built here (${names}).`,
        'Set at least builds.images and builds.network.apiServer, or "build": false for those services.',
      ),
    ];
  }
  if (config.webhooks.receiver && config.builds && config.builds.images.notify === undefined) {
    return [
      problem(
        "KF071",
        stack,
        ["config", `${PROJECT}:builds`, "images", "notify"],
        "is missing, but webhooks.receiver is set, so each build must notify Kargo.",
        "Name an image with curl, pinned by digest, or remove webhooks.receiver.",
      ),
    ];
  }
  return [];
}

/** A Warehouse that matches none of the build's tags creates no Freight and reports nothing. */
function unmatchedTags(name: string, { build, tags }: CatalogueService, services: SourceDocument): Problem[] {
  if (build === false) return [];
  const sample = tags.strategy === "newest-build" ? SAMPLES.commit : SAMPLES.sortable;
  if ("pattern" in tags && re2(tags.pattern).matcher(sample).find()) return [];
  const what =
    "pattern" in tags ? `the pattern ${JSON.stringify(tags.pattern)}` : `strategy ${tags.strategy}`;
  return [
    problem(
      "KF072",
      services,
      ["services", name, "tags"],
      `the build pushes tags such as ${sample}, which ${what} never matches.`,
      'Set "build": false if another system builds the image, or select those tags.',
    ),
  ];
}

function tooManyHooks(
  builds: readonly BuildPlan[],
  { webhooks }: StackConfig,
  services: SourceDocument,
): Problem[] {
  if (webhooks.scope === "organization") return [];
  const byRepository = Map.groupBy(builds, ({ repository }) => repository.toLowerCase());
  return [...byRepository.values()].flatMap((sharing) =>
    sharing
      .slice(host.hooksPerRepository)
      .map(({ service, repository }, index) =>
        problem(
          "KF073",
          services,
          ["services", service, "repository"],
          `${JSON.stringify(repository)} would have ${host.hooksPerRepository + index + 1} hooks for pushes; ${host.name} allows ${host.hooksPerRepository}.`,
          `Set ${PROJECT}:webhooks.scope to organization: one hook for all.`,
        ),
      ),
  );
}

function tooLongTriggers(
  builds: readonly BuildPlan[],
  { platform, webhooks }: StackConfig,
  stack: SourceDocument,
): Problem[] {
  if (!platform) return [];
  const fullest = [...Map.groupBy(builds, ({ group }) => group)]
    .map(([group, own]) => ({ group, count: own.length, bytes: sensorBytes(own) }))
    .sort((a, b) => b.bytes - a.bytes)[0];
  if (fullest === undefined || fullest.bytes <= TRIGGER_LIMIT) return [];
  const wanted = groupsFor(sensorBytes(builds));
  return [
    problem(
      "KF074",
      stack,
      ["config", `${PROJECT}:webhooks`, "groups"],
      `of ${webhooks.groups} groups, ${fullest.group} has ${fullest.count} services: its Sensor is up to ${fullest.bytes} bytes of base64, but its pod takes at most ${TRIGGER_LIMIT}.`,
      `Set it to ${wanted}, which leaves room for growth. It changes every hook once.`,
    ),
  ];
}

/**
 * A promotion pushes to the GitOps repository. A build of that repository would start an endless loop of
 * promotions.
 */
function builtByPromotions({ services }: Catalogue, { gitops }: StackConfig, document: SourceDocument) {
  return Object.entries(services).flatMap(([name, { build, repository }]): Problem[] => {
    if (build === false || repository.toLowerCase() !== gitops.repository.toLowerCase()) return [];
    return [
      problem(
        "KF076",
        document,
        ["services", name, "repository"],
        `${JSON.stringify(repository)} is the GitOps repository, so each promotion would start a build.`,
        'Give the service its own repository, or set "build": false.',
      ),
    ];
  });
}

/** A NetworkPolicy always allows a mirror, so no closed address may be in it. */
function openMirrors({ builds }: StackConfig, stack: SourceDocument): Problem[] {
  if (builds === undefined) return [];
  const { apiServer, cluster, mirrors } = builds.network;
  const closed = [
    ...apiServer.map((network) => [network, "the API server (builds.network.apiServer)"] as const),
    ...cluster.map((network) => [network, "the cluster (builds.network.cluster)"] as const),
    ...METADATA.map((network) => [network, "the metadata addresses of clouds"] as const),
  ];
  return mirrors.flatMap((mirror, index) => {
    const [network, what] = closed.find(([one]) => overlap(mirror, one)) ?? [];
    if (network === undefined) return [];
    return problem(
      "KF075",
      stack,
      ["config", `${PROJECT}:builds`, "network", "mirrors", index],
      `${mirror} contains addresses of ${network}, ${what}, which a Dockerfile would then reach.`,
      "List only the mirror's own addresses.",
    );
  });
}
