import { host } from "../git-host/facts.ts";
import type { BuildsConfig } from "./builds.ts";
import type { CatalogueService, ServiceState } from "./catalogue.ts";
import { listedImages, type ServiceImages } from "./images.ts";
import { buildNamespace, triggerGroup, webhookPath } from "./names.ts";
import type { StackConfig } from "./stack-config.ts";
import type { WebhooksConfig } from "./webhooks.ts";

/** How to build an image from a push to one service's repository. */
export interface BuildPlan {
  readonly service: string;
  readonly state: ServiceState;
  readonly team: string;
  /** The name of its EventSource, Sensor and Secret. */
  readonly group: string;
  /** The namespace of its Workflows, one per team. */
  readonly namespace: string;
  readonly owner: string;
  /** The repository's name without its owner. */
  readonly repository: string;
  readonly branch: string;
  /** The folder to build; `.` is the whole repository. */
  readonly context: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  /** The folders and files whose changes start a build; empty for every push. */
  readonly paths: readonly string[];
  /** The image repository, without tag; the first one if there are several. */
  readonly image: string;
  /** All image repositories by name; absent if the service has one without a name. */
  readonly images?: ServiceImages;
  /** `sortable`: `<UTC time of the push>-<short commit>`. `commit`: the short commit alone. */
  readonly tags: "sortable" | "commit";
}

/** One image of a build, with the Workflow that makes it. */
export interface BuiltImage {
  /** Its trigger, and the beginning of its Workflow's name. No other service of the catalogue has it. */
  readonly name: string;
  readonly image: string;
  readonly dockerfile: string;
}

/** The images that a push builds, each by a Workflow of its own; image `web` from `Dockerfile.web`. */
export function builtImages({
  service,
  image,
  images,
  dockerfile,
}: Pick<BuildPlan, "service" | "image" | "dockerfile"> & {
  readonly images?: ServiceImages | undefined;
}): readonly BuiltImage[] {
  if (images === undefined) return [{ name: service, image, dockerfile }];
  return Object.entries(images).map(([name, repository]) => ({
    name: `${service}-${name}`,
    image: repository,
    dockerfile: `${dockerfile}.${name}`,
  }));
}

/** A GitHub webhook for pushes. */
export interface WebhookPlan {
  /** Whether GitHub delivers. */
  readonly active: boolean;
  /** The repository's name without its owner, as the GitHub provider expects it. */
  readonly repository: string;
  readonly url: string;
  /** The purpose from which the hook's own secret is derived. */
  readonly secretPurpose: string;
}

/** The objects that turn pushes into Workflows, for all services that this cluster builds. */
export interface BuildTriggersPlan extends Pick<WebhooksConfig, "eventBus" | "expose" | "receiver"> {
  /** The web address of GitHub, from which repositories are cloned. */
  readonly github: string;
  readonly owner: string;
  /** The organization's hook; undefined if each service has its own. */
  readonly organizationHook: Pick<WebhookPlan, "url" | "secretPurpose"> | undefined;
  /** The groups with services, in order. */
  readonly groups: readonly TriggerGroupPlan[];
  readonly namespaces: readonly BuildNamespacePlan[];
  readonly builds: BuildsConfig;
  /** The host and port that GitHub calls, and the common path prefix of all endpoints. */
  readonly host: string;
  readonly path: string;
}

/** One EventSource, Sensor and Secret, with the services of its pushes. */
export interface TriggerGroupPlan {
  readonly name: string;
  /** Whether it is being deleted, because all of its services are. */
  readonly removing: boolean;
  readonly builds: readonly BuildPlan[];
}

/** The namespace of a team's builds, and the readers of their logs. */
export interface BuildNamespacePlan {
  readonly name: string;
  /** Whether its content is being deleted, because all of the team's services are. */
  readonly removing: boolean;
  readonly team: string;
  readonly groups: readonly string[];
}

/** The path and the EventSource name of the organization's hook. */
export const ORGANIZATION_SOURCE = `${host.prefix}-organization`;

/** How a service is built; undefined if another system or another stack builds it. */
export function planBuild(
  name: string,
  service: CatalogueService,
  { github, registry, webhooks }: StackConfig,
): BuildPlan | undefined {
  const { build, repository, team } = service;
  if (build === false || !webhooks.owner) return undefined;
  const { paths = [build.context] } = build;
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
    paths: paths.includes(".") ? [] : paths,
    image: listedImages(name, service, registry)[0].repository,
    ...(service.images && { images: service.images }),
    tags: service.tags.strategy === "newest-build" ? "commit" : "sortable",
  };
}

/** The hook of one service; undefined if the organization has one for all. */
export function planWebhook(
  { group, repository, service, state }: BuildPlan,
  { scope, url }: WebhooksConfig,
): WebhookPlan | undefined {
  if (scope === "organization") return undefined;
  return {
    active: state === "active",
    repository,
    url: `${url}${webhookPath(group, service)}`,
    secretPurpose: webhookSecretPurpose(service),
  };
}

/** The purpose that makes a service's secret differ from all others derived from the master secret. */
export function webhookSecretPurpose(service: string): string {
  return `webhook/${service}`;
}

/** The build objects of the platform's stack; undefined if the stack has no `builds`. */
export function planBuildTriggers(
  built: readonly BuildPlan[],
  teams: Readonly<Record<string, { readonly group: string; readonly approvers?: string | undefined }>>,
  { builds, github, webhooks }: StackConfig,
): BuildTriggersPlan | undefined {
  if (builds === undefined) return undefined;
  const { url, scope, eventBus, expose, receiver } = webhooks;
  const removing = (own: readonly BuildPlan[]) => own.every(({ state }) => state === "decommissioned");
  const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);
  return {
    github: github.url,
    owner: github.owner,
    organizationHook:
      scope === "organization"
        ? { url: `${url}/${ORGANIZATION_SOURCE}`, secretPurpose: `webhook/${ORGANIZATION_SOURCE}` }
        : undefined,
    groups: [...Map.groupBy(built, ({ group }) => group)]
      .sort(byName)
      .map(([name, own]) => ({ name, removing: removing(own), builds: own })),
    namespaces: [...Map.groupBy(built, ({ team }) => team)].sort(byName).map(([team, own]) => {
      const { group, approvers } = teams[team] ?? { group: team };
      const groups = [...new Set([group, approvers ?? group])];
      return { name: buildNamespace(team), removing: removing(own), team, groups };
    }),
    builds,
    host: new URL(url).host,
    path: new URL(url).pathname.replace(/\/$/, ""),
    eventBus,
    expose,
    receiver,
  };
}
