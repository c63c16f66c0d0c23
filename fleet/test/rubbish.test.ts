import assert from "node:assert/strict";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { catalogueText, service, stackText } from "../../test/sources.ts";
import { inParallel } from "../parallel.ts";
import { fleetCommand } from "./commands.ts";
import { type Folder, folderOf } from "./folder.ts";

const STACK = ["--stack", "prod"];
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
const RUBBISH: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  "an empty folder": async () => {},
  "folders instead of files": (folder) => Promise.all(FILES.map((name) => mkdir(join(folder, name)))),
  "files of arbitrary bytes": (folder) =>
    Promise.all(
      FILES.map((name) => writeFile(join(folder, name), Buffer.from([0xff, 0xfe, 0, 0x80, 10, 0x7b]))),
    ),
  "valid files without an engine, cluster, GitHub or Git": (folder) => right(folder),
  "a catalogue that includes invalid files": async (folder) => {
    await right(folder, { include: ["teams/*.json"] });
    await mkdir(join(folder, "teams"));
    await writeFile(join(folder, "teams/edge.json"), Buffer.from([0xff, 0, 0x7b]));
    await symlink("/etc/hostname", join(folder, "teams/identity.json"));
  },
  "truncated files": (folder) =>
    Promise.all(FILES.map((name) => writeFile(join(folder, name), '{ "services": { "nginx": { "tea'))),
};

/** Valid files of a cluster and a GitHub that cannot be reached. */
async function right(folder: string, more: object = {}): Promise<void> {
  const cluster = "{ name: prod, context: prod, kubeconfig: kubeconfig }";
  const list = { ...JSON.parse(catalogueText({ nginx: service("nginx") })), ...more };
  await writeFile(join(folder, "services.json"), JSON.stringify(list));
  await writeFile(join(folder, "Pulumi.prod.yaml"), stackText({ cluster }));
  await writeFile(join(folder, "kubeconfig"), kubeconfig(SERVER, "{ token: t }"));
  await writeFile(join(folder, "note.md"), "note\n");
  await writeFile(join(folder, "events.json"), "");
}

/** Commands that need only the files. */
const ALONE: readonly string[] = ["check", "decommission", "deployer", "list", "new", "render"];

/** A Pulumi CLI whose output is truncated. */
const CUT_OFF = `#!/bin/sh
case "$*" in
  *whoami*) echo '{"url":"file:///nowhere"}' ;;
  *export*) echo '{"version":3,"deploym' ;;
  *preview*) echo '{ "steps": [' ;;
  *) exit 1 ;;
esac
`;

/** An environment without engine and Git, and with an unreachable GitHub. */
const NOBODY = {
  PATH: "/nonexistent",
  GITHUB_TOKEN: "x",
  GITHUB_BASE_URL: "http://127.0.0.1:1",
  GITHUB_REPOSITORY: "acme/platform",
};

const kubeconfig = (cluster: string, user: string) =>
  `{ clusters: [{ name: c, cluster: ${cluster} }], users: [{ name: u, user: ${user} }], contexts: [{ name: prod, context: { cluster: c, user: u } }] }`;
const SERVER = '{ server: "https://127.0.0.1:1" }';
const plugin = (command: string) =>
  `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ${command} } }`;

