import { z } from "zod";
import { PROVISIONED } from "../../model/provisioned.ts";
import { STACK } from "../engine-events.ts";
import { splitState } from "./split-state.ts";

/** Of a resource what names others. */
const resource = z.object({
  urn: z.string(),
  type: z.string(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  dependencies: z.array(z.string()).nullish(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullish()).nullish(),
  deletedWith: z.string().optional(),
});

const deployment = z.looseObject({
  secrets_providers: z.looseObject({ type: z.string() }).optional(),
  pending_operations: z.array(z.looseObject({ resource: z.looseObject({ urn: z.string() }) })).nullish(),
  resources: z.tuple([]).optional(),
});

/** What is around the resources, as `pulumi stack export` writes it or as a backend keeps it. */
const frame = z
  .object({
    version: z.number(),
    features: z.array(z.string()).optional(),
    deployment: deployment.optional(),
    checkpoint: z.looseObject({ latest: deployment }).optional(),
  })
  .transform(({ deployment: exported, checkpoint, ...about }) => ({
    ...about,
    latest: exported ?? checkpoint?.latest ?? {},
  }));

/** A state, as often as it is wanted. */
export interface StoredState {
  read(): AsyncIterable<Uint8Array>;
  /** Its bytes from one place up to another. */
  slice(start: number, end: number): Promise<Buffer>;
}

/** A part of a stack's state that an engine can preview some of its resources with. */
export interface TrimmedState {
  /** The JSON of a checkpoint, as a backend of files keeps it. Its secrets are encrypted as they were. */
  readonly checkpoint: string;
  /** How many resources the part leaves out. */
  readonly left: number;
}

/**
 * The stack, whose outputs say what the last `up` made; the providers; and what a new service's Stages depend on, which
 * nothing else of a change may need. They are few.
 */
const ALWAYS = /^(pulumi:(pulumi|providers):|kubernetes:kargo\.akuity\.io\/v1alpha1:ClusterPromotionTask$)/;

/**
 * The part of a stack's state that a preview of some resources needs: these, what depends on them, and what all of
 * these need in turn, so that the engine finds nothing amiss. What is left out it would only have looked at and left alone.
 *
 * @param state what `pulumi stack export` wrote, or a backend's file
 * @param name the stack's name in a backend of files: `organization/<project>/<stack>`
 * @returns nothing where it is no state with resources, or where only Pulumi's own service can decrypt its secrets
 * @throws Error where the state cannot be read
 */
export async function trimState(
  state: StoredState,
  name: string,
  targets: readonly string[],
): Promise<TrimmedState | undefined> {
  const resources: (Relations & { readonly start: number; readonly end: number })[] = [];
  const around = await splitState(state.read(), (json, start) => {
    resources.push({ ...relations(json), start, end: start + json.length });
  });
  const about = around === undefined ? undefined : frame.safeParse(JSON.parse(around)).data;
  if (about === undefined || about.latest.secrets_providers?.type === "service") return undefined;
  const kept = withNeeds(resources, withDependents(resources, targets));
  const part = await Promise.all(
    resources
      .filter(({ urn }) => kept.has(urn))
      .map(async ({ type, start, end }) => own(type, (await state.slice(start, end)).toString("utf8"))),
  );
  const keeps = (urn: string) => kept.has(urn) || targets.includes(urn);
  return { checkpoint: assembled(about, name, part, keeps), left: resources.length - part.length };
}

/** The resources come in as texts: no number that is too large for JavaScript loses a digit. */
function assembled(
  { latest, ...format }: z.output<typeof frame>,
  name: string,
  part: readonly string[],
  keeps: (urn: string) => boolean,
): string {
  const { resources: _, pending_operations: pending, ...more } = latest;
  const begun = pending && { pending_operations: pending.filter(({ resource: { urn } }) => keeps(urn)) };
  const checkpoint = { stack: name, latest: { resources: [], ...more, ...begun } };
  const [before = "", ...after] = JSON.stringify({ ...format, checkpoint }).split(EMPTY);
  return [before, after.join(EMPTY)].join(`"latest":{"resources":[${part.join()}]`);
}

/** No text within the JSON can look like this: its quotes would be escaped. */
const EMPTY = '"latest":{"resources":[]';

/** The JSON of a resource as it stands; of the stack's outputs, which are of every service, what the program reads alone. */
function own(type: string, json: string): string {
  if (type !== STACK) return json;
  const stack = JSON.parse(json) as { outputs?: Readonly<Record<string, unknown>> };
  const { [PROVISIONED]: provisioned } = stack.outputs ?? {};
  return JSON.stringify({
    ...stack,
    outputs: provisioned === undefined ? {} : { [PROVISIONED]: provisioned },
  });
}

interface Relations {
  readonly urn: string;
  readonly type: string;
  /** The URNs of all that it names. */
  readonly needs: readonly string[];
}

/** @throws Error where it is no resource */
function relations(json: Buffer): Relations {
  const read = resource.parse(JSON.parse(json.toString("utf8")));
  const { urn, type, parent, provider, dependencies, propertyDependencies, deletedWith } = read;
  const needs = [
    ...(parent === undefined ? [] : [parent]),
    ...(provider === undefined ? [] : [provider.slice(0, provider.lastIndexOf("::"))]),
    ...(dependencies ?? []),
    ...Object.values(propertyDependencies ?? {}).flatMap((urns) => urns ?? []),
    ...(deletedWith === undefined ? [] : [deletedWith]),
  ];
  return { urn, type, needs };
}

/** A state stands in order: what depends on a resource comes after it. */
function withDependents(resources: readonly Relations[], targets: readonly string[]): Set<string> {
  const found = new Set(targets);
  for (const { urn, needs } of resources) if (needs.some((its) => found.has(its))) found.add(urn);
  return found;
}

/** And what it needs comes before it. */
function withNeeds(resources: readonly Relations[], wanted: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const needed = new Set(wanted);
  for (const { urn, type, needs } of resources.toReversed()) {
    if (!needed.has(urn) && !ALWAYS.test(type)) continue;
    found.add(urn);
    for (const its of needs) needed.add(its);
  }
  return found;
}
