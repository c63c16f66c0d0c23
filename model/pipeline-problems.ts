import { type DocumentPath, didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { deploys, type Pipeline, type PipelineStage, type Pipelines } from "./pipelines.ts";
import type { ProblemCode } from "./problem-codes.ts";

/** A pipeline, with a function that reports problems in it. */
interface Subject {
  readonly stages: Pipeline;
  problem(code: ProblemCode, path: DocumentPath, message: string, fix: string): Problem;
}

/**
 * Problems of a pipeline's graph. Kargo's admission accepts all of these, but they fail later or wait for ever: an
 * unknown upstream Stage, a cycle, Freight that counts as verified before anything ran.
 */
export function pipelineProblems(
  pipelines: Pipelines,
  document: SourceDocument,
  root: DocumentPath,
): Problem[] {
  return Object.entries(pipelines).flatMap(([pipeline, stages]) => {
    const subject: Subject = {
      stages,
      problem: (code, path, message, fix) =>
        problem(code, document, [...root, pipeline, ...path], message, fix),
    };
    const found = [
      ...doubled(subject),
      ...unknownUpstreams(subject),
      ...idleSoaks(subject),
      ...uselessSelectionPolicies(subject),
      ...retiredUpstreams(subject),
    ];
    if (found.length > 0) return found;
    const circular = cycles(subject);
    return circular.length > 0 ? circular : blindPromotions(subject);
  });
}

function doubled({ stages, problem }: Subject): Problem[] {
  return stages.flatMap(({ stage }, index) => {
    if (stages.findIndex((other) => other.stage === stage) === index) return [];
    const message = `the stage ${JSON.stringify(stage)} is a duplicate.`;
    return problem("KF040", [index, "stage"], message, "Rename one.");
  });
}

function unknownUpstreams({ stages, problem }: Subject): Problem[] {
  const names = stages.map(({ stage }) => stage);
  return stages.flatMap(({ after }, index) =>
    after.flatMap((upstream, position) => {
      const path = [index, "after", position];
      if (after.indexOf(upstream) !== position)
        return problem("KF041", path, `${JSON.stringify(upstream)} is a duplicate.`, "Remove one.");
      if (names.includes(upstream)) return [];
      const message = `${JSON.stringify(upstream)} is not a stage of this pipeline (there are: ${listed(names)}).`;
      const fix = didYouMean(upstream, names) ?? "Add the stage or use one of these.";
      return problem("KF042", path, message, fix);
    }),
  );
}

/** Kargo counts a soak in the upstream Stage, so a Stage without one cannot soak. */
function idleSoaks({ stages, problem }: Subject): Problem[] {
  return stages.flatMap(({ stage, soak, after }, index) => {
    if (soak === undefined || after.length > 0) return [];
    const message = `${JSON.stringify(stage)} soaks, but has no upstream stage.`;
    return [problem("KF043", [index, "soak"], message, "Remove soak, or add after.")];
  });
}

/**
 * Kargo's admission refuses MatchUpstream with `direct` or without exactly one upstream; with manual promotion it
 * has no effect.
 */
function uselessSelectionPolicies({ stages, problem }: Subject): Problem[] {
  return stages.flatMap((stage, index) => {
    if (!deploys(stage) || stage.selectionPolicy === undefined) return [];
    const path = [index, "selectionPolicy"];
    if (stage.promotion === "manual") {
      const message = `${JSON.stringify(stage.stage)} has manual promotion, so a policy of auto-promotion has no effect.`;
      return [problem("KF044", path, message, "Remove selectionPolicy.")];
    }
    if (stage.selectionPolicy === "NewestFreight" || stage.after.length === 1) return [];
    const message = `MatchUpstream needs exactly one stage in after, but there are ${stage.after.length}.`;
    return [problem("KF045", path, message, "Use NewestFreight, or leave one stage in after.")];
  });
}

/** Freight no longer passes a retired Stage, so a downstream Stage would wait for ever. */
function retiredUpstreams({ stages, problem }: Subject): Problem[] {
  const retired = new Map(
    stages.filter(({ state }) => state === "retired").map((each) => [each.stage, each]),
  );
  return stages.flatMap(({ stage, state, after }, index) =>
    after.flatMap((upstream, position) => {
      const before = retired.get(upstream);
      if (state === "retired" || before === undefined) return [];
      const message = `${JSON.stringify(stage)} comes after ${JSON.stringify(upstream)}, which is retired, so it would get no more Freight.`;
      const fix =
        before.after.length > 0
          ? `Set its after to that of ${upstream}: ${listed(before.after)}.`
          : `Remove ${upstream} from its after.`;
      return [problem("KF046", [index, "after", position], message, fix)];
    }),
  );
}

/** Reports each cycle once with its path, and the stages that are unreachable because of it. */
function cycles({ stages, problem }: Subject): Problem[] {
  const after = new Map(stages.map((each) => [each.stage, each.after]));
  const cycle = stages.map((each) => pathBackTo(each.stage, after)).find((path) => path !== undefined);
  const start = cycle?.[0];
  if (!cycle || start === undefined) return [];
  const shown = cycle.toReversed().join(" → ");
  const index = stages.findIndex((each) => each.stage === start);
  const behind = stages.flatMap(({ stage }, position) => {
    if (cycle.includes(stage) || !reaches(stage, start, after)) return [];
    const message = `${JSON.stringify(stage)} can never be reached, because it waits for ${shown}.`;
    return [problem("KF048", [position, "after"], message, "Break the cycle first.")];
  });
  const message = `the stages wait for each other: ${shown}.`;
  return [problem("KF047", [index, "after"], message, "Remove one of these from an after."), ...behind];
}

type Upstreams = ReadonlyMap<string, readonly string[]>;

/** The shortest path from a stage along `after` back to itself. */
function pathBackTo(start: string, after: Upstreams): string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const upstream of after.get(way.at(-1) ?? start) ?? []) {
      if (upstream === start) return [...way, start];
      if (!seen.has(upstream)) ways.push([...way, upstream]);
      seen.add(upstream);
    }
  }
  return undefined;
}

