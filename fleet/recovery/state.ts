import { z } from "zod";
import { readJson } from "../read-json.ts";

const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  dependencies: z.array(z.string()).optional(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  delete: z.boolean().optional(),
});

const exported = z.looseObject({
  version: z.number(),
  deployment: z
    .looseObject({
      resources: z.array(resource).nullish(),
      pending_operations: z.array(z.looseObject({ resource, type: z.string() })).nullish(),
    })
    .nullable(),
});

/** A resource of a stack's state, with everything that the engine wrote. */
export type Resource = z.infer<typeof resource>;

/** The output of `pulumi stack export`. */
export type Exported = z.infer<typeof exported>;

/** An unfinished operation of the engine: `creating`, `updating`, `deleting`, `reading`, `importing`. */
interface PendingOperation {
  readonly urn: string;
  readonly type: string;
}

/** The parts of a stack's state that a recovery reads. */
export interface State {
  readonly resources: readonly Resource[];
  readonly pending: readonly PendingOperation[];
  /** The exported text, for a later import. */
  readonly text: string;
}

/** @throws FleetError if the text is no export of a stack */
export function parseExported(text: string): Exported {
  return readJson(exported, text, "The output of pulumi stack export");
}

/** @throws FleetError if the text is no export of a stack */
export function parseState(text: string): State {
  const { deployment } = parseExported(text);
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
