import { globSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const permissions = z.record(z.string(), z.string());
const environment = z.record(z.string(), z.union([z.string(), z.number()])).default({});
const step = z.looseObject({
  name: z.string().optional(),
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  run: z.string().optional(),
  env: environment,
});
const job = z.looseObject({
  if: z.string().optional(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
  env: environment,
  "timeout-minutes": z.number().optional(),
  concurrency: z.looseObject({ "cancel-in-progress": z.boolean() }).optional(),
  steps: z.array(step),
});
const workflow = z.looseObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  jobs: z.record(z.string(), job),
});

export type Step = z.output<typeof step>;

/** A parsed workflow file. */
interface WorkflowFile {
  readonly file: string;
  readonly text: string;
  readonly workflow: z.output<typeof workflow>;
}

export const SCRIPTS = globSync(".github/scripts/*.sh").sort();

/** Every workflow of this repository. */
export const WORKFLOWS: readonly WorkflowFile[] = globSync(".github/workflows/*")
  .sort()
  .map((file) => {
    const text = readFileSync(file, "utf8");
    return { file, text, workflow: workflow.parse(parse(text)) };
  });

/** Every job of every workflow, by a name such as `preview.yaml: route`. */
export const JOBS = WORKFLOWS.flatMap(({ file, workflow: { jobs, on } }) =>
  Object.entries(jobs).map(([name, job]) => ({ where: `${file.split("/").at(-1)}: ${name}`, name, job, on })),
);
