import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { type Download, downloadOf, type Publication } from "../../toolchain/downloads.ts";
import { firstOnPath } from "../../toolchain/places.ts";
import { command, type ProgramDefinition } from "../../toolchain/programs.ts";
import { type DownloadServer, SETTINGS } from "../download-server.ts";

/** A folder for one test. Its `bin` is the whole PATH; no maker answers. */
export interface Place {
  readonly folder: string;
  readonly bin: string;
  readonly cache: string;
  readonly environment: NodeJS.ProcessEnv;
}

const run = promisify(execFile);
let goCache: Promise<string> | undefined;

/** Gives each test of the surrounding `describe` its own place, whose `bin` contains only `tar`. */
export function freshPlace(): () => Place {
  let place: Place;
  beforeEach(async () => {
    // Go's own cache would move with XDG_CACHE_HOME, and every test would compile the standard library.
    goCache ??= run("go", ["env", "GOCACHE"]).then(
      ({ stdout }) => stdout.trim(),
      () => "",
    );
    const folder = await mkdtemp(join(tmpdir(), "toolchain-"));
    const bin = join(folder, "bin");
    await fakeProgram(bin, "tar", 'PATH=/usr/bin:/bin exec tar "$@"');
    const environment = {
      ...process.env,
      PATH: bin,
      XDG_CACHE_HOME: join(folder, "xdg"),
      GOCACHE: await goCache,
      PULUMI_HOME: join(folder, "pulumi-home"),
      KARGO_FLEET_TOOLCHAIN: "",
      ...Object.fromEntries(SETTINGS.map((setting) => [setting, "http://127.0.0.1:2"])),
    };
    place = { folder, bin, cache: join(folder, "xdg", "kargo-fleet", "toolchain"), environment };
  });
  afterEach(() => rm(place.folder, { recursive: true, force: true, maxRetries: 5 }));
  return () => place;
}

/** Writes a shell script in place of a program. */
export async function fakeProgram(folder: string, name: string, script: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

/** Writes a plugin that answers `GetPluginInfo` over gRPC and ignores SIGINT, like real plugins. */
export async function fakePlugin(folder: string, name: string, version: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const service = name.includes("language") ? "pulumirpc.LanguageRuntime" : "pulumirpc.ResourceProvider";
  const script = join(folder, `.${name}.cjs`);
  await mkdir(folder, { recursive: true });
  await writeFile(
    script,
    `const grpc = require(${JSON.stringify(require.resolve("@grpc/grpc-js"))});
    const { PluginInfo } = require(${JSON.stringify(require.resolve("@pulumi/pulumi/proto/plugin_pb.js"))});
    process.on("SIGINT", () => {});
    const server = new grpc.Server();
    const getPluginInfo = {
      path: "/${service}/GetPluginInfo", requestStream: false, responseStream: false,
      requestDeserialize: (bytes) => bytes, responseSerialize: (info) => Buffer.from(info.serializeBinary()),
    };
    server.addService({ getPluginInfo }, {
      getPluginInfo: (_, answer) => answer(null, new PluginInfo().setVersion(${JSON.stringify(version)})),
    });
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_, port) => console.log(port));`,
  );
  await fakeProgram(folder, name, `exec '${process.execPath}' '${script}' "$@"`);
}

/** A real archive of a folder, or of these names in it. */
export async function archiveOf(folder: string, ...names: readonly string[]): Promise<Buffer> {
  const archive = `${folder}.tar.gz`;
  const members = names.length > 0 ? names : await readdir(folder);
  await run("tar", ["--use-compress-program=gzip -1", "-cf", archive, "-C", folder, ...members]);
  return readFile(archive).finally(() => rm(archive));
}

/**
 * Publishes programs as their makers do.
 * @param folder whose `bin` gets programs that are not published for this platform
 * @param write creates one program that prints a version, at a path in an existing folder
 */
export async function publishAll(
  server: DownloadServer,
  folder: string,
  programs: readonly ProgramDefinition[],
  write: (program: ProgramDefinition, path: string, version: string) => Promise<void>,
): Promise<void> {
  const files = new Map<string, Download>();
  for (const program of programs) {
    const download = downloadOf(program, server.settings);
    const path = download
      ? join(folder, basename(download.url), download.member ?? basename(download.url, ".gz"))
      : join(folder, "bin", program.name);
    await mkdir(dirname(path), { recursive: true });
    await write(program, path, download?.version ?? program.version);
    if (download !== undefined) files.set(download.url, download);
  }
  for (const download of files.values()) {
    const content = join(folder, basename(download.url));
    const plain = download.member ? undefined : await readFile(join(content, basename(content, ".gz")));
    const packed = plain && content.endsWith(".gz") ? gzipSync(plain) : plain;
    server.publish(download, packed ?? (await archiveOf(content)));
  }
}

/** Puts the machine's Go on a test's PATH. The shell code `before` runs first and sees Go's arguments. */
export async function goOnPath({ bin }: Place, before = ""): Promise<void> {
  const go = await firstOnPath("go", process.env);
  if (go === undefined) {
    throw new Error("these tests build with Go: put it on PATH");
  }
  await fakeProgram(bin, "go", `PATH='${dirname(go)}:/usr/bin:/bin'\n${before}\nexec '${go}' "$@"`);
}

/** The output of `hello` when it is asked for its version. */
interface HelloOptions {
  /** The version that the linker writes into it. @default "1.2.3" */
  readonly linked?: string;
  readonly main?: string;
  readonly goMod?: string;
}

/** One program, `hello` 1.2.3, with a Go module that builds in a moment. */
export async function helloProgram({ folder }: Place, options: HelloOptions = {}): Promise<Hello> {
  const module = join(folder, "module");
  await mkdir(module, { recursive: true });
  await writeFile(join(module, "go.mod"), options.goMod ?? "module example.com/hello\n\ngo 1.21\n");
  await writeFile(
    join(module, "main.go"),
    options.main ??
      `package main\n\nimport "os"\n\nvar version = "none"\n\nfunc main() { os.Stdout.WriteString("hello " + version + "\\n") }\n`,
  );
  return helloIn(folder, options.linked);
}

/** The list of one program for the code under test. */
export type Hello = readonly [ProgramDefinition<"hello">];

/** The publication of `hello`. */
export const helloPublished: Publication = {
  site: "github",
  file: "hello/v{version}/hello-{os}-{arch}.tar.gz",
  checksums: "SHA256SUMS",
  member: "hello-{version}/{program}",
};

/** The definition of a program whose module {@link helloProgram} wrote. */
export function helloIn(folder: string, linked = "1.2.3"): Hello {
  const hello = {
    name: "hello",
    version: "1.2.3",
    question: command(/hello (\S+)/, "version"),
    wanted: "^1.2.0",
    published: "https://example.com/releases",
    download: helloPublished,
    recipe: { module: join(folder, "module"), ldflags: `-s -w -X main.version=${linked}`, usually: "2 s" },
    package: ".",
  } as const;
  return [hello];
}

/** Captures written lines. */
export class Lines {
  text = "";
  readonly stream: NodeJS.WritableStream = Object.assign(Object.create(process.stdout), {
    write: (chunk: string) => {
      this.text += chunk;
      return true;
    },
  });
}
