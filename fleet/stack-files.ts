import { existsSync, readFileSync } from "node:fs";
import { readCatalogue } from "../model/catalogue.ts";
import { parseYaml, type SourceDocument } from "../model/documents.ts";
import { makePlan, type Plan } from "../model/plan.ts";
import { PROJECT, readStackConfig, type StackConfig } from "../model/stack-config.ts";
import { FleetError } from "./fleet-error.ts";

export { InvalidInput } from "../model/diagnostics.ts";

/** A stack as its files say it, without the engine. */
export interface StackFiles {
  readonly plan: Plan;
  readonly config: StackConfig;
  /** The teams of the whole catalogue. */
  readonly teams: readonly string[];
}

/**
 * Reads the plan of a stack from `Pulumi.<stack>.yaml` and its catalogue in the working directory. Encrypted secrets
 * stay as they are: no passphrase is needed.
 *
 * @throws FleetError where a file is missing, InvalidInput with every problem of both
 */
export function readStackFiles(stack: string): Plan {
  return readStack(stack).plan;
}

/** The plan and, beside it, the config it was made from. @throws as {@link readStackFiles} */
export function readStack(stack: string): StackFiles {
  const file = `Pulumi.${stack}.yaml`;
  const document = parseYaml(file, textOf(file, `There is no stack ${JSON.stringify(stack)} here.`));
  const config = readStackConfig(configOf(document), document);
  const catalogue = config.value?.catalogue ?? "services.json";
  const text = textOf(catalogue, `Add it, or change ${PROJECT}:catalogue in ${file}.`);
  const list = readCatalogue(catalogue, text);
  const plan = makePlan(list, config, new Date());
  if (config.value === undefined) throw new Error("makePlan lets no config without a value through");
  return { plan, config: config.value, teams: Object.keys(list.value?.teams ?? {}) };
}

function textOf(file: string, wayOut: string): string {
  if (!existsSync(file)) throw new FleetError(`${file}  is not in ${process.cwd()}. ${wayOut}`);
  return readFileSync(file, "utf8");
}

/** The keys below `config:`, as the engine would hand them over. */
export function configOf({ value }: SourceDocument): Record<string, unknown> {
  const config = value !== null && typeof value === "object" && "config" in value ? value.config : undefined;
  return config !== null && typeof config === "object" ? { ...config } : {};
}
