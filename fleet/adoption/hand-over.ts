import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import type { Objects } from "../recovery/look.ts";
import type { PlannedObject } from "../recovery/planned.ts";
import { recordOf } from "../recovery/planned.ts";
import { handedOver, type Manager } from "./managers.ts";

const ATTEMPTS = 5;

/**
 * Hands the fields of other field managers over to the provider. Only the object's managed fields change.
 * @throws FleetError if the API server refuses
 */
export async function handOver(
  object: PlannedObject,
  taken: (manager: Pick<Manager, "name" | "operation">) => boolean,
  objects: Objects,
  cluster: Cluster,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const live = (await objects.find(object))?.live;
    const managedFields = live && handedOver(live, taken);
    if (!managedFields) return;
    const { resourceVersion } = recordOf(live.metadata);
    const body = { metadata: { resourceVersion, managedFields } };
    const answer = await cluster.send({ method: "PATCH", path: await objects.pathOf(object), body });
    if (answer.status === 200) return;
    // A controller changed the object meanwhile: read it again.
    if (answer.status === 409 && attempt < ATTEMPTS) continue;
    throw new FleetError(
      `The fields of ${object.kind} ${object.name} cannot be handed over to the engine (${answer.status}): ${messageOf(answer)}.`,
    );
  }
}
