import { z } from "zod";
import { SERVICE_PIPELINE } from "../../manifests/inventory/service.ts";
import { PROVISIONED, type Provisioned, provisionedSchema } from "../../model/provisioned.ts";
import { nameOf } from "../engine-events.ts";
import { readJson } from "../read-json.ts";
import { exportedResource } from "../recovery/state.ts";

const resource = exportedResource.extend({
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});

/** A resource of an exported state, with everything that the engine wrote. */
export type Resource = z.infer<typeof resource>;

const exported = z.looseObject({
  version: z.number(),
  deployment: z
    .looseObject({
      resources: z.array(resource).nullish(),
      pending_operations: z.array(z.unknown()).nullish(),
    })
    .nullable(),
});

/** An exported state, with its secrets in plain text: it never reaches a disk. */
export type Exported = z.infer<typeof exported>;

/** @throws FleetError if the text is no export of a stack */
export function parseExported(text: string): Exported {
  return readJson(exported, text, "The output of pulumi stack export");
}

export function resourcesOf({ deployment }: Exported): readonly Resource[] {
  return deployment?.resources ?? [];
}

/** The same state with other resources. */
export function withResources(state: Exported, resources: readonly Resource[]): Exported {
  return { ...state, deployment: { ...state.deployment, resources: [...resources] } };
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

export const ROOT = "pulumi:pulumi:Stack";
const PROVIDER = /^pulumi:providers:/;

export function isProvider({ type }: Pick<Resource, "type">): boolean {
  return PROVIDER.test(type);
}

/** How an export marks a secret that it shows. */
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/** What the last `up` of a stack recorded; undefined before the first. */
export function recordOf(state: Exported): Provisioned | undefined {
  const output = resourcesOf(state).find(({ type }) => type === ROOT)?.outputs?.[PROVISIONED];
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
  const resources = resourcesOf(state).map((each) =>
    each.type === ROOT
      ? {
          ...each,
          outputs: {
            ...each.outputs,
            [PROVISIONED]: { ...SECRET, plaintext: JSON.stringify(record) },
            ...(services && { services }),
          },
        }
      : each,
  );
  return withResources(state, resources);
}
