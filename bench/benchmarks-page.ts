import { readFile, writeFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";

/** The page that benchmarks write. */
export const PAGE = "docs/benchmarks.md";

/**
 * Replaces the part of a page between `<!-- bench <name> -->` and `<!-- end bench <name> -->`.
 * @throws Error if the page has no such part
 */
export function withPart(page: string, name: string, text: string): string {
  const [first, last] = [`<!-- bench ${name} -->`, `<!-- end bench ${name} -->`];
  const start = page.indexOf(first);
  const end = page.indexOf(last);
  if (start < 0 || end < start)
    throw new Error(`${PAGE} needs the lines ${first} and ${last}. Put them back.`);
  return `${page.slice(0, start + first.length)}\n${text.trim()}\n${page.slice(end)}`;
}

/** Writes a part of the page. */
export async function writePart(name: string, text: string, page: string = PAGE): Promise<void> {
  await writeFile(page, withPart(await readFile(page, "utf8"), name, text));
}

/** The day and the machine, for a reader who wants to compare. */
export function measuredToday(now: Date = new Date()): string {
  return `Measured on ${now.toISOString().slice(0, 10)}, on ${machine()}.`;
}

/** This machine. */
export function machine(): string {
  const all = cpus();
  const model = all[0]?.model.trim().replaceAll(/\s+/g, " ") ?? "an unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all.length} cores of ${model} with ${memory} GB, ${type()} ${release()}, Node ${process.versions.node}`;
}

/** A Markdown table; numbers are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) =>
    rows.every((row) => /^[\d—]/.test(row[column] ?? "")) ? "--:" : "---",
  );
  return [line(head), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}
