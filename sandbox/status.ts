import { ARGO_EVENTS } from "./argo-events.ts";
import { DEFINITIONS, VERSION } from "./crds/releases.ts";
import { connectionOf, type KubernetesApi, kubernetesApi } from "./kubernetes-api.ts";
import { isAlive, type ProcessRecords } from "./processes.ts";
import type { Sandbox } from "./sandbox.ts";

/**
 * Describes a running sandbox: each process, the versions, and the number of objects of each kind of Kargo and the
 * Argo projects.
 */
export async function describeSandbox(
  { processes }: ProcessRecords,
  sandbox: Sandbox | undefined,
): Promise<string> {
  // The addresses of the processes that choose their own port.
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

/** Every kind with its number of objects in all namespaces. */
async function countObjects(api: KubernetesApi): Promise<readonly string[][]> {
  return Promise.all(
    DEFINITIONS.map(async ({ release, plural, name }) => {
      // Reads one object and the remaining count, so that a thousand services need no full list.
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
