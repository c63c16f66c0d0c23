import type { BuildsConfig } from "./builds.ts";
import type { CatalogueService, ServiceState } from "./catalogue.ts";
import { buildNamespace, triggerGroup, webhookPath } from "./names.ts";
import type { StackConfig } from "./stack-config.ts";
import type { WebhooksConfig } from "./webhooks.ts";

/** How a push to one service's repository becomes an image. */
export interface BuildPlan {
  readonly service: string;
  readonly state: ServiceState;
  readonly team: string;
  /** The EventSource, Sensor and Secret that it belongs to. */
  readonly group: string;
  /** Where its Workflows run: the team's own. */
  readonly namespace: string;
  readonly owner: string;
  /** The repository's name inside its owner. */
  readonly repository: string;
  readonly branch: string;
  /** The folder that is built; `.` is the whole repository. */
  readonly context: string;
  /** From the context. */
  readonly dockerfile: string;
  /** The folders and files whose changes start a build; none means every push. */
  readonly paths: readonly string[];
  /** The image repository, without tag. */
  readonly image: string;
  /** `sortable`: `<UTC time of the push>-<short commit>`. `commit`: the short commit alone. */
  readonly tags: "sortable" | "commit";
}

/** A hook of GitHub that reports pushes. */
export interface WebhookPlan {
  /** Whether GitHub delivers. */
  readonly active: boolean;
  /** The repository's name inside the provider's owner, as the GitHub provider wants it. */
  readonly repository: string;
  readonly url: string;
  /** Tells the hook's secret apart from every other's. */
  readonly secretPurpose: string;
}

/** What turns pushes into Workflows, for all services that this cluster builds. */
export interface BuildTriggersPlan {
  /** Where repositories are cloned from: the web address of GitHub. */
  readonly github: string;
  readonly owner: string;
  /** The one hook of the organization; without it each service has its own. */
  readonly organizationHook: Pick<WebhookPlan, "url" | "secretPurpose"> | undefined;
  /** The groups that have a service, in order. */
  readonly groups: readonly TriggerGroupPlan[];
  readonly namespaces: readonly BuildNamespacePlan[];
  readonly builds: BuildsConfig;
  /** The host that GitHub posts to, with its port, and the path that all endpoints there begin with. */
  readonly host: string;
  readonly path: string;
  readonly eventBus: WebhooksConfig["eventBus"];
  readonly expose: WebhooksConfig["expose"];
  readonly receiver: WebhooksConfig["receiver"];
}

/** One EventSource, Sensor and Secret, and whose pushes they take. */
export interface TriggerGroupPlan {
  readonly name: string;
  /** Whether the last of its services is on its way out, and it with them. */
  readonly leaves: boolean;
  readonly builds: readonly BuildPlan[];
}

/** The namespace of a team's builds, and who may read their logs. */
export interface BuildNamespacePlan {
  readonly name: string;
  /** Whether the last of the team's services is on its way out, and what is in here with them. */
  readonly leaves: boolean;
  readonly team: string;
  readonly groups: readonly string[];
}

/** The path and the EventSource of the organization's one hook. */
export const ORGANIZATION = "github-organization";

/** How a service is built; nothing where something else does, or another stack. */
export function planBuild(
  name: string,
  service: CatalogueService,
  { github, registry, webhooks }: StackConfig,
): BuildPlan | undefined {
  const { build, repository, team } = service;
  if (build === false || !webhooks.owner) return undefined;
  return {
    service: name,
    state: service.state,
    team,
    group: triggerGroup(name, webhooks.groups),
    namespace: buildNamespace(team),
    owner: github.owner,
    repository: repository.split("/")[1] ?? repository,
    branch: build.branch,
    context: build.context,
    dockerfile: build.dockerfile,
    paths: pathsOf(build.paths ?? [build.context]),
    image: service.image ?? `${registry}/${name}`,
    tags: service.tags.strategy === "newest-build" ? "commit" : "sortable",
  };
}

function pathsOf(paths: readonly string[]): readonly string[] {
  return paths.includes(".") ? [] : paths;
}

/** The hook of one service; nothing where the organization has one for all. */
export function planWebhook(
  build: BuildPlan,
  { scope, url }: WebhooksConfig,
  state: ServiceState,
): WebhookPlan | undefined {
  if (scope === "organization") return undefined;
  const { service, repository } = build;
  return {
    active: state === "active",
    repository,
    url: `${url}${webhookPath(build.group, service)}`,
    secretPurpose: webhookSecretPurpose(service),
  };
}

/** Tells a service's secret apart from every other that is derived from the master secret. */
export function webhookSecretPurpose(service: string): string {
  return `webhook/${service}`;
}

/** What the platform's stack makes of all builds of the cluster; nothing where the stack does not say how to build. */
export function planBuildTriggers(
  built: readonly BuildPlan[],
  teams: Readonly<Record<string, { readonly group: string; readonly approvers?: string | undefined }>>,
  { builds, github, webhooks }: StackConfig,
): BuildTriggersPlan | undefined {
  if (builds === undefined) return undefined;
  const { url, scope, eventBus, expose, receiver } = webhooks;
  const leaves = (own: readonly BuildPlan[]) => own.every(({ state }) => state === "decommissioned");
  const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);
  return {
    github: github.url,
    owner: github.owner,
    organizationHook:
      scope === "organization"
        ? { url: `${url}/${ORGANIZATION}`, secretPurpose: `webhook/${ORGANIZATION}` }
        : undefined,
    groups: [...Map.groupBy(built, ({ group }) => group)]
      .sort(byName)
      .map(([name, own]) => ({ name, leaves: leaves(own), builds: own })),
    namespaces: [...Map.groupBy(built, ({ team }) => team)].sort(byName).map(([team, own]) => {
      const { group, approvers } = teams[team] ?? { group: team };
      const groups = [...new Set([group, approvers ?? group])];
      return { name: buildNamespace(team), leaves: leaves(own), team, groups };
    }),
    builds,
    host: new URL(url).host,
    path: new URL(url).pathname.replace(/\/$/, ""),
    eventBus,
    expose,
    receiver,
  };
}
