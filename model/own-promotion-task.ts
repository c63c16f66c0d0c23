import { z } from "zod";
import { type DocumentPath, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { matching } from "./patterns.ts";
import { stepProblems } from "./promotion-rules.ts";
import { type OwnStep, promotionFileSchema } from "./promotion-steps.ts";
import { PROMOTION_TASK_VERSIONS } from "./promotion-task-version.ts";
import { type Reading, readBySchema } from "./schema-problems.ts";
import { parseYaml } from "./yaml-document.ts";

/** A team's own version of the promotion task, checked. */
export interface OwnPromotionTask {
  /** The file that it comes from. */
  readonly file: string;
  readonly steps: readonly OwnStep[];
  /** The steps of Stages that promote by pull request; undefined if it has none. */
  readonly pullRequestSteps?: readonly OwnStep[] | undefined;
}

/** The stack's own versions by name. */
export type OwnPromotionTasks = Readonly<Record<string, OwnPromotionTask>>;

/** Where the files of a stack are read. */
export interface PromotionFiles {
  /** @returns undefined if the file cannot be read */
  read(file: string): string | undefined;
}

/** The guard holds the steps of every version. */
const LIMIT = 8;

const version = matching(
  /^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/,
  "is not a version: use at most 20 of a-z, 0-9 and '-'",
).refine((name) => !PROMOTION_TASK_VERSIONS.some((shipped) => shipped === name), {
  message: `is a version that comes with the program (${PROMOTION_TASK_VERSIONS.join(", ")})`,
});

/** The schema of `promotionTasks`: files by version. */
export const promotionTasksSchema = z
  .record(
    version,
    matching(
      /^(?!.*(?:^|\/)\.)[\w.-]+(?:\/[\w.-]+)*\.ya?ml$/,
      "is not a YAML file in or below the folder of the stacks",
    ),
  )
  .refine((files) => Object.keys(files).length <= LIMIT, { message: `has at most ${LIMIT} versions` });

/**
 * Reads the files that a stack's config names.
 * @param files by version
 * @param config the stack file, for positions
 * @param root the path of the key there
 */
export function readPromotionTasks(
  files: Readonly<Record<string, string>>,
  folder: PromotionFiles | undefined,
  config: SourceDocument,
  root: DocumentPath,
): { readonly tasks: OwnPromotionTasks; readonly problems: readonly Problem[] } {
  const readings = Object.entries(files).map(([name, file]): [string, Reading<OwnPromotionTask>] => {
    const text = folder?.read(file);
    if (text !== undefined) return [name, readPromotionTask(file, text)];
    const message = `the promotion file ${JSON.stringify(file)} cannot be read.`;
    const missing = problem("KF007", config, [...root, name], message, "Add the file, or name another.");
    return [name, { value: undefined, problems: [missing], document: config }];
  });
  return {
    // A version whose file is wrong stays known, so that its name is not a second problem.
    tasks: Object.fromEntries(
      readings.map(([name, { value }]) => [
        name,
        value ?? { file: files[name] ?? "", steps: [], pullRequestSteps: [] },
      ]),
    ),
    problems: readings.flatMap(([, { problems }]) => problems),
  };
}

/** Reads and checks one file: `steps` and, for pull requests, `pullRequestSteps`. */
export function readPromotionTask(file: string, text: string): Reading<OwnPromotionTask> {
  const document = parseYaml(file, text);
  if (document.value === undefined) return { value: undefined, problems: document.problems, document };
  const read = readBySchema(promotionFileSchema, document.value, document);
  const { steps, pullRequestSteps } = read.value ?? {};
  const problems = [
    ...document.problems,
    ...read.problems,
    ...(steps ? stepProblems(steps, "push", document, ["steps"]) : []),
    ...(pullRequestSteps
      ? stepProblems(pullRequestSteps, "pull-request", document, ["pullRequestSteps"])
      : []),
  ];
  const value = steps && problems.length === 0 ? { file, steps, pullRequestSteps } : undefined;
  return { value, problems, document };
}
