import type { V1DeploymentList, V1StatefulSetList } from "@kubernetes/client-node";
import { lt, major, minor, valid } from "semver";
import type { Cluster } from "../cluster.ts";

/** Advisories with one fixed release per minor version. Minor versions before the first one get no fix. */
interface Advisories {
  readonly names: readonly string[];
  /** Sorted by version. Minor versions after the last one are not affected. */
  readonly fixedIn: readonly string[];
}

interface Product {
  readonly product: string;
  readonly advisories: readonly Advisories[];
  /** The lowest version with the features that the program uses. */
  readonly features?: string;
}

/** Known advisories, by the last part of the image's name. */
const KNOWN: Readonly<Record<string, Product>> = {
  kargo: {
    product: "Kargo",
    advisories: [{ names: ["CVE-2026-32828"], fixedIn: ["1.9.5"] }],
    features: "1.11.2",
  },
  argocd: {
    product: "Argo CD",
    advisories: [
      {
        names: ["CVE-2026-42880", "CVE-2026-45737", "CVE-2026-45738"],
        fixedIn: ["3.2.12", "3.3.10", "3.4.2"],
      },
    ],
  },
  "workflow-controller": {
    product: "Argo Workflows",
    advisories: [
      { names: ["CVE-2026-54526"], fixedIn: ["3.7.15", "4.0.6"] },
      // No release of 3.x is known to fix these.
      { names: ["CVE-2026-42183", "CVE-2026-42295", "CVE-2026-42297"], fixedIn: ["4.0.0"] },
    ],
  },
  "argo-events": {
    product: "Argo Events",
    advisories: [{ names: [], fixedIn: ["1.9.6"] }],
  },
};

/**
 * Warnings about Deployments and StatefulSets with a version that has a known advisory or is too old for the
 * program. Images whose version is unknown (a digest or a custom tag) are skipped.
 */
export async function oldVersions(cluster: Cluster): Promise<string[]> {
  const answers = await Promise.all(
    ["deployments", "statefulsets"].map((kind) =>
      cluster.send({ method: "GET", path: `/apis/apps/v1/${kind}` }),
    ),
  );
  const workloads = answers.flatMap(({ status, body }) =>
    status === 200 ? (body as V1DeploymentList | V1StatefulSetList).items : [],
  );
  const warnings = workloads.flatMap(({ metadata, spec }) =>
    (spec?.template.spec?.containers ?? []).flatMap(({ image = "" }) => {
      const warning = tooOld(image);
      return warning === undefined ? [] : [`${metadata?.namespace}/${metadata?.name} runs ${warning}`];
    }),
  );
  return [...new Set(warnings)].sort();
}

/**
 * `Kargo 1.9.4, for which …` if an image has a version with a known advisory, or lacks features that the program
 * uses.
 */
export function tooOld(image: string): string | undefined {
  const [, name = "", tag = ""] = /([^/:@]+):v?([^@]+)/.exec(image.slice(image.lastIndexOf("/") + 1)) ?? [];
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  const version = valid(tag) ?? undefined;
  if (known === undefined || version === undefined) return undefined;
  const { product, advisories, features } = known;
  const open = advisories.filter(({ fixedIn }) => isOpen(fixedIn, version));
  const lacking = features !== undefined && lt(version, features);
  if (open.length === 0)
    return lacking
      ? `${product} ${version}, which has no known advisory but lacks features that the program uses: use ${features} or later.`
      : undefined;
  const releases = advisories
    .flatMap(({ fixedIn }) => fixedIn)
    .filter((release) => lt(version, release) && !advisories.some(({ fixedIn }) => isOpen(fixedIn, release)));
  const inLine = releases.filter((release) => lineOf(release) === lineOf(version));
  const use = lacking ? features : (inLine.length > 0 ? inLine : releases).join(" or ");
  const named = open.map((each) => described(each, version)).filter((text) => text !== "");
  const which = named.length === 0 ? "" : ` (${named.join("; ")})`;
  return `${product} ${version}, for which there are security advisories${which}: use ${use} or later.`;
}

function isOpen(fixedIn: readonly string[], version: string): boolean {
  const release = fixedIn.find((each) => lineOf(each) === lineOf(version)) ?? fixedIn.at(-1) ?? version;
  return lt(version, release);
}

function described({ names, fixedIn }: Advisories, version: string): string {
  const fixed = fixedIn.some((each) => lineOf(each) === lineOf(version));
  return fixed ? names.join(", ") : `${names.join(", ")}: no fix in ${lineOf(version)}`;
}

/** The minor version of a release, for example `3.2`. */
function lineOf(version: string): string {
  return `${major(version)}.${minor(version)}`;
}
