import type {
  Action,
  EngineRun,
  EngineStep,
  FleetReport,
  ObjectChange,
  StackChange,
  StackReport,
} from "../../../fleet/preview/change.ts";
import type { KubernetesObject } from "../../../manifests/objects.ts";
import { platformObjects, serviceObjects } from "../../../manifests/plan-objects.ts";
import type { Plan, ServicePlan } from "../../../model/plan.ts";
import { movements } from "../../../model/rollout-changes.ts";
import { catalogueText, planOf, stackText } from "../../sources.ts";

type Keys = Readonly<Record<string, string>>;
type Services = Readonly<Record<string, object>>;

/** A report on one stack, `test`, whose files changed from these to those. */
export function reportOf(
  before: Plan | undefined,
  after: Plan | undefined,
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

/** A step as the engine names it, of a part of a service or of what all share. */
export function step(op: string, type: string, name: string, more: Partial<EngineStep> = {}): EngineStep {
  const component = name.startsWith("platform/") ? "Platform" : "ServicePipeline";
  const urn = `urn:pulumi:test::kargo-fleet::kargo-fleet:index:${component}$${type}::${name}`;
  return { urn, op, type, name, protect: true, paths: [], ...more };
}

/** A plan of these services, as their files would say it. */
export function plan(services: Services, keys: Keys = {}, teams?: object): Plan {
  return planOf(
    teams === undefined ? catalogueText(services) : catalogueText(services, teams),
    stackText(keys),
  );
}

/** How two plans differ, object by object. */
export function stackChange(
  before: Plan | undefined,
  after: Plan | undefined,
  more: Partial<StackChange> = {},
): StackChange {
  const [was, is] = [byName(before), byName(after)];
  const services = [...new Set([...was.keys(), ...is.keys()])].flatMap((service) => {
    const [then, now] = [was.get(service), is.get(service)];
    const objects = objectChanges(then ? serviceObjects(then) : [], now ? serviceObjects(now) : []);
    if (objects.length === 0 && JSON.stringify(then) === JSON.stringify(now)) return [];
    const action: Action = then === undefined ? "create" : now === undefined ? "delete" : "update";
    return [{ service, action, before: then, after: now, objects }];
  });
  const shared = (plan: Plan | undefined) => (plan?.platform ? platformObjects(plan.platform) : []);
  return {
    stack: "test",
    cluster: "test",
    before,
    after,
    services,
    shared: objectChanges(shared(before), shared(after)),
    sharedDiffers: false,
    movements: before && after ? movements(before, after) : [],
    problems: [],
    losses: [],
    ...more,
  };
}

function byName(plan: Plan | undefined): Map<string, ServicePlan> {
  return new Map((plan?.services ?? []).map((service) => [service.name, service]));
}

function objectChanges(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): ObjectChange[] {
  const key = ({ kind, metadata: { name, namespace } }: KubernetesObject) =>
    JSON.stringify([kind, namespace, name]);
  const was = new Map(before.map((object) => [key(object), object]));
  const is = new Map(after.map((object) => [key(object), object]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((one) => {
    const [then, now] = [was.get(one), is.get(one)];
    const object = now ?? then;
    if (object === undefined || JSON.stringify(then) === JSON.stringify(now)) return [];
    const action: Action = then === undefined ? "create" : now === undefined ? "delete" : "update";
    const { kind, metadata } = object;
    return [{ action, kind, namespace: metadata.namespace, name: metadata.name, before: then, after: now }];
  });
}
