import type { SamplePromotion, SampleService, SampleVersion, Story } from "./story.ts";

/*
 * Objects of a story in the shapes that Kargo 1.11 and Argo CD 3.2 write. Fields that nothing here reads are left out.
 */

const API_VERSION = "kargo.akuity.io/v1alpha1";

export interface SampleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  /** The fields of its kind. */
  readonly [field: string]: unknown;
}

/** As Kubernetes writes times: without milliseconds. */
const time = (moment: Date) => moment.toISOString().replace(/\.\d{3}Z$/, "Z");

const origin = ({ warehouse }: SampleService) => ({ kind: "Warehouse", name: warehouse.name });
const images = ({ warehouse }: SampleService, { tag, digest }: SampleVersion) =>
  Object.values(warehouse.images ?? [warehouse.image]).map((repoURL) => ({ repoURL, tag, digest }));
const reference = (service: SampleService, version: SampleVersion) => ({
  name: version.freight,
  origin: origin(service),
  images: images(service, version),
});

const succeeded = ({ promotions }: Story, stage: string) =>
  promotions.filter((each) => each.stage === stage && each.failure === undefined);

/** One of the versions as Freight, with the Stages that have and had it. */
export function freight(service: SampleService, version: SampleVersion, story: Story): SampleObject {
  const arrivals = service.stages.flatMap(({ name }) => {
    const all = succeeded(story, name);
    const arrival = all.findLast((each) => each.version === version);
    return arrival ? [{ name, at: time(arrival.finishedAt), isThere: arrival === all.at(-1) }] : [];
  });
  return {
    apiVersion: API_VERSION,
    kind: "Freight",
    metadata: { name: version.freight, namespace: service.project },
    origin: origin(service),
    images: images(service, version),
    status: {
      currentlyIn: Object.fromEntries(
        arrivals.filter(({ isThere }) => isThere).map(({ name, at }) => [name, { since: at }]),
      ),
      verifiedIn: Object.fromEntries(arrivals.map(({ name, at }) => [name, { verifiedAt: at }])),
    },
  };
}

/** @param index makes the name unique; Kargo has a ULID there */
export function promotion(service: SampleService, each: SamplePromotion, index: number): SampleObject {
  const { stage, version } = each;
  const ulid = `01sample${each.finishedAt.getTime().toString(32)}${index}`.padEnd(26, "0").slice(0, 26);
  return {
    apiVersion: API_VERSION,
    kind: "Promotion",
    metadata: {
      name: `${stage}.${ulid}.${version.freight.slice(0, 7)}`,
      namespace: service.project,
      labels: { "kargo.akuity.io/stage": stage },
    },
    spec: { stage, freight: version.freight, steps: [{ uses: "git-clone", as: "promote::clone" }] },
    status: promotionStatus(service, each),
  };
}

function promotionStatus(
  service: SampleService,
  { version, startedAt, finishedAt, failure }: SamplePromotion,
) {
  return {
    phase: failure === undefined ? "Succeeded" : "Errored",
    startedAt: time(startedAt),
    finishedAt: time(finishedAt),
    freight: reference(service, version),
    ...(failure !== undefined && { message: failure }),
  };
}

/** A Stage with the Freight that its Promotions brought. Nothing else of the object is set. */
export function stage(service: SampleService, name: string, story: Story): SampleObject {
  const mine = story.promotions
    .map((each, index) => ({ each, index }))
    .filter(({ each }) => each.stage === name);
  const last = mine.at(-1);
  const current = succeeded(story, name).at(-1);
  const plan = service.stages.find((each) => each.name === name);
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: time(last?.each.finishedAt ?? new Date(0)),
  });
  const failure = last?.each.failure;
  return {
    apiVersion: API_VERSION,
    kind: "Stage",
    metadata: { name, namespace: service.project },
    status: {
      autoPromotionEnabled: plan?.deployment?.autoPromotion ?? false,
      conditions:
        failure === undefined
          ? [
              condition("Ready", "True", "Verified", "Freight has been verified"),
              condition("Healthy", "True", "Healthy", "Stage is healthy (performed 1 health checks)"),
            ]
          : [condition("Ready", "False", "LastPromotionErrored", failure)],
      health: { status: failure === undefined ? "Healthy" : "Unknown" },
      freightHistory: current
        ? [
            {
              id: current.version.freight,
              items: { [`Warehouse/${service.warehouse.name}`]: reference(service, current.version) },
            },
          ]
        : [],
      ...(last && {
        lastPromotion: {
          name: promotion(service, last.each, last.index).metadata.name,
          finishedAt: time(last.each.finishedAt),
          freight: reference(service, last.each.version),
          status: promotionStatus(service, last.each),
        },
      }),
      ...(last && holdsOf(service, last.each, last.index)),
    },
  };
}

/** A person promoted older Freight. Kargo writes what it recorded, and what of that is in force. */
function holdsOf(service: SampleService, each: SamplePromotion, index: number): object {
  if (each.holder === undefined) return {};
  const hold = {
    actor: each.holder,
    createdAt: time(each.finishedAt),
    freightName: each.version.freight,
    origin: origin(service),
    promotionName: promotion(service, each, index).metadata.name,
  };
  const holds = { [`Warehouse/${service.warehouse.name}`]: hold };
  return { autoPromotionHolds: holds, effectiveAutoPromotionHolds: holds };
}

/** An Application with the version that it runs. Nothing else of the object is set. */
export function application(
  service: SampleService,
  stageName: string,
  name: string,
  story: Story,
): SampleObject {
  const waits = story.notSynced.includes(stageName);
  const version = waits ? story.versions[0] : succeeded(story, stageName).at(-1)?.version;
  const [image] = version ? images(service, version) : [];
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name, namespace: "argocd" },
    status: {
      sync: { status: waits ? "OutOfSync" : "Synced" },
      health: { status: "Healthy" },
      summary: { images: image ? [`${image.repoURL}:${image.tag}`] : [] },
    },
  };
}
