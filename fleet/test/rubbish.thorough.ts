import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { catalogueText, service, stackText } from "../../test/sources.ts";
import { inParallel } from "../parallel.ts";
import { type Folder, removedFolders } from "./folder.ts";
import { kubeconfig, PROD, refusal, SERVER, STACK } from "./refusal.ts";

/** Each command with its required arguments. */
const COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ["adopt", "nginx", ...STACK],
  ["audit", ...STACK],
  ["check"],
  ["comment", "--pull-request", "1", "--note", "note.md"],
  ["decommission", "nginx"],
  ["deployer", ...STACK],
  ["drift", ...STACK, "--events", "events.json"],
  ["issue", "--title", "x", "--note", "note.md"],
  ["list", ...STACK],
  ["move-values", ...STACK],
  ["new", "web", "--team", "edge", "--repository", "acme/web"],
  ["operator", "prod", "--image", `registry.example/pulumi@sha256:${"0".repeat(64)}`],
  ["preview", "--base", "HEAD"],
  ["recover", ...STACK],
  ["redeliver", ...STACK],
  ["release", "create", "r1", "--services", "nginx"],
  ["release", "promote", "r1"],
  ["render", ...STACK],
  ["render", "codeowners"],
  ["render", "codeowners", "--catalogue"],
  ["report", ...STACK, "--last-up", "--events", "events.json"],
  ["reshard", "prod", "--to", "2"],
  ["resume", ...STACK],
  ["seed", ...STACK],
  ["shards", "prod"],
  ["stop-the-line", ...STACK, "--reason", "x"],
  ["status"],
  ["trust", "--base", "HEAD", "--head", "HEAD"],
  ["up"],
  ["windows", ...STACK],
];

const FILES = ["services.json", "Pulumi.prod.yaml", "note.md", "events.json"];
/** Contents of a folder instead of valid files. */
const RUBBISH: Readonly<Record<string, (folder: Folder) => Promise<unknown>>> = {
  "an empty folder": async () => {},
  "folders instead of files": ({ path }) => Promise.all(FILES.map((name) => mkdir(join(path, name)))),
  "files of arbitrary bytes": ({ path }) =>
    Promise.all(
      FILES.map((name) => writeFile(join(path, name), Buffer.from([0xff, 0xfe, 0, 0x80, 10, 0x7b]))),
    ),
  "valid files without an engine, cluster, GitHub or Git": (folder) => right(folder),
  "a catalogue that includes invalid files": async (folder) => {
    await right(folder, { include: ["teams/*.json"] });
    await mkdir(join(folder.path, "teams"));
    await writeFile(join(folder.path, "teams/edge.json"), Buffer.from([0xff, 0, 0x7b]));
    await symlink("/etc/hostname", join(folder.path, "teams/identity.json"));
  },
  "truncated files": ({ write }) =>
    Promise.all(FILES.map((name) => write(name, '{ "services": { "nginx": { "tea'))),
};

/** Valid files of a cluster and a GitHub that cannot be reached. */
async function right({ write }: Folder, more: object = {}): Promise<void> {
  await write("services.json", JSON.stringify({ ...JSON.parse(PROD["services.json"]), ...more }));
  await write("Pulumi.prod.yaml", PROD["Pulumi.prod.yaml"]);
  await write("kubeconfig", kubeconfig(SERVER));
  await write("note.md", "note\n");
  await write("events.json", "");
}

/** Commands that need only the files. */
const ALONE: readonly string[] = ["check", "decommission", "deployer", "list", "new", "render"];

/** An environment without engine and Git, and with an unreachable GitHub. */
const NOBODY = {
  PATH: "/nonexistent",
  GITHUB_TOKEN: "x",
  GITHUB_BASE_URL: "http://127.0.0.1:1",
  GITHUB_REPOSITORY: "acme/platform",
};

describe("invalid input", function () {
  this.timeout(120_000);
  const folderWith = removedFolders();

  it("is tested for all commands", async () => {
    const { stdout } = await execa(process.execPath, [resolve("fleet/main.ts"), "--help"]);
    const [, list = ""] = /^Commands:\n([\s\S]*)/m.exec(stdout) ?? [];
    const named = [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name ?? "");
    assert.deepEqual([...new Set(COMMANDS.map(([name]) => name)), "help"].sort(), named.sort());
  });

  it("may be an unknown option, which each command reports in one line", async () => {
    const { path } = await folderWith();
    const steps = COMMANDS.map((args) => async () => {
      const said = await refusal(path, [...args, "--nonsense"]);
      assert.match(said, /^error: unknown option '--nonsense'\n?$/);
    });
    await inParallel(steps, 2);
  });

  for (const [what, put] of Object.entries(RUBBISH)) {
    it(`every command reports this without a stack trace: ${what}`, async () => {
      const folder = await folderWith();
      await put(folder);
      // Offline commands succeed with valid files.
      const wanted = { "valid files": false, "a catalogue": true }[what.split(/ (?:that|without)/)[0] ?? ""];
      const asking = COMMANDS.filter(([name]) => wanted === undefined || ALONE.includes(name) === wanted);
      const steps = asking.map((args) => async () => {
        const said = await refusal(folder.path, args, NOBODY);
        assert.ok(said.trim().split("\n").length <= 10, said);
      });
      await inParallel(steps, 2);
    });
  }

  it("may be a closed pipe: fleet check | head ends quietly", async () => {
    const { path } = await folderWith({
      "services.json": catalogueText({ nginx: service("nginx") }),
      "Pulumi.prod.yaml": stackText(),
    });
    const script = `"${process.execPath}" "${resolve("fleet/main.ts")}" render --stack prod | head -1`;
    const { stderr } = await execa("sh", ["-c", script], { cwd: path, reject: false });
    assert.doesNotMatch(stderr, /EPIPE|^\s+at /m);
  });
});
