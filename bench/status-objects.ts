import { serviceObjects } from "../manifests/inventory/objects.ts";
import { KARGO_API } from "../manifests/kargo-types.ts";
import { promotionTask } from "../manifests/promotion-task.ts";
import { stableHash } from "../model/names.ts";
import { deployingStages, type ServicePlan } from "../model/plan.ts";
import type { WithStatus } from "../test/engine/write-objects.ts";

/** An object of one service, with its status. */
export type BenchObject = WithStatus & { readonly spec?: unknown };

const HOUR = 3_600_000;
const NOW = Date.now();
/** In hours before now. */
const PUSHES = [240, 72, 24];
const PROMOTIONS = 10;

/**
 * The objects of one service as Kargo and Argo CD would leave them: the newest Freight is in dev and staging, prod has
 * the one before and waits for a person. Each 25th service failed to promote to dev.
 */
export function* objectsOf(service: ServicePlan, index: number): Generator<BenchObject> {
  const freights = PUSHES.map((hours) => freight(service, hours));
  for (const object of serviceObjects(service) as readonly BenchObject[]) {
    const { kind, metadata } = object;
    if (kind === "Warehouse") yield { ...object, status: { conditions: [ready("ArtifactsDiscovered")] } };
    if (kind === "Stage")
      yield { ...object, status: stageStatus(service, metadata.name, freights, index % 25 === 0) };
    if (kind === "Application")
      yield { ...object, status: applicationStatus(service, metadata.name, freights) };
  }
  for (const each of freights) yield each.object;
  const stages = deployingStages(service);
  for (let count = 0; count < PROMOTIONS; count++) {
    const stage = stages[count % stages.length];
    const each = freights[Math.floor(count / stages.length) % freights.length];
    if (stage && each) yield promotion(service, stage.name, each, count);
  }
}

type MadeFreight = ReturnType<typeof freight>;

function freight(service: ServicePlan, hours: number) {
  const name = stableHash("freight", `${service.name} ${hours}`).toString(16).padStart(40, "0");
  const tag = `${digits(hours)}-${name.slice(-7)}`;
  const images = [{ repoURL: service.warehouse.image, tag, digest: `sha256:${name.padStart(64, "0")}` }];
  const origin = { kind: "Warehouse", name: service.warehouse.name };
  const verifiedIn = { dev: { verifiedAt: at(hours - 1) }, staging: { verifiedAt: at(hours - 2) } };
  const currentlyIn = hours === 24 ? { dev: { since: at(23) }, staging: { since: at(22) } } : {};
  const status = { verifiedIn, currentlyIn };
  const metadata = { name, namespace: service.project };
  const object = {
    apiVersion: KARGO_API,
    kind: "Freight",
    metadata,
    images,
    origin,
    alias: "old-otter",
    status,
  };
  return { hours, reference: { name, images, origin }, object };
}

function stageStatus(
  service: ServicePlan,
  stage: string,
  freights: readonly MadeFreight[],
  fails: boolean,
): object {
  const mine = stage === "prod" ? freights.slice(0, 2) : freights;
  const failed = fails && stage === "dev";
  const history = mine
    .slice(0, failed ? -1 : undefined)
    .toReversed()
    .map(({ reference, hours }) => ({
      id: reference.name,
      items: { [`Warehouse/${service.warehouse.name}`]: reference },
      verificationHistory: [
        { id: reference.name, phase: "Successful", startTime: at(hours), finishTime: at(hours) },
      ],
    }));
  const newest = mine.at(-1);
  return {
    autoPromotionEnabled: stage !== "prod",
    conditions: [
      ready("Verified"),
      { ...ready("Healthy"), type: "Healthy" },
      { ...ready("Verified"), type: "Verified" },
    ],
    freightHistory: history,
    health: {
      status: "Healthy",
      output: [{ applicationStatuses: [{ Name: service.name, health: "Healthy" }] }],
    },
    lastPromotion: {
      name: `${stage}.01m8h62mc30msbxkwj6t34nxwy.${newest?.reference.name.slice(0, 7)}`,
      freight: newest?.reference,
      finishedAt: at(1),
      status: newest && promotionStatus(service, newest, failed ? "Errored" : "Succeeded"),
    },
  };
}

