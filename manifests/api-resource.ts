import type { KubernetesObject } from "./objects.ts";

/** A kind as RBAC and policies of admission name it. */
export interface ApiResource {
  /** Empty for Kubernetes' core. */
  readonly group: string;
  /** The plural. */
  readonly resource: string;
}

/** Plurals that are not the English one. */
const IRREGULAR: Readonly<Record<string, string>> = { EventBus: "eventbus" };

/** How the API server calls a kind. */
export function resourceOf({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">): ApiResource {
  const [group = "", version] = apiVersion.split("/");
  return {
    group: version === undefined ? "" : group,
    resource: IRREGULAR[kind] ?? plural(kind.toLowerCase()),
  };
}

function plural(word: string): string {
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
