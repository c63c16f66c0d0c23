import * as pulumi from "@pulumi/pulumi";
import { authOf, type GitHubAuth } from "../git-host/github/api/auth.ts";
import { InvalidInput } from "../model/diagnostics.ts";
import { keyProblems, newKeys } from "../model/image-keys.ts";
import { lifecycleNotes } from "../model/lifecycle-notes.ts";
import { isGuarded, losses, type PlanWithFiles } from "../model/losses.ts";
import { deployingStages, type Plan } from "../model/plan.ts";
import { PROVISIONED, type Provisioned, provisionedSchema, seededBefore } from "../model/provisioned.ts";
import { relocated } from "../model/values-losses.ts";
import { servicesThere } from "./values-files/commit.ts";
import { lackingKeys } from "./values-files/image-keys.ts";
import { SeedError, targetOf } from "./values-files/target.ts";

/**
 * What the last `up` of this stack provisioned, from its output; undefined before the first. Read before anything
 * is registered, because the file backend rewrites the checkpoint with every step.
 */
export async function readProvisioned(): Promise<Provisioned | undefined> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const self = new pulumi.StackReference("self", { name });
  const { value, secretValue: output = value } = await self.getOutputDetails(PROVISIONED);
  if (output === undefined) return undefined;
  const { data, error } = provisionedSchema.safeParse(output);
  if (error) {
    await pulumi.log.warn(
      `The stack's output ${PROVISIONED} cannot be read, so no check can name services that would be lost. The engine still deletes nothing that is protected.`,
    );
  }
  return data;
}

/**
 * Stops a run that would delete a service or a Stage without the first step, and prints notes.
 * @throws pulumi.RunError with every loss, one per line
 */
export async function guardAgainstLoss(
  planned: PlanWithFiles,
  before: Provisioned | undefined,
): Promise<void> {
  const found = before === undefined ? [] : losses(before, planned, await valuesThere(before, planned.plan));
  if (before && found.length > 0) {
    const { message } = new InvalidInput(found);
    if (isGuarded(before, planned.plan)) throw new pulumi.RunError(message);
    await pulumi.log.warn(
      message.replace(/^.*\n/, "The stack has protect: false, so this will be deleted:\n"),
    );
  }
  await guardAgainstMissingKeys(planned, before);
  for (const note of lifecycleNotes(planned.plan, before)) await pulumi.log.info(note);
}

/**
 * Stops a run after which Promotions would fail, because a values file lacks the key of a new image.
 * @throws pulumi.RunError with one line for each service
 */
async function guardAgainstMissingKeys(
  planned: PlanWithFiles,
  before: Provisioned | undefined,
): Promise<void> {
  const { plan } = planned;
  const wanted = before === undefined ? [] : newKeys(before, plan);
  if (wanted.length === 0) return;
  const options = { auth: githubAuth(plan) };
  const lacking = await unlessUnknown(lackingKeys(targetOf(plan), wanted, options), "have all keys", []);
  const found = keyProblems(lacking, planned);
  if (found.length > 0) throw new pulumi.RunError(new InvalidInput(found).message);
}

/**
 * The services among the moving ones whose values files {@link servicesThere} finds; none if GitHub cannot be
 * asked.
 */
async function valuesThere(before: Provisioned, plan: Plan): Promise<ReadonlySet<string>> {
  return await filesThere(plan, relocated(before, plan));
}

/**
 * The services whose values files are in the plan's place: an earlier `up` wrote them, or GitHub has them. A
 * preview asks nobody, because its result does not depend on it.
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
  const answer = servicesThere(targetOf(plan), wanted, { auth: githubAuth(plan) });
  return await unlessUnknown(answer, "are in their place", new Set<string>());
}

/** What GitHub says about the values files; if it cannot be asked, a warning and the other answer. */
async function unlessUnknown<Answer>(answer: Promise<Answer>, what: string, other: Answer): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof SeedError)) throw error;
    await pulumi.log.warn(`It is unknown whether the values files ${what}: ${error.message}`);
    return other;
  }
}

type Wanted = Parameters<typeof servicesThere>[1];

/** The identity of the program's own GitHub calls. */
export function githubAuth({ github }: Pick<Plan, "github">): GitHubAuth | undefined {
  const config = pulumi.runtime.allConfig();
  return authOf(github, (key) => config[key]);
}
