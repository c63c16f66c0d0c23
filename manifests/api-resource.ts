import type { KubernetesObject } from "./objects.ts";

/** A kind in the form of RBAC and admission policies. */
interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  /** The plural. */
  readonly resource: string;
}

/** Kinds with an irregular plural. */
const IRREGULAR: Readonly<Record<string, string>> = { EventBus: "eventbus" };

/** The API server's group and plural of a kind. */
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
