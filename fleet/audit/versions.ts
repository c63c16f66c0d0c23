import type { V1DeploymentList } from "@kubernetes/client-node";
import { coerce, lt, valid } from "semver";
import type { Cluster } from "../cluster.ts";

/** The lowest versions without a known advisory, by the last part of the image's name; one for each line still kept. */
const LOWEST: Readonly<Record<string, { readonly project: string; readonly lines: readonly string[] }>> = {
  kargo: { project: "Kargo", lines: ["1.11.2"] },
  argocd: { project: "Argo CD", lines: ["3.0.19", "3.1.8"] },
  "workflow-controller": { project: "Argo Workflows", lines: ["3.7.14", "4.0.5"] },
  "argo-events": { project: "Argo Events", lines: ["1.9.6"] },
};

/**
 * Warnings about the Deployments that run a version with a known advisory. Where a version cannot be told, from a digest
 * or a tag of somebody's own, nothing is said.
 */
export async function oldVersions(cluster: Cluster): Promise<string[]> {
  const { status, body } = await cluster.send({ method: "GET", path: "/apis/apps/v1/deployments" });
  if (status !== 200) return [];
  const warnings = (body as V1DeploymentList).items.flatMap(({ metadata, spec }) =>
    (spec?.template.spec?.containers ?? []).flatMap(({ image = "" }) => {
      const warning = tooOld(image);
      return warning === undefined ? [] : [`${metadata?.namespace}/${metadata?.name} runs ${warning}`];
    }),
  );
  return [...new Set(warnings)].sort();
}

/** `Kargo 1.10.0; …` where an image is of a version that has a known advisory. */
export function tooOld(image: string): string | undefined {
  const [, name = "", tag = ""] = /([^/:@]+):v?([^@]+)/.exec(image.slice(image.lastIndexOf("/") + 1)) ?? [];
  const known = Object.hasOwn(LOWEST, name) ? LOWEST[name] : undefined;
  const version = valid(tag) ?? undefined;
  if (known === undefined || version === undefined) return undefined;
  const line = known.lines.find((lowest) => sameLine(lowest, version)) ?? known.lines.at(-1) ?? "";
  // Older lines than the ones that are kept get no fixes any more; newer ones had them from the start.
  if (!lt(version, line)) return undefined;
  const others = known.lines.filter((lowest) => lowest !== line);
  const alternatives = others.length === 0 ? line : [line, ...others].sort().join(" or ");
  return `${known.project} ${version}, for which there are security advisories: use ${alternatives} or later.`;
}

function sameLine(a: string, b: string): boolean {
  const [left, right] = [coerce(a), coerce(b)];
  return left?.major === right?.major && left?.minor === right?.minor;
}
