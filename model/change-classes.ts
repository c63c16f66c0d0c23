/** The kinds of warnings. */
export type WarningKind = (typeof WARNING_KINDS)[number];

/** In the order of the report. `source` is a change of what decides what runs, `unclassified` an unknown change. */
export const WARNING_KINDS = [
  "deletion",
  "replacement",
  "protection",
  "access",
  "source",
  "unclassified",
] as const;

/** A leaf of `services.json` or of a stack's config: its keys joined by dots; `*` matches any name. */
type Leaf = string;

/**
 * The leaves that change neither what runs, nor who has access, nor what is protected. A Safe verdict relies on
 * this list.
 */
export const SAFE: readonly Leaf[] = [
  // Only for editors.
  "$schema",
  "services.*.warehouse.interval",
  "services.*.warehouse.discoveryLimit",
  "warehouse.interval",
  "warehouse.discoveryLimit",
  "cluster.qps",
  "cluster.burst",
  "builds.storage.size",
  "builds.storage.class",
  "builds.resources.cpu",
  "builds.resources.memory",
  "builds.timeout",
  "builds.keep.succeeded",
  "builds.keep.failed",
  "builds.keep.log",
  "builds.parallelism",
  // A whole pipeline that is added or removed. The changes of its services are reported separately.
  "pipelines.*",
];

/**
 * The leaves whose effect the plans report: services that are added or removed, and changes of rights and
 * protection.
 */
export const REPORTED_BY_PLANS: readonly Leaf[] = [
  "services.*.team",
  "services.*.labels.*",
  "services.*.state",
  "teams.*",
  "teams.*.group",
  "teams.*.approvers",
  "access.deployer",
  "access.breakGlass",
  "access.incident",
  "access.kargoNamespace",
  "pipelines.*.*.state",
  "pipelines.*.*.destination.cluster",
  "pipelines.*.*.destination.namespace",
  "rollout.include",
  "rollout.exclude",
  "rollout.percent",
  "rollout.shard.index",
  "rollout.shard.of",
  "rollout.decommission",
  "shards",
  "platform",
  "protect",
];

