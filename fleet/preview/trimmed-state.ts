import { z } from "zod";

const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  dependencies: z.array(z.string()).nullish(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullish()).nullish(),
  deletedWith: z.string().optional(),
});

/** What `pulumi stack export` writes, as far as it is parted here; all else of it stays as it is. */
const exported = z.looseObject({
  version: z.number(),
  features: z.array(z.string()).optional(),
  deployment: z.looseObject({
    secrets_providers: z.looseObject({ type: z.string() }).optional(),
    resources: z.array(resource),
    pending_operations: z.array(z.looseObject({ resource: z.looseObject({ urn: z.string() }) })).nullish(),
  }),
});

type Resource = z.output<typeof resource>;
type Exported = z.output<typeof exported>;

/** A part of a stack's state that an engine can preview some of its resources with. */
export interface TrimmedState {
  /** The checkpoint, as a backend of files keeps it. Its secrets are encrypted as they were. */
  readonly checkpoint: object;
  /** How many resources the part leaves out. */
  readonly left: number;
}

/** The stack itself, with the outputs that its program reads of the last `up`. */
const STACK = "pulumi:pulumi:Stack";

/**
 * The part of a stack's state that a preview of some resources needs: these, what depends on them, and what all of
 * these need in turn, so that the engine finds nothing amiss. What is left out it would only have looked at and left alone.
 *
 * @param text what `pulumi stack export` wrote
 * @param name the stack's name in a backend of files: `organization/<project>/<stack>`
 * @returns nothing where the text is no export with resources, or where only the service of Pulumi can decrypt its secrets
 */
export function trimState(text: string, name: string, targets: readonly string[]): TrimmedState | undefined {
  const state = parse(text);
  if (state === undefined || state.deployment.secrets_providers?.type === "service") return undefined;
  const { version, features, deployment } = state;
  const { resources, pending_operations: pending } = deployment;
  const kept = withNeeds(resources, withDependents(resources, targets));
  const keeps = (urn: string) => kept.has(urn) || targets.includes(urn);
  const latest = {
    ...deployment,
    resources: resources.filter(({ urn }) => kept.has(urn)),
    ...(pending && { pending_operations: pending.filter(({ resource: { urn } }) => keeps(urn)) }),
  };
  return {
    checkpoint: { version, ...(features && { features }), checkpoint: { stack: name, latest } },
    left: resources.length - latest.resources.length,
  };
}

function parse(text: string): Exported | undefined {
  try {
    return exported.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A state stands in order: what depends on a resource comes after it. */
function withDependents(resources: readonly Resource[], targets: readonly string[]): Set<string> {
  const found = new Set(targets);
  for (const each of resources) if (needs(each).some((urn) => found.has(urn))) found.add(each.urn);
  return found;
}

/** And what it needs comes before it. */
function withNeeds(resources: readonly Resource[], wanted: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const needed = new Set(wanted);
  for (const each of resources.toReversed()) {
    if (!needed.has(each.urn) && each.type !== STACK) continue;
    found.add(each.urn);
    for (const urn of needs(each)) needed.add(urn);
  }
  return found;
}

function needs({ parent, provider, dependencies, propertyDependencies, deletedWith }: Resource): string[] {
  return [
    ...(parent === undefined ? [] : [parent]),
    ...(provider === undefined ? [] : [provider.slice(0, provider.lastIndexOf("::"))]),
    ...(dependencies ?? []),
    ...Object.values(propertyDependencies ?? {}).flatMap((urns) => urns ?? []),
    ...(deletedWith === undefined ? [] : [deletedWith]),
  ];
}
