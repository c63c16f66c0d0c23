import { writeFileSync } from "node:fs";
import { command, option, required } from "./command.ts";
import { driftedIn } from "./drift/drifted.ts";
import { driftNote } from "./drift/note.ts";

/** Drift was found. */
const DRIFTED = 2;

export const driftCommand = command({
  name: "drift",
  description: "Reports the drift that pulumi refresh --preview-only found.",
  options: {
    stack: required("<name>", "the refreshed stack"),
    events: required("<file>", "the file that with-events.sh wrote"),
    note: option("<file>", "write drift to this file as Markdown"),
  },
  help: `
It prints resources and the paths of changed properties, but no values.

Exit codes: 0 no drift, 2 drift, 1 the events could not be read.

Example:
  .github/scripts/with-events.sh events.json refresh --preview-only --stack prod
  npm run fleet -- drift --stack prod --events events.json`,
  run({ stack, events, note }) {
    const drifted = driftedIn(events);
    for (const { name, is, paths } of drifted) process.stdout.write(`${[name, is, ...paths].join("  ")}\n`);
    const words = drifted.length === 1 ? "1 resource has" : `${drifted.length} resources have`;
    process.stdout.write(drifted.length === 0 ? `${stack}: no drift.\n` : `${stack}: ${words} drifted.\n`);
    if (drifted.length === 0) return;
    if (note !== undefined) writeFileSync(note, driftNote(stack, drifted));
    process.exitCode = DRIFTED;
  },
});
