import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import type { PageData } from "../../fleet/status/page/page-data.ts";
import { sharedPrograms } from "./control-plane.ts";
import { processesOf, startIn } from "./npm-start.ts";

describe("npm start", () => {
  let folder = "";
  const start = (...args: string[]) => startIn(folder, ...args);

  before(async () => {
    await sharedPrograms();
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-start-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("--help describes the command", async () => {
    const { exitCode, all } = await start("--help");
    assert.equal(exitCode, 0);
    assert.match(all, /--once/);
  });

  it("reports errors in services.json before anything is started", async () => {
    const clone = await mkdtemp(join(tmpdir(), "kargo-fleet-clone-"));
    try {
      await cp("Pulumi.sandbox.yaml", join(clone, "Pulumi.sandbox.yaml"));
      await writeFile(join(clone, "services.json"), '{ "teams": {}, "servcies": {} }');
      const { exitCode, all } = await execa(
        process.execPath,
        [resolve("sandbox/start.ts"), "--directory", "data"],
        {
          cwd: clone,
          all: true,
          reject: false,
        },
      );
      assert.equal(exitCode, 1);
      assert.match(all, /^services\.json:1:16 {2}servcies .*Did you mean "services"\? \[KF010\]$/m);
      assert.deepEqual((await readdir(clone)).sort(), ["Pulumi.sandbox.yaml", "services.json"]);
    } finally {
      await rm(clone, { recursive: true });
    }
  });

  it("ends quietly on Ctrl-C during the start, and leaves nothing running", async () => {
    const started = start();
    for await (const line of started.iterable({ from: "all" })) {
      if (line.includes("starting etcd")) started.kill("SIGINT");
    }
    const { exitCode, all } = await started;
    assert.equal(exitCode, 130);
    assert.doesNotMatch(all, /^ +at /m);
    assert.deepEqual(await processesOf(folder), []);
  });

  it("--once provisions, shows the Workflow of a push, changes nothing in a second up, and destroys", async () => {
    const { exitCode, all } = await start("--once");
    assert.equal(exitCode, 0, all);
    assert.match(all, /Stage prod +from staging; manual promotion/);
    assert.match(all, /kargo promote --project kargo-nginx --stage prod --freight <freight>/);
    assert.match(all, /^ +- name: commit\n +value: [0-9a-f]{40}$/m);
    assert.match(all, /^ +events\.argoproj\.io\/sensor: github-/m);
    assert.match(all, /^\S+\/status\.html$/m);
    assert.match(all, /Nothing is left: no object in the cluster, no webhook, no resource in the state\./);
    assert.deepEqual(await processesOf(folder), []);
  });

  it("leaves the page of fleet status, with samples of what may need somebody and the real rights", async () => {
    const html = await readFile(join(folder, "status.html"), "utf8");
    const [, text = ""] = /<script type="application\/json" id="data">([^<]*)</.exec(html) ?? [];
    const { services, access, note } = JSON.parse(text) as PageData;
    assert.match(note ?? "", /the states of Stages and Applications are samples/);
    const waits = services.flatMap(({ stages }) =>
      stages.flatMap((stage) => stage.waits.map(({ kind }) => kind)),
    );
    assert.ok(waits.includes("promotion") && waits.includes("failure"), waits.join());
    assert.ok(services.some(({ stages }) => stages.some(({ holds }) => holds.length > 0)));
    const cells = access?.columns.flatMap((column) => column.cells) ?? [];
    assert.deepEqual(cells.includes("team") && !cells.includes("wrong"), true, cells.join());
  });
});
