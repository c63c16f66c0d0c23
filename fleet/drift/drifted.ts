import { readFileSync } from "node:fs";
import { engineEvent } from "../engine-events.ts";
import { FleetError } from "../fleet-error.ts";
import { readJson } from "../read-json.ts";

/** One resource that is not what the stack's state says. */
export interface Drifted {
  /** The name that the program gave: `<service>/<role>`, or `platform/…`. */
  readonly name: string;
  readonly type: string;
  /** `gone` where somebody deleted it. */
  readonly is: "changed" | "gone";
  /** The paths of the properties that differ, never their values. */
  readonly paths: readonly string[];
}

/** The stack and its reference to its own outputs: they differ after every up, and are nothing of a cluster's. */
const OWN = /^pulumi:pulumi:/;
const OPS: Readonly<Record<string, Drifted["is"]>> = { update: "changed", delete: "gone" };

/**
 * Reads what the engine found out in a `pulumi refresh --preview-only`.
 *
 * @throws FleetError where the file is no such log, or where the log ends before the engine came to its end: nobody knows then what it had not looked at
 */
export function driftedIn(file: string): readonly Drifted[] {
  const events = linesOf(file).map((line) => readJson(engineEvent, line, file));
  if (!events.some(({ summaryEvent }) => summaryEvent !== undefined))
    throw new FleetError(`${file} does not tell of the end of a refresh. Run it again.`);
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
