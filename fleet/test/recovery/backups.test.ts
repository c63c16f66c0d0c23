import assert from "node:assert/strict";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { backupsHint, unreadableStacks } from "../../recovery/backups.ts";
import { type Folder, removedFolders } from "../folder.ts";

const WHOLE = '{ "version": 3, "checkpoint": { "latest": {} } }';

describe("the fix for a state that cannot be read", () => {
  const made = removedFolders();
  let folder: Folder;
  let backend: string;
  beforeEach(async () => {
    folder = await made();
    backend = `file://${folder.path}`;
  });

  /** Writes a file of the backend with an age in minutes. */
  async function kept(path: string, text: string, minutes: number): Promise<string> {
    const file = join(folder.path, ".pulumi", path);
    await folder.write(join(".pulumi", path), text);
    const then = Date.now() / 1000 - 60 * minutes;
    await utimes(file, then, then);
    return file;
  }
  const hint = () => backupsHint(backend, "prod");
  const named = (text: string) => [...text.matchAll(/^ {2}(\S+)$/gm)].map(([, file]) => file);

  it("lists the complete copies of that stack, newest first, and how to restore one", async () => {
    const bak = await kept("stacks/kargo-fleet/prod.json.bak", WHOLE, 5);
    const older = await kept("backups/kargo-fleet/prod/prod.1.json", WHOLE, 60);
    const newest = await kept("history/kargo-fleet/prod/prod-2.checkpoint.json", WHOLE, 1);
    await kept("history/kargo-fleet/prod/prod-2.history.json", WHOLE, 0);
    await kept("history/kargo-fleet/prod/prod-3.checkpoint.json", WHOLE.slice(0, 30), 0);
    await kept("stacks/kargo-fleet/prod-eu.json.bak", WHOLE, 0);
    await kept("stacks/kargo-fleet/prod.json.bak.attrs", WHOLE, 0);
    const text = await hint();
    assert.deepEqual(named(text), [newest, bak, older]);
    assert.ok(
      text.includes(`cp ${newest} ${join(folder.path, ".pulumi/stacks/kargo-fleet/prod.json")}`),
      text,
    );
  });

  it("names the searched folders if there is no copy", async () => {
    await kept("stacks/kargo-fleet/prod.json.bak", "", 5);
    assert.match(
      await hint(),
      /there is no complete copy in .*prod\.json\.bak, and .*backups.* and .*history/,
    );
  });

  it("for one that is missing puts the newest copy in its place, or makes the stack and recovers it", async () => {
    const missing = (url: string) => backupsHint(url, "prod", false);
    const inited = /run pulumi stack init prod; then npm run fleet -- recover --stack prod imports/;
    assert.match(await missing(backend), inited);
    assert.match(await missing("https://api.pulumi.com"), inited);
    const bak = await kept("stacks/kargo-fleet/prod.json.bak", WHOLE, 5);
    const text = await missing(backend);
    assert.match(text, /is missing\. Complete copies, newest first/);
    assert.ok(text.includes(`cp ${bak} `), text);
  });

  it("is looked for in the stacks whose file is truncated", async () => {
    await kept("stacks/kargo-fleet/whole.json", WHOLE, 0);
    await kept("stacks/kargo-fleet/empty.json", "", 0);
    await kept("stacks/kargo-fleet/cut.json", WHOLE.slice(0, 20), 0);
    await kept("stacks/kargo-fleet/cut.json.bak", "", 0);
    await kept("stacks/elsewhere/other.json", "", 0);
    assert.deepEqual((await unreadableStacks(backend)).sort(), ["cut", "empty"]);
    assert.deepEqual(await unreadableStacks("https://api.pulumi.com"), []);
  });

  it("refers to the backend's own history if it keeps no local files", async () => {
    const text = await backupsHint("https://api.pulumi.com", "prod");
    assert.match(text, /pulumi stack history --stack prod/);
  });
});
