import { InvalidInput } from "../../../model/diagnostics.ts";
import type { Plan } from "../../../model/plan.ts";
import { filesOf } from "../../../test/files.ts";
import { catalogueText, NOW, stackText } from "../../../test/sources.ts";
import { type FoundStack, readFleet } from "../../all-stacks.ts";
import type { EngineRun, EngineStep, FleetReport, StackChange, StackReport } from "../../preview/change.ts";
import { compareStacks } from "../../preview/stack-change.ts";

type Keys = Readonly<Record<string, string>>;
type Services = Readonly<Record<string, object>>;

/** A report on the stack `test` whose files changed. */
export function reportOf(
  before: FoundStack | undefined,
  after: FoundStack | undefined,
  more: Partial<EngineRun> = {},
): FleetReport {
  return fleetReport([{ change: stackChange(before, after), engine: engineRun(more) }]);
}

export function fleetReport(stacks: readonly StackReport[], more: Partial<FleetReport> = {}): FleetReport {
  return { tense: "planned", base: "main", head: "HEAD", stacks, problems: [], program: [], ...more };
}

export function engineRun(more: Partial<EngineRun> = {}): EngineRun {
  return {
    scope: "affected",
    because: undefined,
    steps: [],
    unchanged: 0,
    outcome: "succeeded",
    errors: [],
    milliseconds: 1200,
    ...more,
  };
}

/** A step of the engine on a service's or a shared resource. */
export function step(op: string, type: string, name: string, more: Partial<EngineStep> = {}): EngineStep {
  const component = name.startsWith("platform/") ? "Platform" : "ServicePipeline";
  const urn = `urn:pulumi:test::kargo-fleet::kargo-fleet:index:${component}$${type}::${name}`;
  return { urn, op, type, name, protect: true, paths: [], ...more };
}

/** A stack `test` with these services. */
export function plan(services: Services, keys: Keys = {}, teams?: object): ValidStack {
  return found(catalogueText(services, teams), stackText(keys));
}

/** A stack whose files are valid. */
export type ValidStack = FoundStack & { readonly plan: Plan };

/** @throws InvalidInput if the texts are invalid */
export function found(catalogue: string, stack: string): ValidStack {
  const [only] = readFleet(filesOf({ "services.json": catalogue, "Pulumi.test.yaml": stack }), NOW).stacks;
  if (only?.plan === undefined) throw new InvalidInput(only?.problems ?? []);
  return { ...only, plan: only.plan };
}

/** The difference of two stacks; without losses unless a test passes some. */
export function stackChange(
  before: FoundStack | undefined,
  after: FoundStack | undefined,
  more: Partial<StackChange> = {},
): StackChange {
  return { ...compareStacks("test", before, after).change, losses: [], ...more };
}
