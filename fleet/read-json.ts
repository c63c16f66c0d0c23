import type { z } from "zod";
import { FleetError } from "./fleet-error.ts";

/**
 * Parses and validates JSON from a program or a file.
 * @param what for the message: `events.json`, `The output of pulumi stack export`
 * @throws FleetError if it is truncated or has another form
 */
export function readJson<T>(schema: z.ZodType<T>, text: string, what: string): T {
  const failed = (why: string) => new FleetError(`${what} cannot be read: ${why}. Create it again.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw failed("it is not JSON, or truncated");
  }
  const { data, error } = schema.safeParse(value);
  if (error) throw failed(`its form is unexpected at ${error.issues[0]?.path.join(".") || "its root"}`);
  return data;
}
