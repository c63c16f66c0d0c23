import { z } from "zod";
import { PROVISIONED } from "../../model/provisioned.ts";
import { STACK } from "../engine-events.ts";
import { splitState } from "./split-state.ts";

/** The fields of a resource that refer to others. */
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

/** The part of a state around the resources, as in `pulumi stack export` or in a backend's file. */
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

/** A state that can be read several times. */
export interface StoredState {
  read(): AsyncIterable<Uint8Array>;
  /** The bytes from `start` to `end`. */
  slice(start: number, end: number): Promise<Buffer>;
}

/** A part of a stack's state for previews of some of its resources. */
interface TrimmedState {
  /** The JSON of a checkpoint for a file backend. Its secrets stay encrypted. */
  readonly checkpoint: string;
  /** The number of omitted resources. */
  readonly left: number;
}

/**
 * Resources that are always kept, since they are few: the stack, whose outputs record the last `up`; the providers;
 * and the ClusterPromotionTasks, on which a new service's Stages depend.
 */
const ALWAYS = /^(pulumi:(pulumi|providers):|kubernetes:kargo\.akuity\.io\/v1alpha1:ClusterPromotionTask$)/;

/**
 * Selects the part of a stack's state that a preview of some resources needs: these, their dependents, and
 * everything that all of these need, so that the engine finds a valid state.
 * @param state the output of `pulumi stack export`, or a backend's file
 * @param name the stack's name in a file backend: `organization/<project>/<stack>`
 * @returns undefined if the state has no resources, or if only Pulumi Cloud can decrypt its secrets
 * @throws Error if the state cannot be read
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

/** Resources are inserted as text, so that numbers too large for JavaScript keep their digits. */
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

/** No string inside the JSON can contain this, because its quotes would be escaped. */
const EMPTY = '"latest":{"resources":[]';

/**
 * The JSON of a resource. The stack's outputs, which cover every service, are reduced to those that the program
 * reads.
 */
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
  /** The URNs of all resources that it refers to. */
  readonly needs: readonly string[];
}

/** @throws Error if it is no resource */
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

/** In a state, dependents come after the resources that they depend on. */
function withDependents(resources: readonly Relations[], targets: readonly string[]): Set<string> {
  const found = new Set(targets);
  for (const { urn, needs } of resources) if (needs.some((its) => found.has(its))) found.add(urn);
  return found;
}

/** In a state, dependencies come before the resources that need them. */
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
