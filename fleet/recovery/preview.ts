import { z } from "zod";
import { isStack } from "../engine-events.ts";
import { readJson } from "../read-json.ts";

const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  newState: z
    .looseObject({
      type: z.string(),
      custom: z.boolean().default(false),
      id: z.string().optional(),
      parent: z.string().optional(),
      provider: z.string().optional(),
      protect: z.boolean().default(false),
      inputs: z.record(z.string(), z.unknown()).default({}),
    })
    .optional(),
});

const digest = z.looseObject({
  steps: z.array(step).default([]),
  diagnostics: z
    .array(z.looseObject({ message: z.string(), severity: z.string(), urn: z.string().optional() }))
    .default([]),
});

/** A resource that the next `up` would create. */
export interface Creation {
  readonly urn: string;
  readonly type: string;
  /** Whether a plugin creates it. A component exists only in the state. */
  readonly custom: boolean;
  readonly parent: string | undefined;
  /** The URN of its provider. */
  readonly provider: string | undefined;
  readonly protect: boolean;
  /** Secret values are the text `[secret]`. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

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
      const { type, custom, parent, provider, protect, inputs } = newState;
      return [{ urn, type, custom, parent, provider: providerUrn(provider), protect, inputs }];
    }),
    others: steps.filter(({ op }) => !QUIET.includes(op)).length,
    errors: errors.map(({ message }) => message.trim()),
    providerFailed: errors.some(({ urn }) => urn !== undefined && !isStack(urn)),
  };
}

/** A provider reference is its URN, `::`, and its id. */
function providerUrn(reference: string | undefined): string | undefined {
  return reference?.slice(0, reference.lastIndexOf("::"));
}
