import { COMMIT_STATUS_ALIASES } from "./commit-status.ts";
import { type DocumentPath, didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { durationSeconds } from "./durations.ts";
import type { ProblemCode } from "./problem-codes.ts";
import { expressionFaults } from "./promotion-expressions.ts";
import { knownSteps, type OwnStep, type PromotesBy } from "./promotion-steps.ts";
import { readBySchema } from "./schema-problems.ts";

/** Steps and keys of Kargo that reach beyond the service. */
const HARMFUL: Readonly<Record<string, string>> = {
  "git-clear": "deletes the files of every other service on the shared branch",
  "argocd-update sources":
    "pins a revision, which makes the Stage Unhealthy at the next commit of any service",
  "git-push force": "overwrites the commits of other services",
  "github-push force": "overwrites the commits of other services",
  "git-clone author.signingKey": "puts a private key into the task, where everybody can read it",
};

/** A step that another server must answer, which may be away for a minute. */
const PATIENT = [
  "git-clone",
  "git-push",
  "github-push",
  "git-open-pr",
  "git-wait-for-pr",
  "argocd-update",
  "argocd-wait",
];

/** What a task needs, each with what is missing without it. */
const NEEDED: readonly (readonly [string[], string])[] = [
  [["git-clone"], "nothing has the service's files"],
  [["yaml-update"], "the Application gets no new image"],
  [["git-commit"], "nothing is written"],
  [["git-push", "github-push"], "nothing is written"],
  [["argocd-update"], "Freight counts as verified before anything ran"],
];
const NEEDED_FOR_MERGE: typeof NEEDED = [
  [["git-open-pr"], "nobody is asked to merge"],
  [["git-wait-for-pr"], "the Application syncs before the merge"],
];

/** An `if` replaces Kargo's default condition, which runs no step after a failed one. */
const SYNC = /^\$\{\{ success\(\) && vars\.sync == 'auto'(?: && (?:(?!\}\}|\bor\b)[^|?;])+)? \}\}$/s;
const AFTER_SUCCESS = /^\$\{\{ success\(\)(?: && (?:(?!\}\}|\bor\b)[^|?;])+)? \}\}$/s;

/** Every violation of a rule in the steps of one list. */
export function stepProblems(
  steps: readonly OwnStep[],
  by: PromotesBy,
  document: SourceDocument,
  root: DocumentPath,
): Problem[] {
  const aliases = steps.map(({ as }) => as);
  return [
    ...steps.flatMap((step, index) => {
      const at: At = (code, path, message, fix) =>
        problem(code, document, [...root, index, ...path], message, fix);
      return [
        ...configProblems(step, by, document, [...root, index], at),
        ...textProblems(step, aliases.slice(0, index), at),
        ...aliasProblems(step, aliases.slice(0, index), at),
        ...conditionProblems(step, at),
        ...retryProblems(step, at),
      ];
    }),
    ...missingSteps(steps, by, document, root),
  ];
}

type At = (code: ProblemCode, path: DocumentPath, message: string, fix: string) => Problem;

function configProblems(
  { uses, config }: OwnStep,
  by: PromotesBy,
  document: SourceDocument,
  here: DocumentPath,
  at: At,
): Problem[] {
  const reason = HARMFUL[uses];
  if (reason !== undefined) return [at("KF171", ["uses"], `${uses} ${reason}.`, "Remove the step.")];
  const known = knownSteps(by);
  const schema = Object.hasOwn(known, uses) ? known[uses] : undefined;
  if (schema === undefined) {
    const message = `${JSON.stringify(uses)} is not a step of a task that promotes by ${by} (there are: ${listed(Object.keys(known))}).`;
    return [at("KF170", ["uses"], message, didYouMean(uses, Object.keys(known)) ?? "Use one of these.")];
  }
  const harmful = Object.entries(HARMFUL).flatMap(([where, why]): [string, string][] => {
    const [step, key = ""] = where.split(" ");
    return step === uses && key !== "" ? [[key, why]] : [];
  });
  const read = readBySchema(schema, config, document, (path) => [...here, "config", ...path]);
  return read.problems.map((one) => {
    const found = harmful.find(([key]) => one.code === "KF010" && one.path.endsWith(`.${key}`));
    return found ? { ...one, code: "KF171", message: `${found[0]} ${found[1]}.`, fix: "Remove it." } : one;
  });
}

