import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

describe("the page about Argo Events in the sandbox", () => {
  it("names for each line of its tables a test that exists", async () => {
    const page = await readFile("docs/argo-events.md", "utf8");
    const named = page
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .filter((cells) => cells.length === 5 && !["test", "---"].includes(cells[3] ?? ""))
      .map((cells) => cells[3] ?? "");
    const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith(".test.ts"));
    const texts = await Promise.all(files.map((file) => readFile(join(import.meta.dirname, file), "utf8")));
    assert.ok(named.length > 20, String(named.length));
    assert.deepEqual(
      named.filter((title) => !texts.some((text) => text.includes(`"${title}"`))),
      [],
    );
  });
});
