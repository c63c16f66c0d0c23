import { devNull } from "node:os";
import { ExecaError, execa } from "execa";

/** Git refused a name, an object or an update. The message is Git's own. */
export class GitRefusal extends Error {
  override name = "GitRefusal";
}

/** Options of one Git command. */
interface GitCall {
  /** Standard input. Names from clients are passed here, where they cannot become an option. */
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** Treats a warning as a refusal, for commands that skip invalid input and continue. */
  readonly warningsRefuse?: boolean;
}

/**
 * The environment of every Git process. It excludes the user's configuration, hooks and locale, and all `GIT_*`
 * variables of a surrounding Git (a hook that runs the tests).
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
    // Accepts the folder whatever its owner on disk (a container's volume, a shared checkout).
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
  };
}

/**
 * Runs Git in one bare repository and returns its output.
 * @param directory - the bare repository
 * @param args - a subcommand and its arguments: constants and object ids only, never a name from a client
 * @param program - `sh` if the arguments are those of a shell
 * @throws {@link GitRefusal} when Git ends with an error
 */
export async function git(
  directory: string,
  args: readonly string[],
  call: GitCall = {},
  program: "git" | "sh" = "git",
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

/**
 * Runs several Git commands in one shell, because a shell starts small processes faster than Node.
 * @param script - for a POSIX shell: a constant that reads its arguments from `$1`, `$2`, …
 */
export async function gitScript(
  directory: string,
  script: string,
  args: readonly string[],
  call: GitCall,
): Promise<string> {
  return (await git(directory, ["-c", script, "sh", ...args], call, "sh")).toString("utf8").trimEnd();
}

/** Runs a Git command that prints one line. */
export async function gitLine(
  directory: string,
  args: readonly string[],
  call: GitCall = {},
): Promise<string> {
  return (await git(directory, args, call)).toString("utf8").trimEnd();
}
