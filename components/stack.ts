import * as pulumi from "@pulumi/pulumi";
import { checkCustomization } from "../manifests/inventory/objects.ts";
import { readCatalogue } from "../model/catalogue.ts";
import { CREDENTIAL_SECRETS } from "../model/credentials.ts";
import { InvalidInput, type Problem } from "../model/diagnostics.ts";
import type { SourceDocument } from "../model/documents.ts";
import type { PlanWithFiles } from "../model/losses.ts";
import { makePlan, type Plan } from "../model/plan.ts";
import type { Provisioned } from "../model/provisioned.ts";
import { shardIn } from "../model/shard-file.ts";
import { shardFileProblems } from "../model/shard-problems.ts";
import { OPERATED, owningStack } from "../model/shards.ts";
import { PROJECT, readStackConfig } from "../model/stack-config.ts";
import { parseStackFile, stackFileName } from "../model/stack-file.ts";
import { GITHUB_APP_KEY, isSecretKey } from "../model/stack-secrets.ts";
import { workingFolder } from "./folder.ts";
import { guardAgainstLoss, readProvisioned, seededServices } from "./lifecycle.ts";
import { findRemovals, type Removals, warnOfObstacles } from "./preflight.ts";
import { concerned, previewFilter } from "./preview-filter.ts";
import { requireRights } from "./rights.ts";
import type { SecretSources, StackSecrets } from "./secret-values.ts";
import { requireSettled } from "./shards.ts";

/** A stack's plan, with the secrets that the plan must not contain. */
export interface StackInputs {
  /** The stack whose name is on the objects. */
  readonly stack: string;
  readonly plan: Plan;
  /** The part of the plan that this run is about: all of it, unless `fleet preview` or `fleet up` limits it. */
  readonly concerned: Plan;
  /** The part of the plan that this run registers. An `up` may also register what it does not target. */
  readonly registered: Plan;
  /** The content of the values files: an `up` writes those of all services in one commit. */
  readonly valued: Plan;
  /** The private key of the plan's GitHub App, or the GitHub token if there is no App. */
  readonly githubSecret: pulumi.Output<string> | undefined;
  /** The stack's secrets: the master secret, and those of Kargo's credentials. */
  readonly secrets: SecretSources;
  /** The sources of the plan. */
  readonly planned: PlanWithFiles;
  /** What the last `up` recorded as provisioned. */
  readonly before: Provisioned | undefined;
  /** What is being removed, according to the state and GitHub. */
  readonly removals: Removals;
  /** The obstacles to creating each service. */
  readonly obstacles: ReadonlyMap<string, readonly Problem[]>;
  /** The services whose values files exist. */
  readonly seeded: ReadonlySet<string>;
  /** Whether the last `up` used a version of the program that created the guards itself. */
  readonly hadGuards: boolean;
}

/**
 * Reads the engine's config and the catalogue of the running stack. It reads the stack file only for positions in
 * problems; the values are the engine's, with defaults. Nothing is registered before it returns.
 * @throws pulumi.RunError with every problem, one per line, or with everything that would be lost
 */
export async function readStack(): Promise<StackInputs> {
  const planned = readPlan();
  const filter = await previewFilter();
  const before = await readProvisioned();
  await requireSettled(planned, before);
  await guardAgainstLoss(planned, before);
  await requireRights(planned.plan);
  const part = concerned(planned.plan, filter, before);
  return {
    stack: owningStack(pulumi.getStack(), planned.plan.rollout),
    plan: planned.plan,
    concerned: part,
    registered: filter?.rest ? planned.plan : part,
    valued: pulumi.runtime.isDryRun() ? part : planned.plan,
    planned,
    before,
    removals: await findRemovals(part, before),
    obstacles: (await warnOfObstacles(part.services, planned, before)).obstacles,
    seeded: await seededServices(part, before),
    hadGuards: before !== undefined && before.guards === undefined,
    secrets: {
      webhookMasterSecret: new pulumi.Config(PROJECT).requireSecret("webhookMasterSecret"),
      secrets: credentialSecrets(),
    },
    githubSecret: planned.plan.github.app
      ? new pulumi.Config(PROJECT).requireSecret(GITHUB_APP_KEY)
      : new pulumi.Config("github").getSecret("token"),
  };
}

function readPlan(): PlanWithFiles {
  const file = stackFileName(pulumi.getStack());
  const document = ofBase(parseStackFile(file, workingFolder.read(file) ?? ""));
  const config = readStackConfig(document, withoutSecrets(pulumi.runtime.allConfig()), workingFolder);
  const list = config.value?.catalogue ?? "services.json";
  const text = workingFolder.read(list);
  if (text === undefined)
    throw new pulumi.RunError(`${list}  cannot be read. Add it, or change ${PROJECT}:catalogue.`);
  const catalogue = readCatalogue(list, text, workingFolder);
  try {
    const plan = makePlan(catalogue, config, new Date());
    checkCustomization(plan);
    return { plan, catalogue, config };
  } catch (error) {
    throw error instanceof InvalidInput ? new pulumi.RunError(error.message) : error;
  }
}

/** With the problem that a shard's file differs from the file that it is made from, if that is there. */
function ofBase(document: SourceDocument): SourceDocument {
  // In a pod the operator writes the config of the Stack resource into the file, without context and secrets.
  if (process.env[OPERATED] === "true") return document;
  const shard = shardIn(pulumi.getStack(), document);
  const file = stackFileName(shard?.stack ?? "");
  const text = shard && workingFolder.read(file);
  if (!shard || text === undefined) return document;
  const own = workingFolder.read(document.file) ?? "";
  const problems = shardFileProblems(own, document, shard, parseStackFile(file, text));
  return { ...document, problems: [...document.problems, ...problems] };
}

function credentialSecrets(): StackSecrets {
  const config = new pulumi.Config(PROJECT);
  const found = CREDENTIAL_SECRETS.map((key) => [key, config.getSecret(key)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** The checks learn only whether a secret is set; its text stays in the engine's Outputs. */
function withoutSecrets(config: Readonly<Record<string, string>>): Record<string, string> {
  // An unset optional secret has Pulumi.yaml's default, the empty text.
  const present = Object.entries(config).filter(([key, value]) => !isSecretKey(key) || value !== "");
  return Object.fromEntries(present.map(([key, value]) => [key, isSecretKey(key) ? "(secret)" : value]));
}
