import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** The behaviour of one call of the fake: events for the log, text on stderr, an exit code. */
export interface Answer {
  readonly events?: readonly object[];
  readonly stderr?: string;
  readonly code?: number;
  /** Files of its working directory, or of `<backend>/`, whose texts it records. */
  readonly show?: readonly string[];
}

/** A recorded call of the fake. */
export interface Call {
  readonly targets: readonly string[];
  readonly only: string;
  /** The given backend, if it is not the tests' own. */
  readonly backend?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** The path of the given passphrase file. */
  readonly passphrase?: string;
}

interface FakePulumi {
  answer(...answers: readonly Answer[]): Promise<void>;
  calls(): Promise<readonly Call[]>;
  /** Sets the output of `pulumi stack export`; undefined for a failure. */
  exports(state: object | undefined): Promise<void>;
  /** Sets the state in the files of its local backend; undefined for none. */
  stores(state: object | undefined): Promise<void>;
  remove(): Promise<void>;
}

/**
 * A fake `pulumi` on PATH for the tests of the surrounding `describe`. It gives one prepared answer per preview, and
 * repeats the last one.
 */
export function fakePulumi(): FakePulumi {
  const fake = {} as FakePulumi;
  before(async () => Object.assign(fake, await startFake()));
  after(() => fake.remove());
  return fake;
}

async function startFake(): Promise<FakePulumi> {
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

/** The engine's event before a step. */
export function step(op: string, urn: string, more: object = {}): object {
  const type = (urn.split("::")[2] ?? "").split("$").at(-1);
  return {
    sequence: 1,
    timestamp: 2,
    resourcePreEvent: { metadata: { op, urn, type, old: {}, new: {}, ...more } },
  };
}

/** The event of a warning from the engine or the program. */
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