/** The leaves that always give a warning, and what each one decides. */
const ALWAYS_WARNED: Readonly<Partial<Record<WarningKind, Readonly<Record<Leaf, string>>>>> = {
  replacement: { "cluster.name": "the name by which everything of this stack belongs to its cluster" },
  access: {
    "rollout.windows": "when Promotions pass",
    "rollout.freeze": "what is frozen",
    "teams.*.owns": "which repositories and images only this team may use",
    "teams.*.github.team": "a team's name at GitHub",
    "teams.*.github.approvers": "who reviews a team's values files at GitHub",
  },
  source: {
    "services.*.repository": "the repository",
    "services.*.image": "the image",
    "services.*.images.*": "the images",
    "services.*.tags.strategy": "the way to pick a tag",
    "services.*.tags.pattern": "the pattern of tags",
    "services.*.tags.constraint": "the constraint of versions",
    "services.*.tags.tag": "the tag",
    "services.*.warehouse.cacheByTag": "whether a tag always means the same image",
    "services.*.warehouse.platform": "the platform of images",
    "services.*.pipeline": "the pipeline",
    "services.*.build": "whether it is built here",
    "services.*.build.context": "the folder that is built",
    "services.*.build.dockerfile": "the Dockerfile",
    "services.*.build.branch": "the branch that is built",
    "services.*.build.paths": "which pushes are built",
    "services.*.chart.path": "the chart",
    include: "which files list the services of which team",
    catalogue: "the file that lists the services",
    "cluster.context": "the context that leads to the cluster",
    "cluster.kubeconfig": "the kubeconfig that leads to the cluster",
    registry: "the registry",
    registries: "the registries that images may be in",
    "gitops.repository": "the repository of the values files",
    "gitops.branch": "the branch of the values files",
    "gitops.path": "the folder of the values files",
    "gitops.chart.path": "the chart",
    "github.owner": "the owner of the repositories at GitHub",
    "github.url": "the address of GitHub",
    "github.app": "the GitHub App that the program works as",
    "github.app.clientId": "the GitHub App that the program works as",
    "github.app.installationId": "the installation of the program's GitHub App",
    "github.sandbox": "whether this GitHub is the stack's own",
    "webhooks.url": "the address that pushes are sent to",
    "webhooks.owner": "whether this stack builds",
    "webhooks.scope": "whether hooks belong to repositories or to the organization",
    "webhooks.groups": "the number of trigger groups",
    "webhooks.eventBus.version": "the version of the bus that carries pushes",
    "webhooks.eventBus.storage": "where the bus keeps pushes",
    "webhooks.eventBus.storage.size": "how many pushes the bus can keep",
    "webhooks.eventBus.storage.class": "the class of the bus's volumes",
    "webhooks.expose": "how pushes reach the cluster",
    "webhooks.expose.ingress": "the Ingress that lets pushes in",
    "webhooks.expose.ingress.className": "the class of the Ingress that lets pushes in",
    "webhooks.expose.ingress.tlsSecret": "the certificate of the Ingress that lets pushes in",
    "webhooks.expose.ingress.annotations.*": "an annotation of the Ingress that lets pushes in",
    "webhooks.expose.httpRoute": "the HTTPRoutes that let pushes in",
    "webhooks.expose.httpRoute.gateway.name": "the Gateway that lets pushes in",
    "webhooks.expose.httpRoute.gateway.namespace": "the namespace of the Gateway that lets pushes in",
    "webhooks.receiver.url": "the address at which builds tell Kargo",
    builds: "how images are built",
    "builds.images.clone": "the image that clones",
    "builds.images.build": "Kaniko's image",
    "builds.images.push": "the image that pushes",
    "builds.images.notify": "the image that tells Kargo",
    "builds.network.apiServer": "the API server's addresses in the builds' NetworkPolicies",
    "builds.network.cluster": "addresses of the cluster that builds may not reach",
    "builds.network.mirrors": "which private networks a Dockerfile reaches",
    "builds.network.dns": "the DNS servers that a Dockerfile reaches",
    "builds.credentials.clone": "the credential that clones",
    "builds.credentials.push": "the credential that pushes",
    "builds.userNamespaces": "whether root in a build is another user than root on the node",
    "teams.*.notify.slack": "the Slack channel that gets a team's messages",
    "teams.*.notify.webhooks": "the receivers that get a team's messages",
    notifications: "whether teams get messages",
    "notifications.kargo": "the address of Kargo in messages",
    "notifications.argoCd": "the address of Argo CD in messages",
    "notifications.groups": "the number of Sensors that send messages",
    "notifications.slack": "the Slack app that writes messages",
    "notifications.slack.existingSecret": "the token of the Slack app that writes messages",
    "notifications.webhooks.*": "a receiver of messages",
    "notifications.webhooks.*.format": "the form of a receiver's messages",
    "notifications.webhooks.*.url": "the address of a receiver of messages",
    "notifications.webhooks.*.existingSecret": "the credential for a receiver of messages",
    commitStatus: "whether Promotions give commits a status",
    "commitStatus.existingSecret": "the token that gives commits a status",
    "commitStatus.context": "the context of commit statuses",
    "commitStatus.kargo": "the address of Kargo in commit statuses",
    "warehouse.cacheByTag": "whether a tag always means the same image",
    "kargo.shards": "which of Kargo's controllers handles a service",
    "credentials.git": "Kargo's credential for the values files",
    "credentials.git.existingSecret": "Kargo's credential for the values files",
    "credentials.git.username": "Kargo's account for the values files",
    "credentials.git.githubApp": "Kargo's GitHub App for the values files",
    "credentials.git.githubApp.clientId": "Kargo's GitHub App for the values files",
    "credentials.git.githubApp.installationId": "the installation of Kargo's GitHub App",
    "credentials.image": "Kargo's credential for the registry",
    "credentials.image.existingSecret": "Kargo's credential for the registry",
    "credentials.image.username": "Kargo's account for the registry",
    "pipelines.*.*": "a Stage",
    "pipelines.*.*.after": "what Freight must have passed before",
    "pipelines.*.*.soak": "how long Freight must have been in the Stages before",
    "pipelines.*.*.controlFlow": "whether the Stage deploys nothing",
    "pipelines.*.*.promotion": "who promotes",
    "pipelines.*.*.sync": "who syncs",
    "pipelines.*.*.selectionPolicy": "what auto-promotion promotes",
    "pipelines.*.*.verification": "what verifies Freight",
    "pipelines.*.*.verification.templates": "what verifies Freight",
    "pipelines.*.*.verification.args.*": "an argument of what verifies Freight",
    "promotionTasks.*": "the steps of a version of the promotion task",
    "rollout.promotionTask.stable": "the steps that promote",
    "rollout.promotionTask.canary": "the canary version of the promotion task",
    "rollout.promotionTask.canaryPercent": "how many services try the canary version of the promotion task",
    "rollout.promotionTask.canaryServices": "which services try the canary version of the promotion task",
    "rollout.pipelines.*": "the canary of a pipeline",
    "rollout.pipelines.*.canary": "the canary of a pipeline",
    "rollout.pipelines.*.canaryPercent": "how many services try the canary of a pipeline",
    "rollout.pipelines.*.canaryServices": "which services try the canary of a pipeline",
    "rollout.shard.stack": "the stack that this one is a shard of",
    "rollout.waves": "which services an up reaches first",
    "file.kargo-fleet:webhookMasterSecret": "the secret that webhooks are signed with",
    "file.kargo-fleet:gitPassword": "Kargo's password for the values files",
    "file.kargo-fleet:gitAppPrivateKey": "the key of Kargo's GitHub App",
    "file.kargo-fleet:imagePassword": "Kargo's password for the registry",
    "file.github:token": "the token for GitHub",
    "file.kargo-fleet:githubAppPrivateKey": "the key of the program's GitHub App",
    "file.encryptionsalt": "the key that secrets are encrypted with",
    "file.secretsprovider": "who encrypts secrets",
    "file.encryptedkey": "the key that secrets are encrypted with",
  },
};

