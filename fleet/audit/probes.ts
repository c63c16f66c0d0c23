import type { V1Status } from "@kubernetes/client-node";
import { deployingStages, type ServicePlan } from "../../model/plan.ts";
import {
  type Cluster,
  type ClusterAnswer,
  type ClusterRequest,
  type Identity,
  messageOf,
} from "../cluster.ts";
import { inParallel } from "../parallel.ts";
import { type Actor, distinct, identityOf, label, type Row } from "./actors.ts";
import { rightsOf } from "./rights.ts";

/** An attempt to bypass the guard, as a dry run that changes nothing. */
export interface Probe {
  /** `change a Stage's spec`. */
  readonly what: string;
  readonly who: string;
  readonly namespace: string;
  readonly expected: "allowed" | "refused by the guard" | "refused";
  readonly outcome: "as expected" | "wrong" | "not tried";
  /** The API server's answer, or the reason why the attempt was skipped. */
  readonly because: string;
}

const KARGO_API = "/apis/kargo.akuity.io/v1alpha1";
const DRY = "dryRun=All&fieldManager=kargo-fleet-audit";
const MARK = "kargo-fleet-audit";

/** Names of existing objects that an attempt uses. */
interface Ground {
  readonly service: ServicePlan;
  readonly stage: string | undefined;
  readonly promotion: string | undefined;
  readonly freight: string | undefined;
}

interface Attempt {
  readonly what: string;
  readonly expected: Probe["expected"];
  /** A text says why the attempt is skipped. */
  readonly request: ClusterRequest | string;
  /** Also impersonates the administrators' group, so that only the guard can refuse. */
  readonly asAdministrator?: boolean;
}

/**
 * Tries, as every actor with rights in a namespace, requests that the guard must refuse whatever RBAC grants,
 * requests that it must allow, and requests that RBAC must refuse. All are dry runs.
 * @throws FleetError if the API server cannot be reached
 */
export async function probeGuard(options: {
  readonly cluster: Cluster;
  readonly services: readonly ServicePlan[];
  readonly rows: readonly Row[];
  readonly concurrency: number;
  progress(done: number, total: number): void;
}): Promise<Probe[]> {
  const { cluster, services, rows, concurrency, progress } = options;
  const probes: Probe[] = [];
  const steps = services.map((service) => async () => {
    const ground = await survey(cluster, service);
    for (const actor of distinct(rows).filter((each) => rightsOf(each, service).use))
      for (const attempt of attempts(actor, ground))
        probes.push(await tryOut(cluster, actor, service.project, attempt));
  });
  await inParallel(steps, concurrency, (done) => progress(done, steps.length));
  return probes;
}

async function survey(cluster: Cluster, service: ServicePlan): Promise<Ground> {
  const first = async (kind: string): Promise<string | undefined> => {
    const path = `${KARGO_API}/namespaces/${service.project}/${kind}?limit=1`;
    const { body } = await cluster.send({ method: "GET", path });
    const { items } = body as { items?: readonly { metadata: { name: string } }[] };
    return items?.[0]?.metadata.name;
  };
  const [stage, promotion, freight] = await Promise.all(["stages", "promotions", "freights"].map(first));
  return { service, stage, promotion, freight };
}

