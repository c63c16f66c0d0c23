import { z } from "zod";
import { listed } from "./diagnostics.ts";
import type { Plan } from "./plan.ts";

/**
 * The environment variable with which `fleet preview` and `fleet up` limit what the program registers: JSON of a
 * {@link PreviewFilter}. The engine ignores resources that are neither registered nor targeted.
 */
export const ONLY = "KARGO_FLEET_ONLY";

/** `fleet preview` recognizes this message and then previews everything. */
export const NO_UP_YET = `${ONLY} is set, but the stack has no output that says what an up made.`;

const schema = z.strictObject({
  services: z.array(z.string()),
  platform: z.boolean(),
  /** Whether to register the rest too, without targeting it: the engine then deletes none of it. */
  rest: z.boolean().optional(),
});

/** What a run is about: these services, and whether it is about the shared objects. */
export type PreviewFilter = z.output<typeof schema>;

/** The part of a plan that is registered. */
type Registered = Pick<Plan, "services" | "platform">;

/** @throws Error if the text is no filter */
export function readFilter(text: string): PreviewFilter {
  const { data } = schema.safeParse(parsed(text));
  if (data === undefined)
    throw new Error(
      `${ONLY} must be JSON such as {"services":["nginx"],"platform":false}. Unset it: fleet sets it itself.`,
    );
  return data;
}

/** @throws Error if the plan lacks a service */
export function applyFilter({ services, platform }: Plan, filter: PreviewFilter): Registered {
  const wanted = new Set(filter.services);
  const found = services.filter(({ name }) => wanted.delete(name));
  if (wanted.size > 0)
    throw new Error(
      `${ONLY} names services that the plan does not have: ${listed([...wanted])}. Unset it: fleet sets it itself.`,
    );
  return { services: found, platform: filter.platform ? platform : undefined };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
