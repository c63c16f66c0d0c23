import { forTests, type TestProgram } from "./for-tests.ts";
import { untilInterrupted } from "./interruption.ts";
import { type FoundProgram, look } from "./look.ts";
import { type ProvideOptions, provide } from "./provide.ts";

/** The files of programs by their names. */
export type Paths<Name extends TestProgram> = Readonly<Record<Name, string>>;

/**
 * Finds programs that the sandbox can start without, or gets them with progress.
 *
 * @throws ToolchainError
 */
export async function ensurePrograms<Name extends TestProgram>(
  names: readonly Name[],
  options?: ProvideOptions,
): Promise<Paths<Name>> {
  return named(await provide(only(names), options));
}

/** The same programs where all of them are there already. */
export async function findPrograms<Name extends TestProgram>(
  names: readonly Name[],
): Promise<Paths<Name> | undefined> {
  const findings = await untilInterrupted((signal) => look(only(names), process.env, signal));
  const found = findings.flatMap((finding) => finding.found ?? []);
  return found.length === findings.length ? named(found) : undefined;
}

const only = (names: readonly TestProgram[]) => ({
  ...forTests,
  programs: forTests.programs.filter(({ name }) => names.includes(name)),
});

function named<Name extends TestProgram>(found: readonly FoundProgram<TestProgram>[]): Paths<Name> {
  return Object.fromEntries(found.map(({ name, path }) => [name, path])) as Paths<Name>;
}
