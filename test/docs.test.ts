import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const pages = globSync(["*.md", "{docs,examples}/**/*.md", "{fleet,sandbox}/*.md"]).sort();
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

/** The matches of an expression in all pages, each with its page. */
function named(expression: RegExp): (readonly [page: string, name: string])[] {
  return pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(expression)].map(([, name = ""]) => [page, name] as const),
  );
}

describe("the pages", () => {
  it("name existing commands", () => {
    const commands = named(/npm run (?:--\w+ )?([\w:-]+)/g);
    assert.ok(commands.length > 10);
    assert.deepEqual(
      commands.filter(([, name]) => !(name in scripts)),
      [],
    );
  });

  it("link to existing pages and files", () => {
    const links = named(/\]\(([^)#\s]+)[^)]*\)/g).filter(([, target]) => !/^[a-z]+:/.test(target));
    assert.ok(links.length > 5);
    assert.deepEqual(
      links.filter(([page, target]) => !existsSync(join(dirname(page), target))),
      [],
    );
  });

  it("list each command of fleet once, in the tables at the top of docs/fleet.md", () => {
    const [tables = ""] = readFileSync("docs/fleet.md", "utf8").split("\n## ");
    const rows = [...tables.matchAll(/^\| `([a-z-]+)/gm)].map(([, name]) => name);
    const commands = globSync("fleet/*-command.ts").map((path) => basename(path, "-command.ts"));
    assert.deepEqual(rows.sort(), commands.sort());
  });

  it("name existing files and folders of this repository", () => {
    const paths = named(
      /`((?:sandbox|git-host|model|manifests|components|fleet|test|docs|examples|bench)\/[\w./*-]*)`/g,
    );
    assert.ok(paths.length > 10);
    assert.deepEqual(
      paths.filter(([, path]) => globSync(path).length === 0),
      [],
    );
  });
});
