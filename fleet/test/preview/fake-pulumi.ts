import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** What one call of the fake does: events for the log, words on stderr, an exit code. */
export interface Answer {
  readonly events?: readonly object[];
  readonly stderr?: string;
  readonly code?: number;
  /** Files of its working directory, or of `<backend>/`, whose texts it remembers. */
  readonly show?: readonly string[];
}

/** How the fake was called. */
export interface Call {
  readonly targets: readonly string[];
  readonly only: string;
  /** The backend that it was told, where that is another than the tests' own. */
  readonly backend?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Where it was told to look for the passphrase. */
  readonly passphrase?: string;
}

/** A program `pulumi` on PATH that gives prepared answers, one a preview; the last one again and again. */
export async function fakePulumi(): Promise<{
  answer(...answers: readonly Answer[]): Promise<void>;
  calls(): Promise<readonly Call[]>;
  /** What `pulumi stack export` writes from now on; without it there is nothing to export. */
  exports(state: object | undefined): Promise<void>;
  /** What its backend has in files of this machine from now on; without it there are none. */
  stores(state: object | undefined): Promise<void>;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "fake-pulumi-"));
  const [answers, calls] = [join(folder, "answers.json"), join(folder, "calls.jsonl")];
  const state = join(folder, "state.json");
  const stored = join(folder, "own/.pulumi/stacks/kargo-fleet/test.json");
  const ambient = process.env.PULUMI_BACKEND_URL;
  await writeFile(
    join(folder, "pulumi"),
    `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
const after = (flag) => args.flatMap((arg, index) => (arg === flag ? [args[index + 1]] : []));
if (args[0] === "whoami") {
  process.stdout.write(JSON.stringify({ url: ${JSON.stringify(`file://${folder}/own`)} }));
  process.exit(0);
}
if (args[0] === "stack") {
  if (!fs.existsSync(${JSON.stringify(state)})) process.exit(255);
  fs.copyFileSync(${JSON.stringify(state)}, after("--file")[0]);
  process.exit(0);
}
const done = fs.readFileSync(${JSON.stringify(calls)}, "utf8").split("\\n").length - 1;
const all = JSON.parse(fs.readFileSync(${JSON.stringify(answers)}, "utf8"));
const { events = [], stderr = "", code = 0, show = [] } = all[Math.min(done, all.length - 1)];
const place = (process.env.PULUMI_BACKEND_URL ?? "").replace("file://", "");
const files = Object.fromEntries(show.map((file) => [file, fs.readFileSync(file.replace("<backend>", place), "utf8")]));
fs.appendFileSync(${JSON.stringify(calls)}, JSON.stringify({ targets: after("--target"), only: process.env.KARGO_FLEET_ONLY, ...(process.env.PULUMI_BACKEND_URL !== ${JSON.stringify(ambient)} && { backend: process.env.PULUMI_BACKEND_URL }), ...(show.length > 0 && { files }), passphrase: process.env.PULUMI_CONFIG_PASSPHRASE_FILE }) + "\\n");
if (events.length > 0) fs.writeFileSync(after("--event-log")[0], events.map((event) => JSON.stringify(event) + "\\n").join(""));
process.stderr.write(stderr);
process.exitCode = code;
`,
  );
  await chmod(join(folder, "pulumi"), 0o700);
  const path = process.env.PATH;
  process.env.PATH = [folder, path].join(delimiter);
  return {
    answer: async (...all) => {
      await writeFile(calls, "");
      await writeFile(answers, JSON.stringify(all));
    },
    exports: (exported) => put(state, exported),
    stores: (content) => put(stored, content),
    calls: async () =>
      (await readFile(calls, "utf8"))
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Call),
    remove: async () => {
      process.env.PATH = path;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function put(file: string, content: object | undefined): Promise<void> {
  if (content === undefined) return await rm(file, { force: true });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(content));
}

/** What the engine says before a step. */
export function step(op: string, urn: string, more: object = {}): object {
  const type = (urn.split("::")[2] ?? "").split("$").at(-1);
  return {
    sequence: 1,
    timestamp: 2,
    resourcePreEvent: { metadata: { op, urn, type, old: {}, new: {}, ...more } },
  };
}

/** What the engine or the program says where something is wrong. */
export function warning(message: string): object {
  return { ...error(message), diagnosticEvent: { severity: "warning", message: `warning: ${message}` } };
}

export function error(message: string): object {
  return {
    sequence: 1,
    timestamp: 2,
    diagnosticEvent: { severity: "error", message: `<{%reset%}>error: ${message}<{%reset%}>\n` },
  };
}
