import { styleText } from "node:util";
import { Command } from "commander";
import { type Checkup, type CheckupRow, examine } from "./checkup.ts";
import { forTests } from "./for-tests.ts";
import { standard, ToolchainError } from "./toolchain.ts";

/** The checkup as a page for a person. */
function page({ rows: needed, tests, refused, advice, cache, healthy }: Checkup): string {
  const rows = [...needed, ...tests];
  const headings: CheckupRow = {
    program: "PROGRAM",
    wanted: "WANTED",
    found: "FOUND",
    from: "FROM",
    ok: true,
  };
  const cells = [headings, ...rows].map(({ program, wanted, found = "-", from = "-" }) => [
    program,
    wanted,
    found,
    from,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const table = cells.map((line, index) => {
    const row = rows[index - 1];
    const mark = row === undefined ? " " : row.ok ? styleText("green", "✔") : styleText("red", "✖");
    const rest =
      row === undefined ? "PATH" : [row.path, row.note && `(${row.note})`].filter(Boolean).join(" ");
    return `${mark} ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}  ${rest}`;
  });
  const free = cache.freeBytes === undefined ? "" : ` (${(cache.freeBytes / 1e9).toFixed(0)} GB free)`;
  const missing = needed.some(({ note }) => note?.startsWith("would be"));
  const building = needed.some(({ note }) => note?.startsWith("would be built"));
  return [
    ...table.slice(0, needed.length + 1),
    "",
    "For the tests:",
    ...table.slice(needed.length + 1),
    "",
    ...(refused.length === 0 ? [] : ["Not taken:", ...refused.map((reason) => `  ${reason}`), ""]),
    `Programs that are downloaded or built are kept in ${cache.path}${free}.`,
    ...(building ? ["A first build takes about 6 GB, most of it in Go's own caches."] : []),
    ...(healthy ? [missing ? "Ready: `npm start` gets what is missing." : "Ready."] : ["", ...advice]),
    "",
  ].join("\n");
}

await new Command("doctor")
  .description("Says which programs the sandbox would use on this machine, and what is missing.")
  .option("--json", "print the result as JSON")
  .addHelpText("after", "\nExit code: 0 where everything is there or can be had, else 1.")
  .action(async ({ json }: { json?: true }) => {
    const checkup = await examine(standard, forTests, process.env);
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
