import { untilInterrupted } from "./interruption.ts";
import { link } from "./links.ts";
import { type Catalogue, type FoundProgram as Found, look } from "./look.ts";
import { type ProgramName, programs } from "./programs.ts";
import { type ProvideOptions, provide } from "./provide.ts";
import { recipes } from "./recipes.ts";

export { ToolchainError } from "./errors.ts";
export type { ProgramName } from "./programs.ts";

/** A program of the sandbox that can be started. */
export type FoundProgram = Found<ProgramName>;

/** Every program that the sandbox starts. */
export interface Toolchain {
  readonly programs: Readonly<Record<ProgramName, FoundProgram>>;
}

/** What looking for one program came to. */
export type Inspection = {
  readonly name: ProgramName;
  /** The versions that will do, in words. */
  readonly wanted: string;
  /** Why what was found on PATH or in the plugin folder was not taken. */
  readonly refused: readonly string[];
} & (
  | { readonly found: FoundProgram }
  | { readonly missing: string /** How long building it usually takes. */; readonly usually: string }
);

const standard: Catalogue<ProgramName> = { programs, recipes };

/**
 * Finds every program and builds what is missing, with progress.
 *
 * Ctrl-C (SIGINT, SIGTERM, SIGHUP) while building ends Go and leaves nothing half-built; it arrives as a
 * ToolchainError whose `exitCode` is 130.
 *
 * @throws ToolchainError
 */
export async function ensureToolchain(
  options?: Pick<ProvideOptions, "environment" | "output" | "quiet">,
): Promise<Toolchain> {
  const found = await provide(standard, options);
  const byName = (name: ProgramName): FoundProgram => {
    const program = found.find((candidate) => candidate.name === name);
    if (program === undefined) {
      throw new Error(`the catalogue has no ${name}`);
    }
    return program;
  };
  return {
    programs: {
      pulumi: byName("pulumi"),
      "pulumi-language-nodejs": byName("pulumi-language-nodejs"),
      "pulumi-resource-kubernetes": byName("pulumi-resource-kubernetes"),
      "pulumi-resource-github": byName("pulumi-resource-github"),
      etcd: byName("etcd"),
      "kube-apiserver": byName("kube-apiserver"),
      "kube-controller-manager": byName("kube-controller-manager"),
      kubectl: byName("kubectl"),
      "sandbox-argo-events": byName("sandbox-argo-events"),
    },
  };
}

/** Only looks; builds nothing. */
export async function inspectToolchain(
  options: Pick<ProvideOptions, "environment"> = {},
): Promise<readonly Inspection[]> {
  const findings = await untilInterrupted((signal) =>
    look(standard, options.environment ?? process.env, signal),
  );
  return findings.map(({ definition: { name }, wanted, refused, found, recipe }) =>
    found === undefined
      ? { name, wanted, refused, missing: refused.join("; ") || "found nowhere", usually: recipe.usually }
      : { name, wanted, refused, found },
  );
}

/**
 * Fills a folder with a link to every program and with the plugin of dynamic providers
 * (`pulumi-resource-pulumi-nodejs`).
 *
 * @param directory made where it is missing
 * @param environment whose PATH is extended @default process.env
 * @returns a PATH with that folder first, then `node_modules/.bin`, then the rest
 */
export async function linkPrograms(
  toolchain: Toolchain,
  directory: string,
  environment?: NodeJS.ProcessEnv,
): Promise<string> {
  return link(Object.values(toolchain.programs), directory, environment);
}
