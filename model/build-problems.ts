import { host } from "../git-host/facts.ts";
import { type BuildPlan, planBuild } from "./build-plan.ts";
import { listed, type Problem, problem } from "./diagnostics.ts";
import { METADATA, overlap } from "./networks.ts";
import { PROJECT } from "./stack-file.ts";
import { type Sources, stackProblem } from "./stack-problem.ts";
import { re2 } from "./tag-pattern.ts";
import { groupsFor, sensorBytes, TRIGGER_LIMIT } from "./trigger-size.ts";

/** Example tags of a build, to test a pattern. */
const SAMPLES = { sortable: "20260131235959-0123abc", commit: "0123abc" } as const;

/**
 * Problems of builds in the whole catalogue, including services that this stack does not select, so that selecting
 * more services causes no new problem.
 */
export function buildProblems(sources: Sources): Problem[] {
  const { catalogue, config } = sources;
  const builds = Object.entries(catalogue.services).flatMap(
    ([name, service]) => planBuild(name, service, config) ?? [],
  );
  return [
    ...missingConfig(builds, sources),
    ...unmatchedTags(sources),
    ...tooManyHooks(builds, sources),
    ...tooLongTriggers(builds, sources),
    ...openMirrors(sources),
    ...builtByPromotions(sources),
  ];
}

function missingConfig(built: readonly BuildPlan[], { config, stack }: Sources): Problem[] {
  const { builds, platform, webhooks } = config;
  if (!platform) return [];
  if (built.length > 0 && builds === undefined) {
    const message = `is missing, but services are built here (${listed(built.map(({ service }) => service))}).`;
    const fix =
      'Set at least builds.images and builds.network.apiServer, or "build": false for those services.';
    return [stackProblem("KF070", stack, ["builds"], message, fix)];
  }
  if (webhooks.receiver && builds && builds.images.notify === undefined) {
    const message = "is missing, but webhooks.receiver is set, so each build must notify Kargo.";
    const fix = "Name an image with curl, pinned by digest, or remove webhooks.receiver.";
    return [stackProblem("KF071", stack, ["builds", "images", "notify"], message, fix)];
  }
  return [];
}

/** A Warehouse that matches none of the build's tags creates no Freight and reports nothing. */
function unmatchedTags({ catalogue, services }: Sources): Problem[] {
  return Object.entries(catalogue.services).flatMap(([name, { build, tags }]) => {
    if (build === false) return [];
    const sample = tags.strategy === "newest-build" ? SAMPLES.commit : SAMPLES.sortable;
    if ("pattern" in tags && re2(tags.pattern).matcher(sample).find()) return [];
    const what =
      "pattern" in tags ? `the pattern ${JSON.stringify(tags.pattern)}` : `strategy ${tags.strategy}`;
    const message = `the build pushes tags such as ${sample}, which ${what} never matches.`;
    const fix = 'Set "build": false if another system builds the image, or select those tags.';
    return problem("KF072", services, ["services", name, "tags"], message, fix);
  });
}

function tooManyHooks(builds: readonly BuildPlan[], { config, services }: Sources): Problem[] {
  if (config.webhooks.scope === "organization") return [];
  const byRepository = Map.groupBy(builds, ({ repository }) => repository.toLowerCase());
  return [...byRepository.values()].flatMap((sharing) =>
    sharing.slice(host.hooksPerRepository).map(({ service, repository }, index) => {
      const message = `${JSON.stringify(repository)} would have ${host.hooksPerRepository + index + 1} hooks for pushes; ${host.name} allows ${host.hooksPerRepository}.`;
      const fix = `Set ${PROJECT}:webhooks.scope to organization: one hook for all.`;
      return problem("KF073", services, ["services", service, "repository"], message, fix);
    }),
  );
}

function tooLongTriggers(builds: readonly BuildPlan[], { config, stack }: Sources): Problem[] {
  if (!config.platform) return [];
  const fullest = [...Map.groupBy(builds, ({ group }) => group)]
    .map(([group, own]) => ({ group, count: own.length, bytes: sensorBytes(own) }))
    .sort((a, b) => b.bytes - a.bytes)[0];
  if (fullest === undefined || fullest.bytes <= TRIGGER_LIMIT) return [];
  const message = `of ${config.webhooks.groups} groups, ${fullest.group} has ${fullest.count} services: its Sensor is up to ${fullest.bytes} bytes of base64, but its pod takes at most ${TRIGGER_LIMIT}.`;
  const fix = `Set it to ${groupsFor(sensorBytes(builds))}, which leaves room for growth. It changes every hook once.`;
  return [stackProblem("KF074", stack, ["webhooks", "groups"], message, fix)];
}

/**
 * A promotion pushes to the GitOps repository. A build of that repository would start an endless loop of
 * promotions.
 */
function builtByPromotions({ catalogue, config, services }: Sources): Problem[] {
  const gitops = config.gitops.repository.toLowerCase();
  return Object.entries(catalogue.services).flatMap(([name, { build, repository }]) => {
    if (build === false || repository.toLowerCase() !== gitops) return [];
    const message = `${JSON.stringify(repository)} is the GitOps repository, so each promotion would start a build.`;
    const fix = 'Give the service its own repository, or set "build": false.';
    return problem("KF076", services, ["services", name, "repository"], message, fix);
  });
}

/** A NetworkPolicy always allows a mirror, so no closed address may be in it. */
function openMirrors({ config: { builds }, stack }: Sources): Problem[] {
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
    const message = `${mirror} contains addresses of ${network}, ${what}, which a Dockerfile would then reach.`;
    const fix = "List only the mirror's own addresses.";
    return stackProblem("KF075", stack, ["builds", "network", "mirrors", index], message, fix);
  });
}
