import { z } from "zod";
import type { Catalogue } from "./catalogue.ts";
import { type DocumentPath, didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import type { Pipelines } from "./pipelines.ts";

const DAY = 24 * 60 * 60 * 1000;

const moment = z
  .string()
  .refine(
    (text) => [z.iso.date(), z.iso.datetime({ offset: true })].some((form) => form.safeParse(text).success),
    {
      error: ({ input }) =>
        `${JSON.stringify(input)} is not a date: write a day (2026-12-31, which counts whole, in UTC) or a moment with its zone (2026-12-31T18:00:00+01:00).`,
    },
  );

/** Turns auto-promotion off for a while, for these Stages and services. */
export const freezeSchema = z.strictObject({
  stages: z.array(z.string()).min(1).optional().meta({ description: "Which Stages. Default: all." }),
  services: z.array(z.string()).min(1).optional().meta({ description: "Which services. Default: all." }),
  until: moment.meta({
    description: "The last day (UTC), or a time with its zone. The first up after it ends the freeze.",
  }),
  reason: z.string().trim().min(1).meta({ description: "The reason, shown in messages." }),
});

export type Freeze = z.output<typeof freezeSchema>;

/** A freeze at the time of the plan. */
export interface FreezePlan extends Freeze {
  /** Whether it has ended. */
  readonly over: boolean;
}

/** @param now the time of the plan */
export function planFreezes(freezes: readonly Freeze[], now: Date): FreezePlan[] {
  return freezes.map((freeze) => ({ ...freeze, over: now.getTime() >= endOfFreeze(freeze.until) }));
}

/** The end of a freeze in milliseconds since 1970. A date means the end of that day. */
export function endOfFreeze(until: string): number {
  return Date.parse(until) + (until.includes("T") ? 0 : DAY);
}

/** Whether an active freeze covers this Stage of this service. */
export function isFrozen(freezes: readonly FreezePlan[], service: string, stage: string): boolean {
  return freezes.some(
    ({ over, stages, services }) =>
      !over && (stages?.includes(stage) ?? true) && (services?.includes(service) ?? true),
  );
}

/** A freeze with an unknown name would silently have no effect. */
export function freezeProblems(
  freezes: readonly Freeze[],
  catalogue: Catalogue,
  pipelines: Pipelines,
  stack: SourceDocument,
  root: DocumentPath,
): Problem[] {
  const stages = [...new Set(Object.values(pipelines).flatMap((all) => all.map(({ stage }) => stage)))];
  const known = {
    stages: {
      code: "KF055",
      names: stages,
      what: `stage of any pipeline (there are: ${listed(stages)})`,
      fix: "Use one of these.",
    },
    services: {
      code: "KF016",
      names: Object.keys(catalogue.services),
      what: "service of the catalogue",
      fix: "Remove it, or add the service to the catalogue.",
    },
  } as const;
  return freezes.flatMap((freeze, index) =>
    (["stages", "services"] as const).flatMap((key) =>
      (freeze[key] ?? []).flatMap((name, position) => {
        const { code, names, what, fix } = known[key];
        if (names.includes(name)) return [];
        const path = [...root, index, key, position];
        const message = `${JSON.stringify(name)} is not a ${what}.`;
        return [problem(code, stack, path, message, didYouMean(name, names) ?? fix)];
      }),
    ),
  );
}
