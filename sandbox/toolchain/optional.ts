import { forTests, type TestProgram } from "./for-tests.ts";
import { untilInterrupted } from "./interruption.ts";
import { type FoundProgram, findAll } from "./look.ts";
import { type ProvideOptions, provide } from "./provide.ts";

/** The paths of programs by name. */
export type Paths<Name extends TestProgram> = Readonly<Record<Name, string>>;

/**
 * Finds optional programs of the sandbox, or gets them and shows progress.
 * @throws ToolchainError
 */
export async function ensurePrograms<Name extends TestProgram>(
  names: readonly Name[],
  options?: ProvideOptions,
): Promise<Paths<Name>> {
  return named(await provide(only(names), options));
}

/** The same programs if all of them are already present. */
export async function findPrograms<Name extends TestProgram>(
  names: readonly Name[],
): Promise<Paths<Name> | undefined> {
  const findings = await untilInterrupted((signal) => findAll(only(names), process.env, signal));
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