function promotion(service: ServicePlan, stage: string, made: MadeFreight, count: number): BenchObject {
  const manifest = serviceObjects(service).find(
    ({ kind, metadata }) => kind === "Stage" && metadata.name === stage,
  );
  const { spec } = manifest as unknown as {
    readonly spec: {
      readonly promotionTemplate: { readonly spec: { readonly steps: readonly { vars: unknown }[] } };
    };
  };
  const vars = spec.promotionTemplate.spec.steps[0]?.vars;
  const task = promotionTask({ name: "t", version: "v1", by: "push" });
  return {
    apiVersion: KARGO_API,
    kind: "Promotion",
    metadata: {
      name: `${stage}.${String(count).padStart(26, "0")}.${made.reference.name.slice(0, 7)}`,
      namespace: service.project,
    },
    // Kargo writes the task's variables into each step.
    spec: { stage, freight: made.reference.name, steps: task.spec.steps.map((step) => ({ ...step, vars })) },
    status: promotionStatus(service, made, count === 0 ? "Errored" : "Succeeded"),
  };
}

function promotionStatus(service: ServicePlan, { reference, hours }: MadeFreight, phase: string): object {
  const commit = reference.name;
  return {
    phase,
    ...(phase === "Errored" && {
      message: `step "promote::push" met error threshold of 18: ${"no route to host ".repeat(10)}`,
    }),
    startedAt: at(hours - 1),
    finishedAt: at(hours - 1.1),
    freight: reference,
    freightCollection: { id: commit, items: { [`Warehouse/${service.warehouse.name}`]: reference } },
    state: Object.fromEntries(
      ["clone", "update", "commit", "push"].map((step) => [`promote::${step}`, { commit, branch: "main" }]),
    ),
    stepExecutionMetadata: ["clone", "update", "commit", "push", "sync"].map((step) => ({
      alias: `promote::${step}`,
      startedAt: at(hours),
      finishedAt: at(hours),
      status: "Succeeded",
    })),
  };
}

function applicationStatus(service: ServicePlan, name: string, freights: readonly MadeFreight[]): object {
  const made = freights.at(name.endsWith("-prod") ? -2 : -1);
  const [image] = made?.reference.images ?? [];
  const revision = "0".repeat(40);
  const source = { repoURL: service.gitops.repoURL, path: service.gitops.chart, targetRevision: "main" };
  const resources = ["Service", "ServiceAccount", "Deployment", "ConfigMap", "Ingress"].map((kind) => ({
    group: "",
    kind,
    name,
    namespace: name,
    status: "Synced",
    version: "v1",
  }));
  const history = Array.from({ length: 10 }, (_, id) => ({
    id,
    deployedAt: at(10),
    deployStartedAt: at(10),
    revision,
    source,
  }));
  return {
    sync: { status: "Synced", revision, comparedTo: { source, destination: { namespace: name } } },
    health: { status: "Healthy" },
    summary: { images: [`${image?.repoURL}:${image?.tag}`] },
    history,
    resources,
    operationState: {
      phase: "Succeeded",
      startedAt: at(10),
      operation: { sync: { revision } },
      syncResult: { revision, source, resources },
    },
  };
}

function ready(reason: string): object {
  return {
    type: "Ready",
    status: "True",
    reason,
    message: "As it should be",
    lastTransitionTime: at(1),
    observedGeneration: 1,
  };
}

/** So many hours ago, as Kubernetes writes it. */
function at(hours: number): string {
  return new Date(NOW - hours * HOUR).toISOString().replace(/\.\d{3}Z$/, "Z");
}

function digits(hours: number): string {
  return at(hours).slice(0, 19).replace(/[-T:]/g, "");
}