function textProblems(step: OwnStep, before: readonly string[], at: At): Problem[] {
  const texts = [
    ...(step.if === undefined ? [] : ([[["if"], step.if]] as const)),
    ...textsIn(step.config, ["config"]),
  ];
  return texts.flatMap(([path, text]) => {
    const credential = step.uses === "http" && path[1] === "headers" && path[3] === "value";
    return expressionFaults(text, before, { credential })
      .filter(({ code }) => path[0] !== "if" || code !== "KF173")
      .map(({ code, message, fix }) => at(code, path, message, fix));
  });
}

function textsIn(value: unknown, path: DocumentPath): (readonly [DocumentPath, string])[] {
  if (typeof value === "string") return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((one, index) => textsIn(one, [...path, index]));
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, one]) => textsIn(one, [...path, key]));
}

function aliasProblems({ as }: OwnStep, before: readonly string[], at: At): Problem[] {
  const why = before.includes(as)
    ? "is the alias of an earlier step"
    : /^(?:step|task)-\d+$/.test(as) || COMMIT_STATUS_ALIASES.includes(as)
      ? "is reserved"
      : undefined;
  return why === undefined
    ? []
    : [at("KF174", ["as"], `${JSON.stringify(as)} ${why}: each alias names one step.`, "Rename it.")];
}

function conditionProblems({ uses, if: condition, continueOnError }: OwnStep, at: At): Problem[] {
  if (continueOnError && uses !== "http") {
    const message = "lets the steps after it run although it failed.";
    return [at("KF175", ["continueOnError"], message, "Remove it; only http may have it.")];
  }
  if (uses === "argocd-update") {
    if (condition !== undefined && SYNC.test(condition)) return [];
    const message = "syncs even where a person syncs, or after a step that failed.";
    const fix = "Write if: ${{ success() && vars.sync == 'auto' }}.";
    return [at("KF175", condition === undefined ? [] : ["if"], message, fix)];
  }
  // An http step may tell of a failure.
  const fits = uses === "http" ? /^\$\{\{ .+ \}\}$/s : AFTER_SUCCESS;
  if (condition === undefined || fits.test(condition)) return [];
  const message = "runs after a step that failed: an if replaces Kargo's default condition.";
  return [at("KF175", ["if"], message, "Begin it with ${{ success() && and use none of || or ? ;.")];
}

function retryProblems({ uses, retry }: OwnStep, at: At): Problem[] {
  if (!PATIENT.includes(uses)) return [];
  if (retry && retry.errorThreshold >= 10 && durationSeconds(retry.timeout) >= 300) return [];
  const message =
    "gives up within seconds if its server restarts, and a failed Promotion stalls the Stage until newer Freight arrives.";
  const fix = "Write retry: { errorThreshold: 18, timeout: 15m0s }; at least 10 and 5m.";
  return [at("KF176", retry === undefined ? [] : ["retry"], message, fix)];
}

function missingSteps(
  steps: readonly OwnStep[],
  by: PromotesBy,
  document: SourceDocument,
  root: DocumentPath,
): Problem[] {
  const needed = by === "push" ? NEEDED : NEEDED.toSpliced(-1, 0, ...NEEDED_FOR_MERGE);
  const first = needed.map(([names]) => steps.findIndex(({ uses }) => names.includes(uses)));
  const early = needed.flatMap(([names], place) => {
    const [at = -1, before = -1] = [first[place], first[place - 1]];
    if (at < 0 || before < 0 || at > before) return [];
    const message = `${names.join(" or ")} comes before ${needed[place - 1]?.[0].join(" or ")}, which it needs.`;
    return [problem("KF177", document, [...root, at, "uses"], message, "Move it.")];
  });
  const missing = needed
    .filter(([names]) => !steps.some(({ uses }) => names.includes(uses)))
    .map(([names, why]) => {
      const message = `has no step ${names.join(" or ")}: ${why}.`;
      return problem("KF177", document, root, message, "Add it.", "key");
    });
  return [...missing, ...early];
}
