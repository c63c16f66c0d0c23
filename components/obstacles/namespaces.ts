import type { NamespaceAnswer } from "../../model/obstacles.ts";
import type { ClusterPlan } from "../../model/plan.ts";
import { kubeConfig } from "../kube-config.ts";
import type { NoteUnchecked } from "./unchecked.ts";

/** Returns the state of a namespace. */
export type AskNamespace = (name: string) => Promise<NamespaceAnswer>;

/** Asks a cluster about namespaces, about each only once. */
export async function namespacesOf(cluster: ClusterPlan, unchecked: NoteUnchecked): Promise<AskNamespace> {
  const { CoreV1Api } = await import("@kubernetes/client-node");
  const api = (await kubeConfig(cluster)).makeApiClient(CoreV1Api);
  const look = async (name: string): Promise<NamespaceAnswer> => {
    try {
      const { metadata } = await api.readNamespace({ name });
      if (metadata?.deletionTimestamp) return { is: "terminating" };
      return { is: "there", labels: metadata?.labels ?? {} };
    } catch (error) {
      if (statusOf(error) === 404) return { is: "absent" };
      unchecked(`namespace ${name}`, reasonOf(error));
      return { is: "unknown" };
    }
  };
  const answers = new Map<string, Promise<NamespaceAnswer>>();
  return (name) => {
    const answer = answers.get(name) ?? look(name);
    answers.set(name, answer);
    return answer;
  };
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : undefined;
}

function reasonOf(error: unknown): string {
  const status = statusOf(error);
  if (status !== undefined) return `The API server answered ${status}`;
  return `The API server gave no answer (${(error as Error).message.split("\n")[0]})`;
}
