import { isDeepStrictEqual } from "node:util";
import { ARGOCD_NAMESPACE } from "../../model/names.ts";
import { deployingStages, type ServicePlan } from "../../model/plan.ts";
import { type Fields, listOf, recordOf } from "../recovery/planned.ts";
import { shown } from "../status/words.ts";

/** The Stages and Applications of a cluster by `Stage namespace/name`, as the API server returns them. */
export type LiveObjects = ReadonlyMap<string, Fields>;

/** What a controller says about an object: that it has failed, or what it has not finished. */
export interface Word {
  readonly is: "failed" | "pending";
  /** `is Degraded` */
  readonly why: string;
}

/**
 * What Kargo and Argo CD say about these services. Nothing is judged where a controller does not run, which means that no object of
 * its kind has a status. An Application without Freight renders nothing and is Healthy, so a new service passes.
 */
export function healthOf(services: readonly ServicePlan[], live: LiveObjects): ReadonlyMap<string, Word> {
  const words = new Map<string, Word>();
  const judge = (id: string, wordOf: (object: Fields | undefined) => Word | undefined) => {
    const word = wordOf(live.get(id));
    if (word) words.set(id, word);
  };
  const [kargo, argoCd] = [runs("Stage ", live), runs("Application ", live)];
  for (const { project, stages } of services) {
    if (kargo) for (const { name } of stages) judge(`Stage ${project}/${name}`, stageWord);
    if (argoCd)
      for (const { deployment } of deployingStages({ stages }))
        judge(`Application ${ARGOCD_NAMESPACE}/${deployment.application}`, applicationWord);
  }
  return words;
}

const failed = (why: string): Word => ({ is: "failed", why });
const pending = (why: string): Word => ({ is: "pending", why });

function runs(kind: string, live: LiveObjects): boolean {
  return [...live].some(([name, object]) => name.startsWith(kind) && isReconciled(object));
}

/** An API server may store an empty status by itself. */
function isReconciled({ status }: Fields): boolean {
  return Object.keys(recordOf(status)).length > 0;
}

/** @see https://docs.kargo.io/user-guide/how-to-guides/working-with-stages */
function stageWord(stage: Fields | undefined): Word | undefined {
  if (stage === undefined || !isReconciled(stage)) return pending("Kargo has not looked at it yet");
  const { conditions, health, lastPromotion } = recordOf(stage.status);
  const { generation } = recordOf(stage.metadata);
  const seen = listOf(conditions).map(({ observedGeneration }) => Number(observedGeneration));
  if (seen.length > 0 && Math.max(...seen) < Number(generation))
    return pending("Kargo has not seen its change yet");
  const phase = recordOf(recordOf(lastPromotion).status).phase;
  if (phase === "Errored" || phase === "Failed")
    return failed(`its last Promotion ${String(phase).toLowerCase()}`);
  return recordOf(health).status === "Unhealthy" ? failed("is Unhealthy") : undefined;
}

/** @see https://argo-cd.readthedocs.io/en/stable/operator-manual/health/ */
function applicationWord(application: Fields | undefined): Word | undefined {
  if (application === undefined || !isReconciled(application))
    return pending("Argo CD has not looked at it yet");
  const { source, syncPolicy } = recordOf(application.spec);
  const { conditions, health, sync, operationState } = recordOf(application.status);
  const { comparedTo, status } = recordOf(sync);
  const compared = recordOf(comparedTo).source;
  const error = listOf(conditions).find(({ type }) => String(type).endsWith("Error"));
  if (error) return failed(shown(`${error.type}: ${error.message}`));
  if (compared !== undefined && !isDeepStrictEqual(compared, source))
    return pending("Argo CD has not seen its change yet");
  const word = recordOf(health).status;
  if (word === "Degraded") return failed("is Degraded");
  const phase = recordOf(operationState).phase;
  if (phase === "Failed" || phase === "Error") return failed(`its last sync ended with ${phase}`);
  // A person syncs it.
  if (recordOf(syncPolicy).automated === undefined) return undefined;
  if (word === "Healthy" || word === "Suspended")
    return status === "OutOfSync" ? pending("is OutOfSync") : undefined;
  return pending(`is ${word ?? "of unknown health"}`);
}
