import { readFileSync } from "node:fs";
import type { BuildTriggersPlan } from "../model/build-plan.ts";
import { type Catalogue, readCatalogue } from "../model/catalogue.ts";
import { formatProblem, InvalidInput, type Problem } from "../model/diagnostics.ts";
import { makePlan, type Plan, type PlatformPlan, type ServicePlan } from "../model/plan.ts";
import type { Reading } from "../model/schema-problems.ts";
import { readStackConfig, type StackConfig } from "../model/stack-config.ts";
import { parseStackFile } from "../model/stack-file.ts";

/** A catalogue with the default teams and these services. */
export function catalogueText(services: Readonly<Record<string, object>>, teams: object = TEAMS): string {
  return JSON.stringify({ teams, services }, null, 2);
}

/** The default teams. */
export const TEAMS = {
  edge: { group: "AD-Edge" },
  identity: { group: "AD-Identity", approvers: "AD-Identity-Release" },
};

/** A catalogue of minimal entries: names, or what each entry has more. */
export function catalogueOf(
  services: readonly string[] | Readonly<Record<string, object>>,
  teams?: object,
): string {
  const entries = Array.isArray(services)
    ? services.map((name) => [name, {}] as const)
    : Object.entries(services);
  return catalogueText(Object.fromEntries(entries.map(([name, more]) => [name, service(name, more)])), teams);
}

/** A minimal entry of a service. */
export function service(name: string, more: object = {}): object {
  return { team: "edge", repository: `acme/${name}`, ...more };
}

const IMAGES = ["clone", "build", "push", "notify"].map(
  (step) => `${step}: "registry.example/mirror/${step}@sha256:${"0".repeat(64)}"`,
);

/** Minimal build settings of a stack. */
export const BUILDS = `{ images: { ${IMAGES.join(", ")} }, network: { apiServer: ["10.0.0.1/32"] } }`;

/** A valid stack file; these lines of config are added or replace its own. */
export function stackText(keys: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string | undefined> = {
    cluster: "{ name: test, context: test }",
    registry: "registry.example",
    gitops: "{ repository: acme/gitops }",
    github: "{ owner: acme }",
    webhooks: '{ url: "https://hooks.acme.example" }',
    builds: BUILDS,
    access: "{ deployer: kargo-fleet-deployer }",
    webhookMasterSecret: "{ secure: v1:abc }",
    ...keys,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== "");
  return `config:\n${lines.map(([key, value]) => `  ${key.includes(":") ? key : `kargo-fleet:${key}`}: ${value}\n`).join("")}`;
}

/** A stage with auto-promotion and auto-sync, in a stack file. */
export function stage(name: string, more = ""): string {
  return `{ stage: ${name}, promotion: auto, sync: auto${more} }`;
}

/** The promotion files that stacks in tests may name: the recipes of docs/promotion-tasks.md. */
export const PROMOTION_FILES: Readonly<Record<string, string>> = Object.fromEntries(
  [...readFileSync("docs/promotion-tasks.md", "utf8").matchAll(/```yaml promotion\n(.*?)```/gs)].map(
    ([, text = ""], index) => [`promotion/v${index + 3}.yaml`, text],
  ),
);

export function readStackText(text: string, file = "Pulumi.test.yaml"): Reading<StackConfig> {
  return readStackConfig(parseStackFile(file, text), undefined, { read: (name) => PROMOTION_FILES[name] });
}

export function readCatalogueText(text: string): Reading<Catalogue> {
  return readCatalogue("services.json", text);
}

/** The default time of plans in tests. */
export const NOW = new Date("2026-06-15T12:00:00Z");

/** @throws InvalidInput as the program does */
export function planOf(catalogue: string, stack: string = stackText(), now: Date = NOW): Plan {
  return makePlan(readCatalogueText(catalogue), readStackText(stack), now);
}

/** The plan of one service; default: `nginx`. */
export function servicePlan(
  more: object = {},
  keys: Readonly<Record<string, string>> = {},
  name = "nginx",
): ServicePlan {
  const [plan] = planOf(catalogueText({ [name]: service(name, more) }), stackText(keys)).services;
  if (!plan) throw new Error("the plan has no service");
  return plan;
}

/** The shared plan of a stack with these keys. */
export function platformPlan(keys: Readonly<Record<string, string>> = {}, teams?: object): PlatformPlan {
  const { platform } = planOf(catalogueText({}, teams), stackText(keys));
  if (!platform) throw new Error("the stack has no platform");
  return platform;
}

/** The plan of what builds these services; default: `nginx`. */
export function triggersPlan(
  keys: Readonly<Record<string, string>> = {},
  services: Readonly<Record<string, object>> = { nginx: service("nginx") },
): BuildTriggersPlan {
  const { platform } = planOf(catalogueText(services), stackText(keys));
  if (!platform?.buildTriggers) throw new Error("the stack builds nothing");
  return platform.buildTriggers;
}

/** A problem as the user sees it, without its code, which the test of docs/errors.md checks. */
export function problemText(problem: Problem): string {
  return formatProblem(problem).replace(/ \[KF\d{3}\]$/, "");
}

/** Every problem of the two texts, as {@link problemText}. */
export function problemsOf(catalogue: string, stack: string = stackText()): string[] {
  try {
    planOf(catalogue, stack);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(problemText);
    throw error;
  }
}