describe("invalid input", function () {
  this.timeout(120_000);
  const folders: Folder[] = [];
  const folderWith = async (texts: Readonly<Record<string, string>> = {}) => {
    const folder = await folderOf(texts);
    folders.push(folder);
    return folder;
  };
  after(async () => {
    for (const folder of folders) await folder.remove();
  });

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

  /** Checks that the error has one line, or one per problem, and no stack trace. */
  const refusal = async (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const { exitCode, stderr } = await fleetCommand(args, cwd, { GITHUB_TOKEN: "", ...env });
    assert.ok(exitCode === 1 || exitCode === 2, `${args.join(" ")}: ${exitCode}\n${stderr}`);
    assert.doesNotMatch(stderr, /^\s+at |node:internal|Error: /m, args.join(" "));
    return stderr.trimEnd();
  };

  for (const [what, put] of Object.entries(RUBBISH)) {
    it(`every command reports this without a stack trace: ${what}`, async () => {
      const { path } = await folderWith();
      await put(path);
      // Offline commands succeed with valid files.
      const wanted = { "valid files": false, "a catalogue": true }[what.split(/ (?:that|without)/)[0] ?? ""];
      const asking = COMMANDS.filter(([name]) => wanted === undefined || ALONE.includes(name) === wanted);
      const steps = asking.map((args) => async () => {
        const said = await refusal(path, args, NOBODY);
        assert.ok(said.trim().split("\n").length <= 10, said);
      });
      await inParallel(steps, 2);
    });
  }

  for (const [what, text, rule] of [
    ["does not exist", undefined, /cannot be read: ENOENT.*'kubeconfig'/],
    ["is not YAML", "a: [", /^The kubeconfig cannot be read: .*\. Name it with --kubeconfig\.$/],
    ["does not have the context", "{}", /has no context "prod" \(it has: none\)/],
    [
      "names a server without a scheme",
      kubeconfig('{ server: "10.0.0.1:6443" }', "{ token: t }"),
      /no https address/,
    ],
    [
      "names a missing CA",
      kubeconfig('{ server: "https://127.0.0.1:1", certificate-authority: /none/ca.crt }', "{ token: t }"),
      /user "u" cannot be used: ENOENT.*\/none\/ca\.crt/,
    ],
    [
      "has an invalid certificate",
      kubeconfig(SERVER, "{ client-certificate-data: AAAA, client-key-data: AAAA }"),
      /user "u" cannot be used: .*PEM/,
    ],
    [
      "names a missing plugin",
      kubeconfig(SERVER, plugin("nonesuch")),
      /cannot be used: spawn nonesuch ENOENT/,
    ],
    [
      "has a plugin that fails",
      kubeconfig(SERVER, plugin('"false"')),
      /its exec plugin failed without a message/,
    ],
    [
      "has a plugin that prints no JSON",
      kubeconfig(SERVER, plugin("uname")),
      /does not print an ExecCredential/,
    ],
    [
      "names an unreachable server",
      kubeconfig(SERVER, "{ token: t }"),
      /https:\/\/127\.0\.0\.1:1 cannot be reached/,
    ],
  ] as const) {
    it(`audit reports in one line that the kubeconfig ${what}`, async () => {
      const cluster = "{ name: prod, context: prod, kubeconfig: kubeconfig }";
      const { path, write } = await folderWith({
        "services.json": catalogueText({ nginx: service("nginx") }),
        "Pulumi.prod.yaml": stackText({ cluster }),
      });
      if (text !== undefined) await write("kubeconfig", text);
      const said = await refusal(path, ["audit", ...STACK]);
      assert.match(said, rule);
      assert.equal(said.trim().split("\n").length, 1);
    });
  }

  for (const [what, args, env, rule] of [
    [
      "truncated state",
      ["recover", ...STACK],
      {},
      /The output of pulumi stack export cannot be read: it is not JSON/,
    ],
    ["GITHUB_BASE_URL", ["seed", ...STACK], { GITHUB_BASE_URL: "nonsense" }, /An address in the environment/],
    [
      "HTTPS_PROXY",
      ["redeliver", ...STACK],
      { HTTPS_PROXY: "nonsense" },
      /An address in the environment is invalid/,
    ],
    [
      "GITHUB_SERVER_URL",
      ["comment", "--pull-request", "1", "--note", "services.json"],
      { GITHUB_REPOSITORY: "a/b", GITHUB_SERVER_URL: "nonsense" },
      /An address in the environment is invalid/,
    ],
    [
      "a stack's name",
      ["list", "--stack", "../../etc/x"],
      {},
      /^There is no stack "\.\.\/\.\.\/etc\/x" here/,
    ],
    [
      "a stack of another project",
      ["list", "--stack", "acme/web/prod"],
      {},
      /This is the project kargo-fleet\./,
    ],
    ["the path of an output file", ["check", "--github-output", "none/x"], {}, /ENOENT.*none\/x/],
    [
      "the path of an output folder",
      ["render", ...STACK, "--out", "services.json"],
      {},
      /services\.json is not a folder/,
    ],
    [
      "a user's name",
      ["deployer", ...STACK, "--read-only", "system:masters"],
      {},
      /"system:masters" is no user/,
    ],
    ["the working directory", ["-C", "nowhere", "check"], {}, /nowhere is not an accessible folder/],
    ["a command's name", ["chekc"], {}, /unknown command 'chekc'/],
  ] as const) {
    it(`reports in one line that this is invalid: ${what}`, async () => {
      const { path, write } = await folderWith({
        "services.json": catalogueText({ nginx: service("nginx") }),
        "Pulumi.prod.yaml": stackText({ cluster: "{ name: prod, context: prod, kubeconfig: kubeconfig }" }),
        pulumi: CUT_OFF,
      });
      await write("kubeconfig", kubeconfig(SERVER, "{ token: t }"));
      await chmod(join(path, "pulumi"), 0o755);
      const PATH = `${path}:${process.env.PATH}`;
      assert.match(await refusal(path, args, { GITHUB_TOKEN: "x", PATH, ...env }), rule);
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
