import { ARGO_EVENTS } from "./argo-events.ts";
import { DEFINITIONS, VERSION } from "./crds/releases.ts";
import { connectionOf, type KubernetesApi, kubernetesApi } from "./kubernetes-api.ts";
import { isAlive, type ProcessRecords } from "./processes.ts";
import type { Sandbox } from "./sandbox.ts";

/**
 * What runs and what is in it, as a person reads it: each process, the versions, and how many objects of each kind
 * of Kargo and the Argo projects there are.
 */
export async function describeSandbox(
  { processes }: ProcessRecords,
  sandbox: Sandbox | undefined,
): Promise<string> {
  // Where those listen that choose their port themselves.
  const chosen: Readonly<Record<string, string | undefined>> = {
    "local GitHub": sandbox?.github.url,
    [ARGO_EVENTS]: sandbox?.argoEvents?.url,
  };
  const rows = await Promise.all(
    processes.map(async (recorded) => {
      const url = recorded.url ?? chosen[recorded.name];
      return [recorded.name, `${recorded.pid}`, (await isAlive(recorded)) ? "runs" : "GONE", url ?? ""];
    }),
  );
  const lines = table([["process", "pid", "", "listens on"], ...rows]);
  if (sandbox === undefined) {
    return lines.join("\n");
  }
  const { names, source } = sandbox.definitions;
  const api = kubernetesApi(await connectionOf(sandbox.controlPlane.kubeconfigs.admin), 10_000);
  try {
    const { gitVersion } = (await api.get("/version")) as { gitVersion: string };
    lines.push("", `Kubernetes ${gitVersion}; ${names.length} definitions from ${source}`, "");
    lines.push(...table([["kind", "objects"], ...(await countObjects(api))]));
  } catch (error) {
    lines.push("", `The API server does not answer: ${(error as Error).message}`);
  } finally {
    api.close();
  }
  return lines.join("\n");
}

/** Every kind with the number of its objects in all namespaces. */
async function countObjects(api: KubernetesApi): Promise<readonly string[][]> {
  return Promise.all(
    DEFINITIONS.map(async ({ release, plural, name }) => {
      // One object and how many remain: a thousand services are counted without reading them.
      const { items, metadata } = (await api.get(`/apis/${release.group}/${VERSION}/${plural}?limit=1`)) as {
        items: readonly unknown[];
        metadata: { remainingItemCount?: number };
      };
      return [name, `${items.length + (metadata.remainingItemCount ?? 0)}`];
    }),
  );
}

function table(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column) + 2))
      .join("")
      .trimEnd(),
  );
}
