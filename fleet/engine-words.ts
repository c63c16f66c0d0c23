/*
 * What the engine says in words alone: its events carry no codes, and its exit status tells no errors apart. Nothing else
 * reads its messages.
 */

/** What a command says where there is no engine. */
export const NO_ENGINE =
  "pulumi is not on PATH. Install it, see https://www.pulumi.com/docs/iac/download-install.";

/** Whether a state ends in the middle, or is no state. */
export function isUnreadableState(text: string): boolean {
  return text.includes("failed to load checkpoint");
}

/** The target that is neither in the state nor planned; none where the error is another. */
export function unknownTarget(error: string): string[] {
  const urn = /(urn:pulumi:\S+?)["'`]? could not be found in the stack/.exec(error)?.[1];
  return urn === undefined ? [] : [urn];
}

/** Whether a deletion was refused for the sake of a resource's protection. */
export function isProtected(error: string): boolean {
  return /is protected|protect.*flag/s.test(error);
}

/** Of what the CLI printed the lines that are no warnings. */
export function withoutWarnings(output: string): string[] {
  return output.split("\n").filter((line) => line.trim() !== "" && !/^\s*warning: /.test(line));
}

/** Of what the CLI printed its errors, or else its last lines. */
export function errorsIn(output: string): string[] {
  const lines = withoutWarnings(output);
  const errors = lines.filter((line) => /\berror: /.test(line));
  return (errors.length > 0 ? errors : lines).slice(-20).map((line) => line.trim());
}
