import * as pulumi from "@pulumi/pulumi";
import { customizationNote } from "../manifests/inventory/objects.ts";
import { costNotes } from "../model/costs.ts";
import type { Plan } from "../model/plan.ts";

/** Prints in a preview how many calls an `up` makes to GitHub and the registry. */
export async function reportCosts(plan: Plan): Promise<void> {
  if (!pulumi.runtime.isDryRun()) return;
  const customization = customizationNote(plan);
  for (const note of [...costNotes(plan), ...(customization ? [customization] : [])])
    await pulumi.log.info(note);
}
