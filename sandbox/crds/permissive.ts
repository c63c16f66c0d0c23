import { type Definition, nameOf, type Release, VERSION } from "./releases.ts";

/**
 * A definition that accepts every field: right in group, kind, plural, scope, version and status, and silent about
 * everything inside. It stands in where the real one cannot be had.
 */
export function permissiveDefinition(release: Release, definition: Definition): string {
  const { kind, plural, scope, status } = definition;
  return JSON.stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: nameOf(release, definition),
      annotations: { "kargo-fleet/definition": "permissive" },
    },
    spec: {
      group: release.group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope,
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          subresources: status ? { status: {} } : {},
        },
      ],
    },
  });
}
