import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writePage } from "../../../status/page/write-page.ts";
import { removedFolders } from "../../folder.ts";
import { fleet, service } from "./sample-fleet.ts";

describe("fleet status --html", () => {
  const newFolder = removedFolders();
  let folder: string;
  const status = fleet([service("nginx")]);

  beforeEach(async () => {
    folder = (await newFolder()).path;
  });

  it("writes the page for the caller only, with the rights of an audit", async () => {
    const [file, audit] = [join(folder, "status.html"), join(folder, "audit.json")];
    await writeFile(
      audit,
      JSON.stringify({ right: true, matrix: { "team-edge": { "kargo-nginx": "team" } } }),
    );
    writePage(file, status, audit);
    assert.equal((await stat(file)).mode & 0o777, 0o600, "it is for the caller only");
    const html = await readFile(file, "utf8");
    assert.match(
      html,
      /"rows":\["team-edge"\],"columns":\[\{"namespaces":\["kargo-nginx"\],"cells":\["team"\]\}\]/,
    );
  });

  it("keeps a page for the caller only that replaces a file which others could read", async () => {
    const file = join(folder, "status.html");
    await writeFile(file, "an earlier page", { mode: 0o644 });
    writePage(file, status);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("refuses a file that is no audit, and says how to write one", async () => {
    const audit = join(folder, "audit.json");
    for (const text of ["no JSON", "{}", '{ "matrix": { "team-edge": { "kargo-nginx": "<b>" } } }']) {
      await writeFile(audit, text);
      assert.throws(() => writePage(join(folder, "status.html"), status, audit), {
        message: `${audit} is no audit. Write one with: npm run --silent fleet -- audit --stack <stack> --json > ${audit}`,
      });
    }
  });

  it("names a file that it cannot write", () => {
    const file = join(folder, "missing", "status.html");
    assert.throws(() => writePage(file, status), {
      message: new RegExp(`^${file} cannot be written: ENOENT`),
    });
  });
});
