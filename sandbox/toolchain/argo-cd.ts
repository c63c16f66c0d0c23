import { forTests, type TestProgram } from "./for-tests.ts";
import { untilInterrupted } from "./interruption.ts";
import { type Catalogue, type FoundProgram, look } from "./look.ts";
import { type ProvideOptions, provide } from "./provide.ts";

/** The programs that Argo CD runs with, as files. */
export interface ArgoCdPrograms {
  readonly argoCd: string;
  readonly helm: string;
}

const together: Catalogue<TestProgram> = {
  ...forTests,
  programs: forTests.programs.filter(({ name }) => name === "sandbox-argo-cd" || name === "helm"),
};

/**
 * Finds Argo CD and Helm, or gets them with progress.
 *
 * @throws ToolchainError
 */
export async function ensureArgoCd(options?: ProvideOptions): Promise<ArgoCdPrograms> {
  return named(await provide(together, options));
}

/** Argo CD and Helm where both are there already. */
export async function findArgoCd(): Promise<ArgoCdPrograms | undefined> {
  const findings = await untilInterrupted((signal) => look(together, process.env, signal));
  const found = findings.flatMap((finding) => finding.found ?? []);
  return found.length === findings.length ? named(found) : undefined;
}

function named(found: readonly FoundProgram<TestProgram>[]): ArgoCdPrograms {
  const pathOf = (name: TestProgram) => found.find((program) => program.name === name)?.path ?? name;
  return { argoCd: pathOf("sandbox-argo-cd"), helm: pathOf("helm") };
}
