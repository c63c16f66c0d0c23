import { existsSync, readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { readCatalogue } from "../model/catalogue.ts";
import { CREDENTIAL_SECRETS } from "../model/credentials.ts";
import { InvalidInput } from "../model/diagnostics.ts";
import { parseYaml } from "../model/documents.ts";
import { makePlan, type Plan } from "../model/plan.ts";
import { isSecretKey, PROJECT, readStackConfig } from "../model/stack-config.ts";
import type { StackSecrets } from "./credentials.ts";

/** A stack's plan, and beside it the secrets that the plan must not hold. */
export interface StackInputs {
  /** The stack's name. */
  readonly stack: string;
  readonly plan: Plan;
  readonly webhookMasterSecret: pulumi.Output<string>;
  readonly githubToken: pulumi.Output<string> | undefined;
  /** The secrets of Kargo's credentials, where the stack has them. */
  readonly secrets: StackSecrets;
}

/**
 * Reads the engine's config and the catalogue of the stack that runs. The stack file is read beside them only for
 * the places in its problems: its values are the engine's, defaults and all.
 *
 * @throws pulumi.RunError with every problem, one a line
 */
export function readStack(): StackInputs {
  const stack = pulumi.getStack();
  const file = `Pulumi.${stack}.yaml`;
  const document = parseYaml(file, existsSync(file) ? readFileSync(file, "utf8") : "");
  const config = readStackConfig(withoutSecrets(pulumi.runtime.allConfig()), document);
  const catalogue = config.value?.catalogue ?? "services.json";
  if (!existsSync(catalogue))
    throw new pulumi.RunError(`${catalogue}  is not there. Add it, or change ${PROJECT}:catalogue.`);
  try {
    return {
      stack,
      plan: makePlan(readCatalogue(catalogue, readFileSync(catalogue, "utf8")), config, new Date()),
      webhookMasterSecret: new pulumi.Config(PROJECT).requireSecret("webhookMasterSecret"),
      secrets: credentialSecrets(),
      githubToken: new pulumi.Config("github").getSecret("token"),
    };
  } catch (error) {
    throw error instanceof InvalidInput ? new pulumi.RunError(error.message) : error;
  }
}

function credentialSecrets(): StackSecrets {
  const config = new pulumi.Config(PROJECT);
  const found = CREDENTIAL_SECRETS.map((key) => [key, config.getSecret(key)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** Of secrets the checks learn only that they are there; their text goes no further than the engine's Outputs. */
function withoutSecrets(config: Readonly<Record<string, string>>): Record<string, unknown> {
  // An optional secret that nobody set has Pulumi.yaml's default, the empty text.
  const present = Object.entries(config).filter(([key, value]) => !isSecretKey(key) || value !== "");
  return Object.fromEntries(present.map(([key, value]) => [key, isSecretKey(key) ? "(secret)" : value]));
}
