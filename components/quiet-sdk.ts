import * as pulumi from "@pulumi/pulumi";
import answers from "@pulumi/pulumi/proto/resource_pb.js";

/**
 * Turns off what the SDK does for its own debugging, two fifths of the program's time: for every promise it formats a
 * stack trace that it never prints, and it sends the engine's answers back to the engine as debug messages, which
 * contain secrets. Errors keep their traces. `PULUMI_DEBUG_PROMISE_LEAKS`, the SDK's own variable, keeps everything.
 */
export function quietSdk(): void {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  Object.assign(pulumi.log, { debug: async () => {} });
  // The text of each answer is made for the debug message before anybody asks whether there will be one.
  Object.assign(answers.RegisterResourceResponse.prototype, { toString: () => "" });
  const format = Error.prepareStackTrace ?? withFrames;
  Error.prepareStackTrace = (error, frames) => (isMarker(error) ? "Error" : format(error, frames));
}

/** An error that was never thrown: the SDK creates one without a message to read its trace. */
function isMarker(error: Error): boolean {
  return error.constructor === Error && error.message === "";
}

/** A trace in Node's own form. */
function withFrames(error: Error, frames: readonly NodeJS.CallSite[]): string {
  return [String(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
}
