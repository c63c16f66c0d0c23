import { styleText } from "node:util";
import { Command } from "commander";
import { type Checkup, type CheckupRow, examine } from "./checkup.ts";
import { testPrograms } from "./for-tests.ts";
import { programs } from "./programs.ts";
import { ToolchainError } from "./toolchain.ts";

const heading = { program: "PROGRAM", wanted: "WANTED", found: "FOUND", from: "FROM", path: "PATH" };

function line(row: CheckupRow | typeof heading): string {
  const { program, wanted, found = "-", from = "-", path = "" } = row;
  const mark = !("ok" in row) ? " " : row.ok ? styleText("green", "✔") : styleText("red", "✖");
  const note = "note" in row ? `(${row.note})` : "";
  const cells = [program.padEnd(26), wanted.padEnd(18), found.padEnd(9), from.padEnd(13), path || note];
  return `${mark} ${cells.join("  ")}`;
}

/** Renders the checkup as text. */
function page({ rows, tests, refused, advice, cache, healthy }: Checkup): string {
  const missing = rows.filter(({ note }) => note?.startsWith("would be"));
  const building = missing.some(({ note }) => note?.startsWith("would be built"));
  return [
    ...[heading, ...rows].map(line),
    "",
    "For the tests:",
    ...tests.map(line),
    "",
    ...(refused.length === 0 ? [] : ["Not taken:", ...refused.map((reason) => `  ${reason}`), ""]),
    `Programs that are downloaded or built are kept in ${cache}.`,
    ...(building ? ["A first build takes about 6 GB, most of it in Go's own caches."] : []),
    ...(healthy
      ? [missing.length > 0 ? "Ready: `npm start` gets what is missing." : "Ready."]
      : ["", ...advice]),
    "",
  ].join("\n");
}

await new Command("doctor")
  .description("Shows which programs the sandbox uses on this machine, and which are missing.")
  .option("--json", "print the result as JSON")
  .addHelpText("after", "\nExit code: 0 if every program is present or available, else 1.")
  .action(async ({ json }: { json?: true }) => {
    const checkup = await examine(programs, testPrograms, process.env);
    process.stdout.write(json ? `${JSON.stringify(checkup, undefined, 2)}\n` : page(checkup));
    process.exitCode = checkup.healthy ? 0 : 1;
  })
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof ToolchainError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  });
