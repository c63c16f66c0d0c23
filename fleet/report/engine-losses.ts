import type { WarningKind } from "../../model/change-classes.ts";
import type { EngineStep, FleetReport, ObjectChange, ServiceChange, StackReport } from "../preview/change.ts";
import { isAccessKind } from "./access-kinds.ts";
import { code, named } from "./escape.ts";
import { type Sentence, sentence } from "./sentence.ts";
import { changingSteps, kindOf, outcomeOf, serviceOf, stepName } from "./steps.ts";

/** The component type of a whole service. */
const WHOLE_SERVICE = "ServicePipeline";

type Services = ReadonlyMap<string, ServiceChange>;

/**
 * Deletions, replacements and changes of access that only the engine reports, and steps that no changed file
 * explains.
 */
export function engineLosses({ change, engine }: StackReport, report: FleetReport): Sentence[] {
  const services: Services = new Map(change.services.map((each) => [each.service, each]));
  const steps = changingSteps(engine?.steps ?? []).filter((step) => !isReportedByService(step, services));
  const isWhole = (step: EngineStep) => kindOf(step) === WHOLE_SERVICE;
  const whole = steps.filter(isWhole);
  const outcomeOfService = (step: EngineStep) => `${serviceOf(step)} ${outcomeOf(step)}`;
  const wholes = new Set(whole.map(outcomeOfService));
  const parts = steps.filter((step) => !wholes.has(outcomeOfService(step)));
  const unreported = (some: readonly EngineStep[]) =>
    alike(some).filter((group) => !isReportedByObjects(group, services, change.shared));
  const inFiles = (service: string | undefined) =>
    service === undefined ? services.size > 0 || change.inputs.length > 0 : services.has(service);
  const unexplained = steps.filter(
    (step) =>
      ["create", "update", "other"].includes(outcomeOf(step)) &&
      !isAccessKind(kindOf(step)) &&
      (report.program.length > 0 || !inFiles(serviceOf(step))),
  );
  return [
    ...[...Map.groupBy(whole, serviceOf)].flatMap(([service, of]) =>
      wholeSentences(service, of.map(outcomeOf), report.tense),
    ),
    ...unreported(parts)
      .flat()
      .flatMap((step) => stepSentence(step, report.tense)),
    ...(report.tense === "done" ? [] : unexplainedSteps(engine && unreported(unexplained), report)),
  ];
}

/** Steps of the same outcome on the same kind of the same service. */
function alike(steps: readonly EngineStep[]): EngineStep[][] {
  const key = (step: EngineStep) => JSON.stringify([serviceOf(step), kindOf(step), outcomeOf(step)]);
  return [...Map.groupBy(steps, key).values()];
}

/**
 * Steps caused by a changed program or by drift have no known class.
 * @param groups undefined if no engine ran
 */
function unexplainedSteps(
  groups: readonly (readonly EngineStep[])[] | undefined,
  { program }: FleetReport,
): Sentence[] {
  if (groups === undefined) {
    const start = "Program code changes, but no engine ran to show the effect";
    return program.length === 0 ? [] : [sentence("unclassified", { start })];
  }
  return groups.flatMap(([step]) => {
    if (step === undefined) return [];
    const why = ` ${outcomeOf(step) === "create" ? "is created" : "changes"}, but no changed file explains it`;
    const service = serviceOf(step);
    return service === undefined
      ? [sentence("unclassified", { start: `${stepName(step)}${why}` })]
      : [sentence("unclassified", { start: `${named(kindOf(step))} of `, service, end: why })];
  });
}

/** The operations on a whole service; its parts need no sentence of their own. */
function wholeSentences(
  service: string | undefined,
  outcomes: readonly string[],
  tense: FleetReport["tense"],
): Sentence[] {
  const [is, are] = tense === "done" ? ["was", "were"] : ["is", "are"];
  const end = ` ${is} deleted with all its objects`;
  const ends = ` ${are} deleted with all their objects`;
  return [
    ...(outcomes.includes("delete") ? [sentence("deletion", { service, end, ends })] : []),
    ...(outcomes.includes("create")
      ? [sentence("access", { start: "New rights on ", service, expected: true })]
      : []),
  ];
}

/** The plans already report a service that is added or removed. */
function isReportedByService(step: EngineStep, services: Services): boolean {
  const found = services.get(serviceOf(step) ?? "");
  if (found?.before && !found.after) return outcomeOf(step) === "delete";
  if (found?.after && !found.before) return outcomeOf(step) === "create";
  const losesWebhook = found?.before?.webhook !== undefined && found.after?.webhook === undefined;
  return losesWebhook && kindOf(step) === "RepositoryWebhook" && outcomeOf(step) === "delete";
}

/** Pulumi names do not match object names, so objects and steps are matched by number. */
function isReportedByObjects(
  group: readonly EngineStep[],
  services: Services,
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