/** The class of a changed leaf, or `unclassified`. */
interface LeafClass {
  readonly is: WarningKind | "safe" | "reported";
  /** What it decides, in words; undefined if no warning is needed, or if it is unclassified. */
  readonly what: string | undefined;
}

const TABLE: readonly (readonly [Leaf, LeafClass])[] = [
  ...SAFE.map((leaf) => [leaf, { is: "safe", what: undefined }] as const),
  ...REPORTED_BY_PLANS.map((leaf) => [leaf, { is: "reported", what: undefined }] as const),
  ...Object.entries(ALWAYS_WARNED).flatMap(([kind, leaves]) =>
    Object.entries(leaves).map(([leaf, what]) => [leaf, { is: kind as WarningKind, what }] as const),
  ),
];

/** Every leaf in the table. */
export const CLASSIFIED: readonly Leaf[] = TABLE.map(([leaf]) => leaf);

/** The table by the number of keys, for look-ups. */
const ROWS = Map.groupBy(
  TABLE.map(([leaf, known]) => ({ keys: leaf.split("."), known })),
  ({ keys }) => keys.length,
);

/** The class of a leaf; undefined if the table does not contain it. */
export function knownClass(path: readonly string[]): LeafClass | undefined {
  const rows = ROWS.get(path.length) ?? [];
  return rows.find(({ keys }) => keys.every((key, index) => key === "*" || key === path[index]))?.known;
}
