import type { EngineStep, FleetReport, ObjectChange, ServiceChange, StackReport } from "../preview/change.ts";
import { isAccessKind } from "./access-kinds.ts";
import { code, named } from "./escape.ts";
import { type Sentence, sentence, type WarningKind } from "./sentence.ts";
import { changingSteps, kindOf, outcomeOf, serviceOf, stepName } from "./steps.ts";

/** The component type of a whole service. */
const WHOLE_SERVICE = "ServicePipeline";

/**
 * Deletions, replacements and changes of access that only the engine reports, and steps that no changed file
 * explains.
 */
export function engineLosses(stack: StackReport, report: FleetReport): Sentence[] {
  const { change, engine } = stack;
  const { tense } = report;
  const services = new Map(change.services.map((each) => [each.service, each]));
  const steps = changingSteps(engine?.steps ?? []).filter((step) => !isReportedByService(step, services));
  const whole = wholeServices(steps);
  const key = (step: EngineStep) => JSON.stringify([serviceOf(step), kindOf(step), outcomeOf(step)]);
  const parts = steps.filter((step) => !whole.get(serviceOf(step) ?? "")?.includes(outcomeOf(step)));
  const single = [...Map.groupBy(parts, key).values()]
    .filter((group) => !isReportedByObjects(group, services, change.shared))
    .flatMap((group) => group.flatMap((step) => stepSentence(step, tense)));
  return [...wholeSentences(whole, tense), ...single, ...unexplainedSteps(stack, report)];
}

/** Steps caused by a changed program or by drift have no known class. */
function unexplainedSteps({ change, engine }: StackReport, { tense, program }: FleetReport): Sentence[] {
  if (tense === "done") return [];
  const say = (start: string, service?: string, end = "") =>
    sentence("unclassified", { start, service, end });
  if (engine === undefined)
    return program.length === 0 ? [] : [say("Program code changes, but no engine ran to show the effect")];
  const services = new Map(change.services.map((each) => [each.service, each]));
  const inFiles = (service: string | undefined) =>
    service === undefined ? services.size > 0 || change.inputs.length > 0 : services.has(service);
  const steps = changingSteps(engine.steps).filter(
    (step) =>
      ["create", "update", "other"].includes(outcomeOf(step)) &&
      !isAccessKind(kindOf(step)) &&
      !isReportedByService(step, services) &&
      (program.length > 0 || !inFiles(serviceOf(step))),
  );
  const groups = Map.groupBy(steps, (step) =>
    JSON.stringify([serviceOf(step), kindOf(step), outcomeOf(step)]),
  );
  return [...groups.values()].flatMap((group) => {
    const [step] = group;
    if (step === undefined || isReportedByObjects(group, services, change.shared)) return [];
    const verb = outcomeOf(step) === "create" ? "is created" : "changes";
    const why = ` ${verb}, but no changed file explains it`;
    const service = serviceOf(step);
    return [
      service === undefined
        ? say(`${stepName(step)}${why}`)
        : say(`${named(kindOf(step))} of `, service, why),
    ];
  });
}

/** The operations on whole services; their parts need no sentence of their own. */
function wholeServices(steps: readonly EngineStep[]): ReadonlyMap<string, readonly string[]> {
  const outcomes = new Map<string, string[]>();
  for (const step of steps) {
    const service = serviceOf(step);
    if (kindOf(step) !== WHOLE_SERVICE || service === undefined) continue;
    outcomes.set(service, [...(outcomes.get(service) ?? []), outcomeOf(step)]);
  }
  return outcomes;
}

function wholeSentences(
  whole: ReadonlyMap<string, readonly string[]>,
  tense: FleetReport["tense"],
): Sentence[] {
  const done = tense === "done";
  return [...whole].flatMap(([service, outcomes]) => [
    ...(outcomes.includes("delete")
      ? [
          sentence("deletion", {
            service,
            end: done ? " was deleted with all its objects" : " is deleted with all its objects",
            ends: done ? " were deleted with all their objects" : " are deleted with all their objects",
          }),
        ]
      : []),
    ...(outcomes.includes("create")
      ? [
          sentence("access", {
            start: "New rights on ",
            service,
            expected: true,
          }),
        ]
      : []),
  ]);
}

/** The plans already report a service that is added or removed. */
function isReportedByService(step: EngineStep, services: ReadonlyMap<string, ServiceChange>): boolean {
  const found = services.get(serviceOf(step) ?? "");
  if (found?.before && !found.after) return outcomeOf(step) === "delete";
  if (found?.after && !found.before) return outcomeOf(step) === "create";
  const losesWebhook = found?.before?.webhook !== undefined && found.after?.webhook === undefined;
  return losesWebhook && kindOf(step) === "RepositoryWebhook" && outcomeOf(step) === "delete";
}

/** Pulumi names do not match object names, so objects and steps are matched by number. */
function isReportedByObjects(
  group: readonly EngineStep[],
  services: ReadonlyMap<string, ServiceChange>,
  shared: readonly ObjectChange[],
): boolean {
  const [step] = group;
  if (step === undefined) return true;
  const service = serviceOf(step);
  const objects = service === undefined ? shared : (services.get(service)?.objects ?? []);
  const same = objects.filter(({ kind, action }) => kind === kindOf(step) && action === outcomeOf(step));
  return same.length >= group.length;
}

function stepSentence(step: EngineStep, tense: FleetReport["tense"]): Sentence[] {
  const outcome = outcomeOf(step);
  const verb = (planned: string, done: string) => (tense === "planned" ? planned : done);
  const say = (kind: WarningKind, text: string) => [sentence(kind, { start: `${stepName(step)} ${text}` })];
  if (outcome === "delete") return say("deletion", verb("is deleted", "was deleted"));
  if (outcome === "replace")
    return say("replacement", verb("is replaced: deleted and created again", "was replaced"));
  if (!isAccessKind(kindOf(step)) || outcome === "other") return [];
  const paths = step.paths.slice(0, 8).map(code).join(", ");
  if (outcome === "create") return say("access", verb("is created", "was created"));
  return say("access", `${verb("changes", "changed")}${paths === "" ? "" : `: ${paths}`}`);
}
