import { buildMissing } from "./build-missing.ts";
import { cannotBuild, findGo, goNeededBy } from "./go.ts";
import { untilInterrupted } from "./interruption.ts";
import { type Catalogue, type FoundProgram, look } from "./look.ts";

export interface ProvideOptions {
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where progress goes. @default process.stdout */
  readonly output?: NodeJS.WritableStream;
  /** Say nothing when nothing has to be built. @default false */
  readonly quiet?: boolean;
  /** Milliseconds between two lines of progress where there is no terminal. @default 30000 */
  readonly plainEvery?: number;
}

/**
 * Finds every program of a catalogue and builds those that are missing, one recipe after the other.
 *
 * @throws ToolchainError
 */
export function provide<Name extends string>(
  catalogue: Catalogue<Name>,
  options: ProvideOptions = {},
): Promise<readonly FoundProgram<Name>[]> {
  return untilInterrupted((signal) => findOrBuild(catalogue, options, signal));
}

/**
 * Finds or builds the program of a catalogue that has one.
 *
 * @throws ToolchainError
 */
export async function provideOne<Name extends string>(
  catalogue: Catalogue<Name>,
  options?: Pick<ProvideOptions, "environment" | "output" | "quiet">,
): Promise<FoundProgram<Name>> {
  const [program] = await provide(catalogue, options);
  if (program === undefined) throw new Error("the catalogue is empty");
  return program;
}

async function findOrBuild<Name extends string>(
  catalogue: Catalogue<Name>,
  { environment = process.env, output = process.stdout, quiet = false, plainEvery = 30_000 }: ProvideOptions,
  signal: AbortSignal,
): Promise<readonly FoundProgram<Name>[]> {
  const findings = await look(catalogue, environment, signal);
  const missing = findings.filter(({ found }) => found === undefined);
  let builtNow: ReadonlySet<string> = new Set();
  if (missing.length > 0) {
    const needed = await goNeededBy(missing);
    const go = await findGo(needed, environment);
    if ("problem" in go) {
      throw cannotBuild(go, needed, missing);
    }
    builtNow = await buildMissing(catalogue, missing, {
      go: go.path,
      environment,
      signal,
      output,
      plainEvery,
    });
  }
  const programs = findings.map(
    ({ definition: { name }, found, built }): FoundProgram<Name> =>
      found ?? (builtNow.has(name) ? { ...built, origin: "built" } : built),
  );
  if (missing.length > 0 || !quiet) {
    output.write(`The toolchain is ready (${origins(programs)}).\n`);
  }
  return programs;
}

function origins(programs: readonly FoundProgram[]): string {
  return [...Map.groupBy(programs, ({ origin }) => origin)]
    .map(([origin, { length }]) => (origin === "built" ? `${length} built` : `${length} from ${origin}`))
    .join(", ");
}
