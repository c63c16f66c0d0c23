import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import type { Objects } from "../recovery/look.ts";
import { type PlannedObject, recordOf } from "../recovery/planned.ts";
import { handedOver } from "./managers.ts";

const ATTEMPTS = 5;

/**
 * Hands the fields of other field managers over to the provider. Only the object's managed fields change.
 * @throws FleetError if the API server refuses
 */
export async function handOver(
  object: PlannedObject,
  taken: (manager: string) => boolean,
  objects: Objects,
  cluster: Cluster,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const found = await objects.find(object);
    const managedFields = found && handedOver(found.live, taken);
    if (!managedFields) return;
    const { resourceVersion } = recordOf(found.live.metadata);
    const body = { metadata: { resourceVersion, managedFields } };
    const answer = await cluster.send({ method: "PATCH", path: found.path, body });
    if (answer.status === 200) return;
    // A controller changed the object meanwhile: read it again.
    if (answer.status === 409 && attempt < ATTEMPTS) continue;
    throw new FleetError(
      `The fields of ${object.kind} ${object.name} cannot be handed over to the engine (${answer.status}): ${messageOf(answer)}.`,
    );
  }
}
