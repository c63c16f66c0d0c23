import type { V1Namespace } from "@kubernetes/client-node";
import type { NamespaceAnswer } from "../../model/obstacles.ts";
import type { ClusterPlan } from "../../model/plan.ts";
import { apiServerOf } from "../api-server.ts";
import type { NoteUnchecked } from "./unchecked.ts";

/** Returns the state of a namespace. */
export type AskNamespace = (name: string) => Promise<NamespaceAnswer>;

/** Asks a cluster about namespaces, about each only once. */
export async function namespacesOf(cluster: ClusterPlan, unchecked: NoteUnchecked): Promise<AskNamespace> {
  const ask = await apiServerOf(cluster);
  const look = async (name: string): Promise<NamespaceAnswer> => {
    const unknown = (reason: string): NamespaceAnswer => {
      unchecked(`namespace ${name}`, reason);
      return { is: "unknown" };
    };
    try {
      const { status, body } = await ask({ method: "GET", path: `/api/v1/namespaces/${name}` });
      if (status === 404) return { is: "absent" };
      if (status !== 200) return unknown(`The API server answered ${status}`);
      const { metadata } = body as V1Namespace;
      if (metadata?.deletionTimestamp) return { is: "terminating" };
      return { is: "there", labels: metadata?.labels ?? {} };
    } catch (error) {
      return unknown(`The API server gave no answer (${(error as Error).message.split("\n")[0]})`);
    }
  };
  const answers = new Map<string, Promise<NamespaceAnswer>>();
  return (name) => {
    const answer = answers.get(name) ?? look(name);
    answers.set(name, answer);
    return answer;
  };
}
