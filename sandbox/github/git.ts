import { devNull } from "node:os";
import { ExecaError, execa } from "execa";

/** Git itself said no: a name, an object or an update that it does not accept. The message is Git's own. */
export class GitRefusal extends Error {
  override name = "GitRefusal";
}

/** What one call of Git needs besides its arguments. */
export interface GitCall {
  /** Written to standard input. Names that came from a client travel here, where they cannot become an option. */
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** Take a warning for a refusal, where Git leaves out what it does not accept and goes on. */
  readonly warningsRefuse?: boolean;
}

/**
 * The environment of every Git process: nothing of the person's own configuration, hooks or locale, and none of the
 * `GIT_*` variables that a surrounding Git (a hook that runs the tests) may have set.
 */
export function gitEnvironment(directory: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    LC_ALL: "C",
    GIT_DIR: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_TERMINAL_PROMPT: "0",
    GIT_LITERAL_PATHSPECS: "1",
    // The folder is this server's own, whoever owns it on disk (a container's volume, a shared checkout).
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
  };
}

/**
 * Runs Git on one bare repository and returns what it wrote.
 *
 * @param directory - the bare repository
 * @param args - a subcommand and its arguments: constants and object ids only, never a name that a client sent
 * @throws {@link GitRefusal} when Git ends with an error
 */
export async function git(directory: string, args: readonly string[], call: GitCall = {}): Promise<Buffer> {
  return await run("git", directory, args, call);
}

/**
 * {@link git}, for several calls as one process of this server's: it starts small ones sooner than this one does.
 *
 * @param script - of a POSIX shell: a constant, which finds the arguments in `$1`, `$2`, …
 */
export async function gitScript(
  directory: string,
  script: string,
  args: readonly string[],
  call: GitCall = {},
): Promise<string> {
  return (await run("sh", directory, ["-c", script, "sh", ...args], call)).toString("utf8").trimEnd();
}

async function run(
  program: "git" | "sh",
  directory: string,
  args: readonly string[],
  call: GitCall,
): Promise<Buffer> {
  try {
    const { stdout, stderr } = await execa(program, args, {
      env: { ...gitEnvironment(directory), ...call.environment },
      extendEnv: false,
      encoding: "buffer",
      stripFinalNewline: false,
      ...(call.input === undefined ? { stdin: "ignore" } : { input: call.input }),
    });
    if (call.warningsRefuse && stderr.length > 0)
      throw new GitRefusal(Buffer.from(stderr).toString("utf8").trim());
    return Buffer.from(stdout);
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === "ENOENT")
      throw new Error("The local GitHub needs the program git on PATH. Install it.");
    throw new GitRefusal(
      Buffer.from(error.stderr ?? "")
        .toString("utf8")
        .trim() || error.shortMessage,
    );
  }
}

/** {@link git}, for the commands that print one line. */
export async function gitLine(
  directory: string,
  args: readonly string[],
  call: GitCall = {},
): Promise<string> {
  return (await git(directory, args, call)).toString("utf8").trimEnd();
}
