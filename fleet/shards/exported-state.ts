import { z } from "zod";
import { SERVICE_PIPELINE } from "../../manifests/inventory/service.ts";
import { PROVISIONED, type Provisioned, provisionedSchema } from "../../model/provisioned.ts";
import { nameOf, STACK } from "../engine-events.ts";
import { readJson } from "../read-json.ts";
import type { Exported, Resource } from "../recovery/state.ts";

export function resourcesOf({ deployment }: Exported): readonly Resource[] {
  return deployment?.resources ?? [];
}

/** The same state with other resources. */
export function withResources(state: Exported, resources: readonly Resource[]): Exported {
  return { ...state, deployment: { ...state.deployment, resources: [...resources] } };
}

/** The same state with the resource of a type changed. */
export function withChanged(
  state: Exported,
  type: string,
  change: (each: Resource) => Partial<Resource>,
): Exported {
  const resources = resourcesOf(state).map((each) =>
    each.type === type ? { ...each, ...change(each) } : each,
  );
  return withResources(state, resources);
}

/** The service of each resource, by its URN: a component of a service, or below one. */
export function servicesByUrn(
  resources: readonly Pick<Resource, "urn" | "type" | "parent">[],
): ReadonlyMap<string, string> {
  const services = new Map<string, string>();
  for (const { urn, type, parent } of resources) {
    const service = type === SERVICE_PIPELINE ? nameOf(urn) : parent && services.get(parent);
    if (service) services.set(urn, service);
  }
  return services;
}

/** The services in a state. */
export function servicesIn(resources: readonly Pick<Resource, "urn" | "type" | "parent">[]): string[] {
  return [...new Set(servicesByUrn(resources).values())].sort();
}

export function isProvider({ type }: Pick<Resource, "type">): boolean {
  return type.startsWith("pulumi:providers:");
}

/** How an export marks a secret that it shows. */
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** What the last `up` of a stack recorded; undefined before the first. */
export function recordOf(state: Exported): Provisioned | undefined {
  const output = resourcesOf(state).find(({ type }) => type === STACK)?.outputs?.[PROVISIONED];
  const { plaintext } = z.object({ plaintext: z.string() }).safeParse(output).data ?? {};
  return plaintext === undefined
    ? undefined
    : readJson(provisionedSchema, plaintext, `The output ${PROVISIONED}`);
}

/** The same state with another record, and with these services in its output for people. */
export function withRecord(
  state: Exported,
  record: Provisioned,
  services?: Readonly<Record<string, unknown>>,
): Exported {
  const outputs = {
    [PROVISIONED]: { ...SECRET, plaintext: JSON.stringify(record) },
    ...(services && { services }),
  };
  return withChanged(state, STACK, (each) => ({ outputs: { ...each.outputs, ...outputs } }));
}
