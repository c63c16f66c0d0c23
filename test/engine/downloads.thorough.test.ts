import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { type Download, downloadOf, downloads } from "../../sandbox/toolchain/downloads.ts";
import { buildEnvironment, buildFlags, recipes } from "../../sandbox/toolchain/recipes.ts";
import { standard } from "../../sandbox/toolchain/toolchain.ts";
import { type DownloadServer, downloadServer } from "../sandbox/download-server.ts";
import { archiveOf, fakeProgram } from "../sandbox/toolchain-fakes.ts";
import { sharedPrograms, TOOLCHAIN_TIMEOUT } from "./control-plane.ts";

const HOST = "pulumi-language-nodejs";

describe("npm start with downloads alone", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let folder = "";
  let server: DownloadServer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-downloads-"));
    server = await downloadServer();
    await publishOurs();
  });

  after(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Serves the programs that tests use here as if they were their makers'. */
  async function publishOurs(): Promise<void> {
    const { programs } = await sharedPrograms();
    const archives = new Map<string, Download>();
    for (const { name, version } of standard.programs) {
      const download = downloadOf(downloads[name], { name, version }, server.settings);
      // What is not published for this platform has to be on PATH, or it would be built.
      const path = download
        ? join(folder, basename(download.url), download.member ?? name)
        : join(folder, "bin", name);
      await mkdir(dirname(path), { recursive: true });
      if (name === HOST) await publishHost(path, download?.version ?? version);
      else await cp(programs[name], path);
      if (download !== undefined) archives.set(download.url, download);
    }
    for (const download of archives.values()) {
      const content = join(folder, basename(download.url));
      const plain = download.member === undefined;
      server.publish(
        download,
        plain ? await readFile(join(content, basename(content))) : await archiveOf(content),
      );
    }
  }

  /** The host that can be built, under the version of the official one. */
  async function publishHost(path: string, version: string): Promise<void> {
    const recipe = recipes.find(({ packages }) => packages[HOST] !== undefined);
    const ldflags = recipe?.ldflags.replace(/v[\d.]+$/, `v${version}`) ?? "";
    const built = join(folder, "host");
    const args = ["-C", recipe?.module ?? "", ...buildFlags, "-ldflags", ldflags, "-o", built];
    await execa("go", ["build", ...args, recipe?.packages[HOST] ?? ""], { env: buildEnvironment });
    await fakeProgram(dirname(path), HOST, `exec '${built}' -typescript=false "$@"`);
  }

  it("is up within two minutes on a machine that has nothing yet", async () => {
    const started = Date.now();
    const start = execa(process.execPath, ["sandbox/start.ts", "--directory", join(folder, "sandbox")], {
      env: {
        ...server.settings,
        PATH: [join(folder, "bin"), process.env.PATH].join(delimiter),
        XDG_CACHE_HOME: join(folder, "cache"),
        NODE_V8_COVERAGE: "",
      },
      all: true,
      reject: false,
    });
    let [ready, up] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for await (const line of start.iterable({ from: "all" })) {
      if (line.startsWith("The toolchain is ready")) ready = Date.now() - started;
      if (!line.includes("It stays up until Ctrl-C")) continue;
      up = Date.now() - started;
      start.kill("SIGINT");
    }
    const { all } = await start;
    assert.match(all, /^The toolchain is ready \((\d from PATH, )?\d downloaded\)\.$/m);
    assert.match(all, /Stage prod +from staging; a person promotes/);
    console.log(`      programs after ${Math.round(ready / 1000)} s, up after ${Math.round(up / 1000)} s`);
    assert.ok(up < 120_000, `up after ${up} ms`);
  });
});
