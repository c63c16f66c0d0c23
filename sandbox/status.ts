import { ARGO_EVENTS } from "./argo-events.ts";
import { nameOf, RELEASES, VERSION } from "./crds/releases.ts";
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
    [ARGO_EVENTS]: sandbox?.argoEvents.url,
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
  const { names, source, note } = sandbox.definitions;
  const api = kubernetesApi(await connectionOf(sandbox.controlPlane.kubeconfigs.admin), 10_000);
  try {
    const { gitVersion } = (await api.get("/version")) as { gitVersion: string };
    lines.push("", `Kubernetes ${gitVersion}; ${names.length} definitions: ${note ?? source}`, "");
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
  const kinds = RELEASES.flatMap((release) =>
    release.definitions.map((definition) => ({ release, definition })),
  );
  return Promise.all(
    kinds.map(async ({ release, definition }) => {
      // One object and how many remain: a thousand services are counted without reading them.
      const path = `/apis/${release.group}/${VERSION}/${definition.plural}?limit=1`;
      const { items, metadata } = (await api.get(path)) as {
        items: readonly unknown[];
        metadata: { remainingItemCount?: number };
      };
      return [nameOf(release, definition), `${items.length + (metadata.remainingItemCount ?? 0)}`];
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
