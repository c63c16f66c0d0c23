import { buildNamespace } from "../model/names.ts";
import { sampleRows } from "./inventory/sample.ts";

/** The Secrets in shared namespaces, which an administrator creates and the program fills. */
export function secretsToFill(teams: readonly string[]): readonly { namespace: string; name: string }[] {
  const all = sampleRows()
    .filter(({ filled, manifest }) => filled && manifest.kind === "Secret")
    .flatMap(
      ({
        manifest: {
          metadata: { name },
        },
        place,
      }) => {
        if (place === "builds") return teams.map((team) => ({ namespace: buildNamespace(team), name }));
        return typeof place === "object" ? [{ namespace: place.namespace, name }] : [];
      },
    );
  return [...new Map(all.map((secret) => [`${secret.namespace}/${secret.name}`, secret])).values()];
}
