import { isDeepStrictEqual } from "node:util";
import { ARGOCD_NAMESPACE } from "../../model/names.ts";
import type { ServicePlan } from "../../model/plan.ts";
import { deployingStages } from "../../model/plan.ts";
import { type Fields, listOf, recordOf } from "../recovery/planned.ts";
import { shown } from "../status/words.ts";

/** The Stages and Applications of a cluster by `Stage namespace/name`, as the API server returns them. */
export type LiveObjects = ReadonlyMap<string, Fields>;

/** What the controllers say about the Stages and Applications of some services. */
export interface Health {
  /** What has failed, and how: `Application argocd/nginx-dev` and `is Degraded`. */
  readonly failed: ReadonlyMap<string, string>;
  /** What the controllers have not finished. */
  readonly pending: ReadonlyMap<string, string>;
}

/**
 * What Kargo and Argo CD say about these services. Nothing is judged where a controller does not run, which means that no object of
 * its kind has a status. An Application without Freight renders nothing and is Healthy, so a new service passes.
 */
export function healthOf(services: readonly ServicePlan[], live: LiveObjects): Health {
  const failed = new Map<string, string>();
  const pending = new Map<string, string>();
  const judge = (name: string, word: Word | undefined) => {
    if (word?.is === "failed") failed.set(name, word.why);
    if (word?.is === "pending") pending.set(name, word.why);
  };
  const [kargo, argoCd] = [runs("Stage ", live), runs("Application ", live)];
  for (const { project, stages } of services) {
    for (const { name } of kargo ? stages : []) {
      const id = `Stage ${project}/${name}`;
      judge(id, stageWord(live.get(id)));
    }
    for (const { deployment } of argoCd ? deployingStages({ stages }) : []) {
      const id = `Application ${ARGOCD_NAMESPACE}/${deployment.application}`;
      judge(id, applicationWord(live.get(id)));
    }
  }
  return { failed, pending };
}

interface Word {
  readonly is: "failed" | "pending";
  readonly why: string;
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
