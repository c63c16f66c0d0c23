import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** The last cell of each row of the tables whose last column is "test". */
function titlesNamed(page: string): string[] {
  const titles: string[] = [];
  let inTable = false;
  for (const line of page.split("\n")) {
    const last = line.split("|").at(-2)?.trim() ?? "";
    if (!line.startsWith("|")) inTable = false;
    else if (last === "test") inTable = true;
    else if (inTable && !line.startsWith("|---")) titles.push(last);
  }
  return titles;
}

/** Every literal title in the tests of the local GitHub and its plugin. */
async function titlesWritten(): Promise<Set<string>> {
  const titles = new Set<string>();
  for (const file of globSync(["sandbox/test/github/*.ts", "test/engine/github-*.ts"])) {
    const text = await readFile(file, "utf8");
    for (const [, title] of text.matchAll(/\bit\(\s*"((?:[^"\\]|\\.)+)"/g)) titles.add(title ?? "");
  }
  return titles;
}

describe("docs/local-github.md", () => {
  it("names an existing test in each row of its tables", async () => {
    const named = titlesNamed(await readFile("docs/local-github.md", "utf8"));
    const written = await titlesWritten();
    assert.ok(named.length >= 35, String(named.length));
    assert.deepEqual(
      named.filter((title) => !written.has(title)),
      [],
    );
  });

  it("names only flags that the program has", async () => {
    const page = await readFile("docs/local-github.md", "utf8");
    const flags = [...page.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag);
    const code = await readFile("sandbox/github/main.ts", "utf8");
    assert.ok(flags.length >= 5);
    assert.deepEqual(
      flags.filter((flag) => !code.includes(`"${flag}`)),
      [],
    );
  });
});
