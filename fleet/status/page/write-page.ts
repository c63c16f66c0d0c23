import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { Matrix } from "../../audit/matrix.ts";
import { FleetError } from "../../fleet-error.ts";
import type { FleetStatus } from "../fleet-status.ts";
import { statusPage } from "./page.ts";

/** What the page needs of `fleet audit --json`. */
const AUDIT = z.object({
  matrix: z.record(z.string(), z.record(z.string(), z.enum(["team", "approver", "both", "none", "wrong"]))),
});

/**
 * Writes a status as HTML, for the caller only: it names services, groups of people and errors.
 * @param audit a file with the output of `fleet audit --json`, for the heat map
 * @throws FleetError if a file cannot be read or written, or is no audit
 */
export function writePage(file: string, status: FleetStatus, audit?: string): void {
  const html = statusPage(status, audit === undefined ? undefined : matrixIn(audit));
  attempt(`${file} cannot be written`, () => {
    writeFileSync(file, html, { mode: 0o600 });
    // The mode above is for a new file only; a device such as /dev/stdout keeps its own.
    if (statSync(file).isFile()) chmodSync(file, 0o600);
  });
}

function matrixIn(file: string): Matrix {
  const text = attempt(`${file} cannot be read`, () => readFileSync(file, "utf8"));
  const wrong = `${file} is no audit. Write one with: npm run --silent fleet -- audit --stack <stack> --json > ${file}`;
  const parsed = AUDIT.safeParse(attempt(wrong, () => JSON.parse(text)));
  if (!parsed.success) throw new FleetError(wrong);
  const rows = Object.entries(parsed.data.matrix);
  return new Map(rows.map(([row, cells]) => [row, new Map(Object.entries(cells))]));
}

function attempt<Result>(problem: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new FleetError(error instanceof SyntaxError ? problem : `${problem}: ${(error as Error).message}`);
  }
}
