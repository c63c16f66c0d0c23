import * as pulumi from "@pulumi/pulumi";
import { costNotes } from "../model/costs.ts";
import type { Plan } from "../model/plan.ts";

/** Says in a preview what an `up` costs elsewhere, before a single call is made. */
export async function tellCosts(plan: Plan): Promise<void> {
  if (!pulumi.runtime.isDryRun()) return;
  for (const note of costNotes(plan)) await pulumi.log.info(note);
}
