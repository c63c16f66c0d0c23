import { didYouMean, InvalidInput, listed } from "../model/diagnostics.ts";
import type { Pipelines } from "../model/pipelines.ts";
import type { Plan } from "../model/plan.ts";
import { nameOfStack, readFleet } from "./all-stacks.ts";
import { command, option } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { codeownersCommand } from "./render/codeowners-command.ts";
import { writeFolder } from "./render/folder.ts";
import { drawPipelines } from "./render/mermaid.ts";
import { omitted, renderObjects } from "./render/objects.ts";

const render = command({
  name: "render",
  description: "Prints a stack as YAML, one file per Kubernetes object; offline.",
  options: {
    stack: option("<name>", "the stack"),
    out: option("<folder>", "write into this folder (default: print everything)"),
    mermaid: option("[pipeline]", "draw all pipelines of the stack, or one, as Mermaid"),
  },
  help: `
The same input gives the same bytes. The output contains no secrets: Secrets are left out and listed.

Examples:
  npm run fleet -- render --stack prod --out rendered && git diff --no-index before rendered
  kubectl diff --recursive --filename rendered
  npm run --silent fleet -- render --stack prod --mermaid standard`,
  async run({ stack: name, out, mermaid }) {
    const stack = validStack(name);
    if (mermaid !== undefined) process.stdout.write(`${drawing(stack, mermaid)}\n`);
    else await renderStack(stack, out);
  },
});

export const renderCommand = () => render().addCommand(codeownersCommand());

async function renderStack({ name, plan }: ValidStack, out: string | undefined): Promise<void> {
  const files = renderObjects(plan);
  const rest = omitted(plan).map((line) => `  ${line}\n`);
  const notes = rest.length > 0 ? `Omitted:\n${rest.join("")}` : "";
  if (out === undefined) {
    const documents = files.map(({ path, text }) => `# ${path}\n${text}`);
    process.stdout.write(documents.join("---\n"));
    process.stderr.write(notes);
    return;
  }
  const { written, removed } = await writeFolder(out, files);
  process.stderr.write(
    `${files.length} objects of stack ${name} in ${out}: ${written} files written, ${removed} removed, the rest unchanged.\n${notes}`,
  );
}

interface ValidStack {
  readonly name: string;
  readonly plan: Plan;
  readonly pipelines: Pipelines;
}

/** Reads the stack with this name. @throws InvalidInput if its files have problems */
function validStack(reference: string | undefined): ValidStack {
  const { stacks, problems } = readFleet();
  const names = stacks.map((each) => each.name);
  if (reference === undefined)
    throw new FleetError(`Which stack? Name one with --stack (there are: ${listed(names)}).`);
  const name = nameOfStack(reference, names);
  const { plan, config } = stacks.find((each) => each.name === name) ?? {};
  if (!plan || !config?.value) throw new InvalidInput(problems);
  return { name, plan, pipelines: config.value.pipelines };
}

function drawing({ name, pipelines }: ValidStack, only: string | true): string {
  if (only === true) return drawPipelines(pipelines);
  const known = Object.keys(pipelines);
  const stages = Object.hasOwn(pipelines, only) ? pipelines[only] : undefined;
  if (stages === undefined)
    throw new FleetError(
      `Stack ${name} has no pipeline ${JSON.stringify(only)} (it has: ${listed(known)}). ${didYouMean(only, known) ?? ""}`.trimEnd(),
    );
  return drawPipelines({ [only]: stages });
}
