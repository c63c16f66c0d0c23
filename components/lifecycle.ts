import * as pulumi from "@pulumi/pulumi";
import { InvalidInput } from "../model/diagnostics.ts";
import { lifecycleNotes } from "../model/lifecycle-notes.ts";
import { isGuarded, losses, type Planned } from "../model/losses.ts";
import { deployingStages, type Plan } from "../model/plan.ts";
import { PROVISIONED, type Provisioned, provisionedSchema, seededBefore } from "../model/provisioned.ts";
import { relocated } from "../model/values-losses.ts";
import { authOf, type GitHubAuth } from "./github-api/auth.ts";
import { servicesThere } from "./values-files/commit.ts";
import { SeedError, targetOf } from "./values-files/target.ts";

/**
 * What the last `up` of this stack provisioned, by its own output; nothing before the first. Awaited before anything
 * is registered: the file backend rewrites the checkpoint that is read here whenever the engine takes a step.
 */
export async function readProvisioned(): Promise<Provisioned | undefined> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const self = new pulumi.StackReference("self", { name });
  const { value, secretValue: output = value } = await self.getOutputDetails(PROVISIONED);
  if (output === undefined) return undefined;
  const { data, error } = provisionedSchema.safeParse(output);
  if (error) {
    await pulumi.log.warn(
      `The stack's output ${PROVISIONED} cannot be read, so nothing here names a service that would be lost; the engine still deletes nothing that is protected.`,
    );
  }
  return data;
}

/**
 * Stops a run that would delete a service or a Stage that nobody said leaves, and says what a person should know.
 *
 * @throws pulumi.RunError with every loss, one a line
 */
export async function guardAgainstLoss(planned: Planned, before: Provisioned | undefined): Promise<void> {
  const found = before === undefined ? [] : losses(before, planned, await valuesThere(before, planned.plan));
  if (before && found.length > 0) {
    const { message } = new InvalidInput(found);
    if (isGuarded(before, planned.plan)) throw new pulumi.RunError(message);
    await pulumi.log.warn(message.replace(/^.*\n/, "The stack says protect: false, so this goes:\n"));
  }
  for (const note of lifecycleNotes(planned.plan, before)) await pulumi.log.info(note);
}

/** What {@link servicesThere} says of the services that are to move; where GitHub cannot be asked, that none is there. */
async function valuesThere(before: Provisioned, plan: Plan): Promise<ReadonlySet<string>> {
  return await filesThere(plan, relocated(before, plan));
}

/**
 * The services whose values files are where this plan wants them: an `up` before wrote them, or GitHub says so. A preview
 * asks nobody, since nothing that it says depends on it.
 */
export async function seededServices(
  plan: Plan,
  before: Provisioned | undefined,
): Promise<ReadonlySet<string>> {
  const seeded = seededBefore(plan, before);
  const others = plan.services.filter(({ name }) => !seeded.has(name));
  if (pulumi.runtime.isDryRun() || others.length === 0) return seeded;
  const wanted = others.map((service) => ({
    service: service.name,
    files: deployingStages(service).map(({ deployment }) => deployment.valuesFile),
  }));
  return new Set([...seeded, ...(await filesThere(plan, wanted))]);
}

async function filesThere(plan: Plan, wanted: Wanted): Promise<ReadonlySet<string>> {
  try {
    return await servicesThere(targetOf(plan), wanted, { auth: githubAuth(plan) });
  } catch (error) {
    if (!(error instanceof SeedError)) throw error;
    await pulumi.log.warn(`Whether values files are in their place is not known: ${error.message}`);
    return new Set();
  }
}

type Wanted = Parameters<typeof servicesThere>[1];

/** Whom the program itself asks GitHub as. */
export function githubAuth({ github }: Pick<Plan, "github">): GitHubAuth | undefined {
  const config = pulumi.runtime.allConfig();
  return authOf(github, (key) => config[key]);
}