/** The attempts of one actor in one namespace. */
function attempts(actor: Actor, { service, stage, promotion, freight }: Ground): Attempt[] {
  type Request = Attempt["request"];
  const refused = (what: string, request: Request): Attempt => ({ what, expected: "refused", request });
  const guarded = (what: string, request: Request): Attempt => ({
    what,
    expected: "refused by the guard",
    request,
  });
  const asAdministrator = (what: string, request: Request): Attempt => ({
    ...guarded(`${what} as an administrator`, request),
    asAdministrator: true,
  });
  const base = `${KARGO_API}/namespaces/${service.project}`;
  const patch = (path: string, body: object): Request => ({
    method: "PATCH",
    path: `${base}/${path}?${DRY}`,
    body,
  });
  const noStage = "there is no Stage";
  const onStage = (body: object, subresource = "") =>
    stage === undefined ? noStage : patch(`stages/${stage}${subresource}`, body);
  const annotated = (key: string) => ({ metadata: { annotations: { [`kargo.akuity.io/${key}`]: MARK } } });
  const pending = { status: { phase: "Pending" } };
  const account = `/api/v1/namespaces/${service.project}/serviceaccounts/kargo-promoter/token`;
  const token = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  return [
    guarded("change a Stage's spec", onStage({ spec: { shard: MARK } })),
    guarded("change a Stage's labels", onStage({ metadata: { labels: { [MARK]: "tried" } } })),
    { what: "refresh a Stage", expected: "allowed", request: onStage(annotated("refresh")) },
    asAdministrator("change a Stage's spec", onStage({ spec: { shard: MARK } })),
    asAdministrator("change a Stage's description", onStage(annotated("description"))),
    asAdministrator(
      "delete a Stage",
      stage === undefined ? noStage : { method: "DELETE", path: `${base}/stages/${stage}?dryRun=All` },
    ),
    asAdministrator("create a Stage", {
      method: "POST",
      path: `${base}/stages?${DRY}`,
      body: newStage(service),
    }),
    asAdministrator("write a Stage's status", onStage({ status: { observedGeneration: 1 } }, "/status")),
    refused("write a Promotion's status", patch(`promotions/${promotion ?? MARK}/status`, pending)),
    asAdministrator(
      "write a Promotion's status",
      promotion === undefined
        ? "there is no Promotion yet"
        : patch(`promotions/${promotion}/status`, pending),
    ),
    refused(
      "approve Freight for a Stage without the right to promote",
      freight === undefined
        ? "there is no Freight yet"
        : patch(`freights/${freight}/status`, approval(actor, service)),
    ),
    refused("mint a token of kargo-promoter", {
      method: "POST",
      path: `${account}?dryRun=All`,
      body: token,
    }),
  ];
}

/** A valid Stage, so that only the guard can refuse it. */
function newStage({ warehouse }: ServicePlan): object {
  const origin = { kind: "Warehouse", name: warehouse.name };
  return {
    apiVersion: "kargo.akuity.io/v1alpha1",
    kind: "Stage",
    metadata: { name: MARK },
    spec: { requestedFreight: [{ origin, sources: { direct: true } }] },
  };
}

/** An approval for a Stage that the actor may not promote to; if there is none, for a Stage that does not exist. */
function approval(actor: Actor, service: ServicePlan): object {
  const { promote } = rightsOf(actor, service);
  const other = deployingStages(service).find(({ name }) => !promote.includes(name))?.name ?? MARK;
  return { status: { approvedFor: { [other]: { approvedAt: "2000-01-01T00:00:00Z" } } } };
}

async function tryOut(cluster: Cluster, actor: Actor, namespace: string, attempt: Attempt): Promise<Probe> {
  const { what, expected, asAdministrator, request } = attempt;
  const said = { what, who: label(actor), namespace, expected };
  if (typeof request === "string") return { ...said, outcome: "not tried", because: request };
  const identity = identityOf(actor);
  const as: Identity = asAdministrator
    ? { ...identity, groups: [...identity.groups, "system:masters"] }
    : identity;
  const answer = await cluster.send({ ...request, as });
  const right = isAsExpected(expected, answer);
  return { ...said, outcome: right ? "as expected" : "wrong", because: spoken(answer) };
}

/** RBAC decides before the object is read, so "not found" means that the request was allowed. */
function isAsExpected(expected: Probe["expected"], answer: ClusterAnswer): boolean {
  const refused = answer.status === 403;
  switch (expected) {
    case "allowed":
      return answer.status < 300;
    case "refused":
      return refused;
    case "refused by the guard":
      return refused && messageOf(answer).includes("ValidatingAdmissionPolicy 'kargo-fleet-");
  }
}

/** An allowed response is not shown: the response to a token request contains the token. */
function spoken(answer: ClusterAnswer): string {
  if (answer.status < 300) return "accepted";
  return `${(answer.body as V1Status).reason ?? answer.status}: ${messageOf(answer)}`;
}
