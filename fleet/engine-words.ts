/*
 * The engine's messages that must be recognised by their words: events have no error codes, and the CLI has the same
 * exit code for everything in this file but a missing stack. Only this file reads messages.
 */

/** The message if Pulumi is not installed. */
export const NO_ENGINE =
  "pulumi is not on PATH. Install it, see https://www.pulumi.com/docs/iac/download-install.";

/**
 * The exit code of the CLI if the backend has no such stack. An expired login has 3, a Ctrl-C 8, every other error 1.
 * @see https://github.com/pulumi/pulumi/blob/v3.276.0/pkg/cmd/pulumi/cmd/exit_codes.go
 */
export const NO_STACK = 6;

/** Whether a state is truncated or invalid. */
export function isUnreadableState(text: string): boolean {
  return text.includes("failed to load checkpoint");
}

/** The target that is neither in the state nor planned; empty for other errors. */
export function unknownTarget(error: string): string[] {
  const urn = /(urn:pulumi:\S+?)["'`]? could not be found in the stack/.exec(error)?.[1];
  return urn === undefined ? [] : [urn];
}

/** Whether a deletion was refused because of a resource's protection. */
export function isProtected(error: string): boolean {
  return /is protected|protect.*flag/s.test(error);
}

/** Whether an update was refused because another one of the same stack runs, or has left its lock. */
export function isBusy(error: string): boolean {
  return /the stack is currently locked by|Another update is currently in progress/.test(error);
}

/** Whether an object that the state lacks is in the cluster, or an operation has an unknown end: `recover` settles both. */
export function needsRecovery(error: string): boolean {
  return /already exists|pending operations/.test(error);
}

/** Whether the state may not have reached the backend. */
export function isUnwritten(error: string): boolean {
  return /failed to (save|persist|write)|saving (snapshot|checkpoint)|writing checkpoint|no space left on device|file too large|disk quota exceeded/i.test(
    error,
  );
}

/** An `up` of some targets meets a resource that is no longer planned: the engine leaves it, and deletes it in an `up` of all. */
export function isLeftForLater(error: string): boolean {
  return error.includes("will be destroyed but was not specified in --target list");
}

/** The lines of the CLI's output that are not warnings. */
export function withoutWarnings(output: string): string[] {
  return output.split("\n").filter((line) => line.trim() !== "" && !/^\s*warning: /.test(line));
}

/** The errors in the CLI's output, or else its last lines. */
export function errorsIn(output: string): string[] {
  const lines = withoutWarnings(output);
  const errors = lines.filter((line) => /\berror: /.test(line));
  return (errors.length > 0 ? errors : lines).slice(-20).map((line) => line.trim());
}

/** Removes the engine's colour marks and the leading word "error". */
export function plain(message: string): string {
  return message
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(/^(error|warning): /, "")
    .trim();
}
