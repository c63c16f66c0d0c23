import { SERVICE_LABEL, TEAM_LABEL } from "../fleet/labels.ts";
import type { KubernetesApi } from "./kubernetes-api.ts";

/** A line of a tree with its children. */
interface Branch {
  readonly label: string;
  /** Printed after the label, in its own column. */
  readonly note?: string;
  readonly children?: readonly Branch[];
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  /** What Argo CD writes to an Application. */
  readonly status?: {
    readonly sync?: { readonly status?: string };
    readonly health?: { readonly status?: string };
  };
}

const SELECTOR = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Dkargo-fleet";

const LISTS = {
  namespaces: "/api/v1/namespaces",
  projects: "/apis/kargo.akuity.io/v1alpha1/projects",
  projectConfigs: "/apis/kargo.akuity.io/v1alpha1/projectconfigs",
  warehouses: "/apis/kargo.akuity.io/v1alpha1/warehouses",
  stages: "/apis/kargo.akuity.io/v1alpha1/stages",
  promotionTasks: "/apis/kargo.akuity.io/v1alpha1/clusterpromotiontasks",
  appProjects: "/apis/argoproj.io/v1alpha1/appprojects",
  applications: "/apis/argoproj.io/v1alpha1/applications",
} as const;

/** Whether Argo CD has compared every Application. */
export const isCompared = ({ applications }: ObjectLists): boolean =>
  applications.every(({ status }) => status?.sync?.status !== undefined);

export type ObjectLists = Readonly<Record<keyof typeof LISTS, readonly KubernetesObject[]>>;

/** Reads everything with our label from the API server. */
export async function readObjects(api: KubernetesApi): Promise<ObjectLists> {
  const lists = await Promise.all(
    Object.entries(LISTS).map(async ([name, path]) => {
      const { items } = (await api.get(`${path}?${SELECTOR}`)) as { items: readonly KubernetesObject[] };
      return [name, items] as const;
    }),
  );
  return Object.fromEntries(lists) as unknown as ObjectLists;
}

/** The addresses of the webhooks by repository, `owner/name`. */
export type Hooks = Readonly<Record<string, readonly string[]>>;

/** A tree of the cluster's objects and the GitHub hooks, by service. */
export function treeOf(lists: ObjectLists, hooks: Hooks): Branch[] {
  const shared = lists.promotionTasks.map(({ kind, metadata }) => ({ label: `${kind} ${metadata.name}` }));
  const services = lists.projects.map((project) => {
    const service = project.metadata.labels?.[SERVICE_LABEL] ?? project.metadata.name;
    const own = (items: readonly KubernetesObject[]) =>
      items.filter(({ metadata }) => metadata.labels?.[SERVICE_LABEL] === service);
    const stages = inPromotionOrder(own(lists.stages));
    const kargo = [...own(lists.projectConfigs), ...own(lists.warehouses), ...stages];
    return {
      label: service,
      note: `team ${project.metadata.labels?.[TEAM_LABEL]}`,
      children: [
        {
          label: `Namespace ${project.metadata.name}`,
          note: own(lists.namespaces).length === 1 ? "Kargo Project of the same name" : "is missing",
          children: kargo.map((object) => describeKargo(object, own(lists.projectConfigs))),
        },
        {
          label: "Namespace argocd",
          children: [...own(lists.appProjects), ...own(lists.applications)].map(describeArgoCd),
        },
      ],
    };
  });
  const reporting = Object.entries(hooks).filter(([, urls]) => urls.length > 0);
  const repositories = reporting.map(([repository, urls]) => ({
    label: repository,
    children: urls.map((url) => ({ label: `webhook ${url}` })),
  }));
  return [
    { label: "for all services", children: shared },
    ...services,
    { label: "GitHub", children: repositories },
  ];
}

/** Sorts Stages after their upstream Stages. */
function inPromotionOrder(stages: readonly KubernetesObject[]): KubernetesObject[] {
  const ordered: KubernetesObject[] = [];
  const names = () => ordered.map(({ metadata }) => metadata.name);
  for (let size = -1; size !== ordered.length; ) {
    size = ordered.length;
    const ready = stages.filter(
      (stage) => !ordered.includes(stage) && upstreamOf(stage).every((name) => names().includes(name)),
    );
    ordered.push(...ready);
  }
  return [...ordered, ...stages.filter((stage) => !ordered.includes(stage))];
}

function upstreamOf({ spec }: KubernetesObject): readonly string[] {
  const [request] = (spec?.requestedFreight ?? []) as readonly { sources?: { stages?: readonly string[] } }[];
  return request?.sources?.stages ?? [];
}

function describeKargo(object: KubernetesObject, configs: readonly KubernetesObject[]): Branch {
  const { kind, metadata, spec } = object;
  const label = `${kind} ${metadata.name}`;
  if (kind === "Warehouse") {
    const subscriptions = (spec?.subscriptions ?? []) as readonly { image?: { repoURL?: string } }[];
    return { label, note: `watches ${subscriptions.map(({ image }) => image?.repoURL).join(", ")}` };
  }
  if (kind !== "Stage") return { label };
  const policies = configs.flatMap(
    (config) =>
      (config.spec?.promotionPolicies ?? []) as readonly {
        stageSelector?: { name?: string };
        autoPromotionEnabled?: boolean;
      }[],
  );
  const automatic = policies.some(
    (policy) => policy.stageSelector?.name === metadata.name && policy.autoPromotionEnabled,
  );
  const from = upstreamOf(object).join(", ") || "the Warehouse";
  return { label, note: `from ${from}; ${automatic ? "auto-promotion" : "manual promotion"}` };
}

function describeArgoCd({ kind, metadata, spec, status }: KubernetesObject): Branch {
  const label = `${kind} ${metadata.name}`;
  if (kind !== "Application") return { label };
  const policy = spec?.syncPolicy as { automated?: object } | undefined;
  const who = policy?.automated ? "auto-sync" : "manual sync";
  return { label, note: [who, status?.sync?.status, status?.health?.status].filter(Boolean).join("; ") };
}

/** Draws a tree with lines and a column of notes. */
export function drawTree(branches: readonly Branch[]): string {
  const lines = branches.flatMap((branch) => draw(branch, "", ""));
  const width = Math.max(0, ...lines.filter(([, note]) => note).map(([label]) => label.length));
  return lines.map(([label, note]) => (note ? `${label.padEnd(width)}  ${note}` : label)).join("\n");
}

function draw(branch: Branch, first: string, rest: string): [label: string, note: string][] {
  const children = branch.children ?? [];
  return [
    [`${first}${branch.label}`, branch.note ?? ""],
    ...children.flatMap((child, index) =>
      index === children.length - 1
        ? draw(child, `${rest}└─ `, `${rest}   `)
        : draw(child, `${rest}├─ `, `${rest}│  `),
    ),
  ];
}
