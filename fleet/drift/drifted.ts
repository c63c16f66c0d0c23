import { readFileSync } from "node:fs";
import { engineEvent } from "../engine-events.ts";
import { FleetError } from "../fleet-error.ts";
import { readJson } from "../read-json.ts";

/** A resource that differs from the stack's state. */
export interface Drifted {
  /** The Pulumi name: `<service>/<role>`, or `platform/…`. */
  readonly name: string;
  readonly type: string;
  /** `gone` if it was deleted. */
  readonly is: "changed" | "gone";
  /** The paths of the changed properties, never their values. */
  readonly paths: readonly string[];
}

/** The stack and the reference to its own outputs. They differ after every `up` and are not part of a cluster. */
const OWN = /^pulumi:pulumi:/;
const OPS: Readonly<Record<string, Drifted["is"]>> = { update: "changed", delete: "gone" };

/**
 * Reads the events of a `pulumi refresh --preview-only`.
 * @throws FleetError if the file is no event log, or if the log is truncated, because then it is incomplete
 */
export function driftedIn(file: string): readonly Drifted[] {
  const events = linesOf(file).map((line) => readJson(engineEvent, line, file));
  if (!events.some(({ summaryEvent }) => summaryEvent !== undefined))
    throw new FleetError(`${file} is truncated. Run the refresh again.`);
  return events.flatMap(({ resOutputsEvent: step }): Drifted[] => {
    const is = step && OPS[step.op];
    if (step === undefined || is === undefined || OWN.test(step.type)) return [];
    return [{ name: step.name, type: step.type, is, paths: step.paths }];
  });
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
  } catch {
    throw new FleetError(
      `${file} cannot be read. Run: .github/scripts/with-events.sh ${file} refresh --preview-only`,
    );
  }
}
