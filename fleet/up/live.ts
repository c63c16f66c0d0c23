import { ARGOCD_API } from "../../manifests/argo-cd.ts";
import { objectRowsOf } from "../../manifests/inventory/objects.ts";
import { KARGO_API } from "../../manifests/kargo-types.ts";
import type { KubernetesObject } from "../../manifests/objects.ts";
import { SERVICE_LABEL, STACK_LABEL, stackLabel } from "../../model/labels.ts";
import { owningStack } from "../../model/shards.ts";
import type { NamedPlan } from "../chosen-stacks.ts";
import { inParallel } from "../parallel.ts";
import type { Objects } from "../recovery/look.ts";
import { idOf } from "../recovery/planned.ts";
import type { LiveObjects } from "./gate.ts";
import { type Concern, inventoriesOf } from "./targets.ts";

/** What a run was about. */
export interface Made extends Concern {
  readonly stack: NamedPlan;
}

const AT_ONCE = 8;
/** The most services that a list names. */
const FEW = 50;
const JUDGED = [
  { apiVersion: KARGO_API, kind: "Stage" },
  { apiVersion: ARGOCD_API, kind: "Application" },
] as const;

/** The Stages and Applications of these services. Empty for a kind that this identity may not list. */
export async function liveObjects(made: readonly Made[], objects: Objects): Promise<LiveObjects> {
  if (made.length === 0) return new Map();
  const selector = selectorOf(made.map((each) => ({ ...each, platform: false })));
  const lists = JUDGED.map(({ apiVersion, kind }) => objects.list(apiVersion, kind, { selector }));
  return new Map(
    (await Promise.all(lists))
      .flatMap((list) => list ?? [])
      .map(({ kind, id, live }) => [`${kind} ${id}`, live]),
  );
}

/**
 * The objects that these runs should have made and that the API server does not have. One list per kind; where this
 * identity may not list a kind, each object is read.
 */
export async function missingObjects(made: readonly Made[], objects: Objects): Promise<string[]> {
  const wanted = Map.groupBy(made.flatMap(wantedOf), ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  const selector = selectorOf(made);
  const missing: string[] = [];
  const steps = [...wanted.values()].map((group) => async () => {
    const [{ apiVersion, kind } = { apiVersion: "", kind: "" }] = group;
    const listed = await objects.list(apiVersion, kind, { selector });
    const there = new Set(listed?.map(({ id }) => id));
    const open = listed === undefined ? group : group.filter((object) => !there.has(idOf(object.metadata)));
    // One more look at each, because a label may be missing and the object there.
    for (const object of open) {
      const { name, namespace } = object.metadata;
      if ((await objects.find({ apiVersion, kind, name, namespace })) === undefined)
        missing.push(`${kind} ${idOf(object.metadata)}`);
    }
  });
  await inParallel(steps, AT_ONCE);
  return missing.sort();
}

/** Without Secrets, which this identity may not read, and without what is being removed. */
function wantedOf(made: Made): KubernetesObject[] {
  return objectRowsOf(inventoriesOf(made.stack.plan, made)).flatMap(({ removing, manifest }) =>
    removing || manifest.kind === "Secret" ? [] : [manifest],
  );
}

/** A list of few services names them; a longer one would not fit into an address, so it has all of their stacks. */
function selectorOf(made: readonly Made[]): string {
  const services = [...new Set(made.flatMap((each) => each.services))];
  if (services.length <= FEW && made.every(({ platform }) => !platform))
    return `${SERVICE_LABEL} in (${services.join(",")})`;
  const owners = made.map(({ stack: { name, plan } }) => stackLabel(owningStack(name, plan.rollout)));
  return `${STACK_LABEL} in (${[...new Set(owners)].join(",")})`;
}
