import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { type DownloadServer, downloadServer } from "../sandbox/test/download-server.ts";
import { fakeProgram, publishAll } from "../sandbox/test/toolchain/fakes.ts";
import { type ProgramName, programs } from "../sandbox/toolchain/programs.ts";
import { buildEnvironment, buildFlags } from "../sandbox/toolchain/recipes.ts";

import { sharedPrograms, stopShared } from "../test/engine/control-plane.ts";

const HOST = "pulumi-language-nodejs";

/** `npm run bench -- start`: measures `npm start` with all downloads, and without any. */
export function startBench(): Command {
  return new Command("start")
    .description(
      "npm start with an empty cache and a server of downloads on this machine, then with a warm cache.",
    )
    .addHelpText(
      "after",
      `
The archives hold the programs that the toolchain of this machine has. The official sites are not asked.`,
    )
    .action(run);
}

async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-downloads-"));
  const server = await downloadServer();
  try {
    const { programs: own } = await sharedPrograms();
    // Programs that are not published for this platform go on PATH, so that none is built.
    await publishAll(server, folder, programs, ({ name }, path, version) =>
      name === HOST ? writeHost(folder, path, version) : cp(own[name as ProgramName], path),
    );
    console.log("| cache | programs ready | up |\n|---|---|---|");
    for (const cache of ["empty", "warm"]) {
      const { ready, up } = await timeToUp(folder, server);
      console.log(`| ${cache} | ${ready.toFixed(0)} s | ${up.toFixed(0)} s |`);
    }
  } finally {
    server.close();
    await stopShared();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The host that can be built, with the version number of the official one. */
async function writeHost(folder: string, path: string, version: string): Promise<void> {
  const host = programs.find(({ name }) => name === HOST);
  const ldflags = host?.recipe.ldflags.replace(/v[\d.]+$/, `v${version}`) ?? "";
  const built = join(folder, "host");
  const args = ["-C", host?.recipe.module ?? "", ...buildFlags, "-ldflags", ldflags, "-o", built];
  await execa("go", ["build", ...args, host?.package ?? ""], { env: buildEnvironment });
  await fakeProgram(dirname(path), HOST, `exec '${built}' -typescript=false "$@"`);
}

async function timeToUp(folder: string, server: DownloadServer): Promise<{ ready: number; up: number }> {
  const started = performance.now();
  const passed = () => (performance.now() - started) / 1000;
  const start = execa(process.execPath, ["sandbox/start.ts", "--directory", join(folder, "sandbox")], {
    env: {
      ...server.settings,
      PATH: [join(folder, "bin"), process.env.PATH].join(delimiter),
      XDG_CACHE_HOME: join(folder, "cache"),
    },
    all: true,
    reject: false,
  });
  let [ready, up] = [Number.NaN, Number.NaN];
  for await (const line of start.iterable({ from: "all" })) {
    if (line.startsWith("The toolchain is ready")) ready = passed();
    if (!line.includes("It stays up until Ctrl-C")) continue;
    up = passed();
    start.kill("SIGINT");
  }
  const { all } = await start;
  if (Number.isNaN(up)) throw new Error(`npm start was never up:\n${all}`);
  return { ready, up };
}
