import { z } from "zod";
import { readJson } from "../read-json.ts";

/** The part of a resource in an exported state that says where it belongs. */
export const exportedResource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  dependencies: z.array(z.string()).optional(),
  delete: z.boolean().optional(),
});

const exported = z.looseObject({
  version: z.number(),
  deployment: z
    .looseObject({
      resources: z.array(exportedResource).optional(),
      pending_operations: z.array(z.looseObject({ resource: exportedResource, type: z.string() })).optional(),
    })
    .nullable(),
});

/** A resource of a stack's state, as in `pulumi stack export`. */
export type StateResource = z.infer<typeof exportedResource>;

/** An unfinished operation of the engine: `creating`, `updating`, `deleting`, `reading`, `importing`. */
export interface PendingOperation {
  readonly urn: string;
  readonly type: string;
}

/** The parts of a stack's state that a recovery reads. */
export interface State {
  readonly resources: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
  /** The exported text, for a later import. */
  readonly text: string;
}

/** @throws FleetError if the text is no export of a stack */
export function parseState(text: string): State {
  const { deployment } = readJson(exported, text, "The output of pulumi stack export");
  return {
    resources: deployment?.resources ?? [],
    pending: (deployment?.pending_operations ?? []).map(({ resource: { urn }, type }) => ({ urn, type })),
    text,
  };
}

/** Why the engine would refuse a state: a resource refers to one that does not come before it, or occurs twice. */
export function integrityProblems({ resources }: Pick<State, "resources">): string[] {
  const known = new Set<string>();
  const current = new Set<string>();
  const providers = new Set<string>();
  return resources.flatMap(({ urn, id, parent, provider, dependencies = [], delete: replaced = false }) => {
    const named = [
      ...(parent ? [["its parent", parent] as const] : []),
      ...dependencies.map((other) => ["what it depends on", other] as const),
    ];
    const problems = named
      .filter(([, other]) => !known.has(other))
      .map(([what, other]) => `${urn}: ${what}, ${other}, is not in the state before it`);
    if (provider && !providers.has(provider))
      problems.push(`${urn}: its provider, ${provider}, is not in the state before it`);
    if (!replaced && current.has(urn)) problems.push(`${urn} is in the state twice`);
    known.add(urn);
    if (!replaced) current.add(urn);
    providers.add(`${urn}::${id ?? ""}`);
    return problems;
  });
}
