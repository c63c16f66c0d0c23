import { z } from "zod";
import { isStack } from "../engine-events.ts";
import { readJson } from "../read-json.ts";

const resource = z.object({
  type: z.string(),
  /** Whether a plugin creates it. A component exists only in the state. */
  custom: z.boolean().default(false),
  parent: z.string().optional(),
  /** Its URN, `::`, and its id. */
  provider: z.string().optional(),
  protect: z.boolean().default(false),
  /** Secret values are the text `[secret]`. */
  inputs: z.record(z.string(), z.unknown()).default({}),
});

const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  newState: resource.optional(),
});

const digest = z.looseObject({
  steps: z.array(step).default([]),
  diagnostics: z
    .array(z.looseObject({ message: z.string(), severity: z.string(), urn: z.string().optional() }))
    .default([]),
});

/** A resource that the next `up` would create. Its provider is a URN. */
export type Creation = Readonly<z.output<typeof resource>> & { readonly urn: string };

/** The output of `pulumi preview --json`. */
export interface Preview {
  readonly creations: readonly Creation[];
  /** The number of resources that it would change, replace or delete. */
  readonly others: number;
  readonly errors: readonly string[];
  /** Whether a provider failed. The program's own errors belong to no resource. */
  readonly providerFailed: boolean;
}

const QUIET: readonly string[] = ["create", "same", "read", "refresh"];

/** @throws FleetError if the text is no output of a preview */
export function parsePreview(text: string): Preview {
  const { steps, diagnostics } = readJson(digest, text, "The output of pulumi preview");
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return {
    creations: steps.flatMap(({ op, urn, newState }) => {
      if (op !== "create" || newState === undefined) return [];
      const { provider } = newState;
      return [{ urn, ...newState, provider: provider?.slice(0, provider.lastIndexOf("::")) }];
    }),
    others: steps.filter(({ op }) => !QUIET.includes(op)).length,
    errors: errors.map(({ message }) => message.trim()),
    providerFailed: errors.some(({ urn }) => urn !== undefined && !isStack(urn)),
  };
}
