import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { backupsHint } from "../../recovery/backups.ts";

const WHOLE = '{ "version": 3, "checkpoint": { "latest": {} } }';

describe("the fix for a state that cannot be read", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "backups-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Writes a file of the backend with an age in minutes. */
  async function kept(path: string, text: string, minutes: number): Promise<string> {
    const file = join(folder, ".pulumi", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    const then = Date.now() / 1000 - 60 * minutes;
    await utimes(file, then, then);
    return file;
  }
  const hint = () => backupsHint(`file://${folder}`, "prod");
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
    assert.ok(text.includes(`cp ${newest} ${join(folder, ".pulumi/stacks/kargo-fleet/prod.json")}`), text);
  });

  it("names the searched folders if there is no copy", async () => {
    await kept("stacks/kargo-fleet/prod.json.bak", "", 5);
    assert.match(
      await hint(),
      /there is no complete copy in .*prod\.json\.bak, and .*backups.* and .*history/,
    );
  });

  it("refers to the backend's own history if it keeps no local files", async () => {
    const text = await backupsHint("https://api.pulumi.com", "prod");
    assert.match(text, /pulumi stack history --stack prod/);
  });
});