function reaches(from: string, to: string, after: Upstreams): boolean {
  const open = [from];
  const seen = new Set<string>();
  for (const stage of open) {
    for (const upstream of after.get(stage) ?? []) {
      if (upstream === to) return true;
      if (!seen.has(upstream)) open.push(upstream);
      seen.add(upstream);
    }
  }
  return false;
}

/**
 * Auto-promotion behind a Stage without health: without argocd-update (sync: manual) and without verification,
 * Kargo counts Freight as verified on the push, before anything ran.
 */
function blindPromotions({ stages, problem }: Subject): Problem[] {
  const byName = new Map(stages.map((each) => [each.stage, each]));
  return stages.flatMap((stage, index) => {
    if (!deploys(stage) || stage.promotion === "manual") return [];
    const blind = gatesOf(stage, byName).filter(
      (gate) => gate.sync === "manual" && gate.verification === undefined,
    );
    return blind.map((gate) => {
      const message = `${JSON.stringify(stage.stage)} has auto-promotion behind ${JSON.stringify(gate.stage)}, which has no health: its sync is manual and nothing verifies it.`;
      const fix = `Set promotion: manual here, or sync: auto or a verification on ${gate.stage}.`;
      return problem("KF049", [index, "promotion"], message, fix);
    });
  });
}

/** The nearest deploying Stages before one, looking through control-flow Stages. */
function gatesOf(stage: PipelineStage, byName: ReadonlyMap<string, PipelineStage>) {
  const open = [...stage.after];
  const gates = new Set<Extract<PipelineStage, { sync: string }>>();
  for (const upstream of open) {
    const found = byName.get(upstream);
    if (found && deploys(found)) gates.add(found);
    else open.push(...(found?.after ?? []).filter((more) => !open.includes(more)));
  }
  return [...gates];
}
