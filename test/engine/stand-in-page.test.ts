import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import escapeStringRegexp from "escape-string-regexp";

const tests = "test/engine";

/** The cells of the last column, "test", of every table that has one. */
function titlesNamed(page: string): string[] {
  let inTable = false;
  const titles: string[] = [];
  for (const line of page.split("\n")) {
    const cells = line.split("|").map((cell) => cell.trim());
    if (!line.startsWith("|")) inTable = false;
    else if (cells.at(-2) === "test") inTable = true;
    else if (inTable && !line.startsWith("|---")) titles.push(cells.at(-2) ?? "");
  }
  return titles;
}

/** The titles that the test files write out, and the fixed parts of those they build. */
async function titlesWritten(): Promise<RegExp[]> {
  const titles: RegExp[] = [];
  for (const file of await readdir(tests)) {
    if (!/^stand-in-.*\.test\.ts$/.test(file)) continue;
    const text = await readFile(join(tests, file), "utf8");
    for (const [, quote, title] of text.matchAll(/\bit\(\s*(["`])((?:(?!\1).)+)\1/g)) {
      const pattern = escapeStringRegexp(title ?? "");
      titles.push(new RegExp(`^${quote === "`" ? pattern.replaceAll(/\\\$\\\{.*?\\\}/g, ".+") : pattern}$`));
    }
  }
  return titles;
}

describe("the page about the stand-in", () => {
  it("names for each behaviour a test that exists", async () => {
    const named = titlesNamed(await readFile("docs/stand-in.md", "utf8"));
    const written = await titlesWritten();
    assert.ok(named.length > 40);
    assert.deepEqual(
      named.filter((title) => !written.some((pattern) => pattern.test(title))),
      [],
    );
  });
});
