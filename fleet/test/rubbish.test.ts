import assert from "node:assert/strict";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { catalogueText, service, stackText } from "../../test/sources.ts";
import { inParallel } from "../audit/parallel.ts";
import { fleetCommand } from "./commands.ts";
import { type Folder, folderOf } from "./folder.ts";

const STACK = ["--stack", "prod"];
/** Each command, with what it demands. */
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
  ["preview", "--base", "HEAD"],
  ["recover", ...STACK],
  ["redeliver", ...STACK],
  ["render", ...STACK],
  ["render", "codeowners"],
  ["render", "codeowners", "--catalogue"],
  ["report", ...STACK, "--last-up", "--events", "events.json"],
  ["seed", ...STACK],
  ["trust", "--base", "HEAD", "--head", "HEAD"],
];

const FILES = ["services.json", "Pulumi.prod.yaml", "note.md", "events.json"];
/** What somebody may have instead of the right files. */
const RUBBISH: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  "an empty folder": async () => {},
  "folders where files should be": (folder) => Promise.all(FILES.map((name) => mkdir(join(folder, name)))),
  "files of any bytes": (folder) =>
    Promise.all(
      FILES.map((name) => writeFile(join(folder, name), Buffer.from([0xff, 0xfe, 0, 0x80, 10, 0x7b]))),
    ),
  "right files that no engine, cluster, GitHub or Git is there for": (folder) => right(folder),
  "a catalogue that includes rubbish": async (folder) => {
    await right(folder, { include: ["teams/*.json"] });
    await mkdir(join(folder, "teams"));
    await writeFile(join(folder, "teams/edge.json"), Buffer.from([0xff, 0, 0x7b]));
    await symlink("/etc/hostname", join(folder, "teams/identity.json"));
  },
  "files that are cut off": (folder) =>
    Promise.all(FILES.map((name) => writeFile(join(folder, name), '{ "services": { "nginx": { "tea'))),
};

/** Files without a fault, of a cluster and a GitHub that nobody can reach. */
async function right(folder: string, more: object = {}): Promise<void> {
  const cluster = "{ name: prod, context: prod, kubeconfig: kubeconfig }";
  const list = { ...JSON.parse(catalogueText({ nginx: service("nginx") })), ...more };
  await writeFile(join(folder, "services.json"), JSON.stringify(list));
  await writeFile(join(folder, "Pulumi.prod.yaml"), stackText({ cluster }));
  await writeFile(join(folder, "kubeconfig"), kubeconfig(SERVER, "{ token: t }"));
  await writeFile(join(folder, "note.md"), "note\n");
  await writeFile(join(folder, "events.json"), "");
}

/** What commands of a folder of right files can do without anybody. */
const ALONE: readonly string[] = ["check", "decommission", "deployer", "list", "new", "render"];

/** A CLI of the engine that ends in the middle of what it says. */
const CUT_OFF = `#!/bin/sh
case "$*" in
  *whoami*) echo '{"url":"file:///nowhere"}' ;;
  *export*) echo '{"version":3,"deploym' ;;
  *preview*) echo '{ "steps": [' ;;
  *) exit 1 ;;
esac
`;

/** An environment in which there is neither an engine nor Git, and no GitHub at its address. */
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

describe("rubbish", function () {
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

  it("are all commands that there are", async () => {
    const { stdout } = await execa(process.execPath, [resolve("fleet/main.ts"), "--help"]);
    const [, list = ""] = /^Commands:\n([\s\S]*)/m.exec(stdout) ?? [];
    const named = [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name ?? "");
    assert.deepEqual([...new Set(COMMANDS.map(([name]) => name)), "help"].sort(), named.sort());
  });

  it("is an option that no command knows: each says so in one line", async () => {
    const { path } = await folderWith();
    const steps = COMMANDS.map((args) => async () => {
      const said = await refusal(path, [...args, "--nonsense"]);
      assert.match(said, /^error: unknown option '--nonsense'\n?$/);
    });
    await inParallel(steps, 2, () => {});
  });

  /** One line, or one a problem, says what is wrong; a stack trace never. */
  const refusal = async (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const { exitCode, stderr } = await fleetCommand(args, cwd, { GITHUB_TOKEN: "", ...env });
    assert.ok(exitCode === 1 || exitCode === 2, `${args.join(" ")}: ${exitCode}\n${stderr}`);
    assert.doesNotMatch(stderr, /^\s+at |node:internal|Error: /m, args.join(" "));
    return stderr.trimEnd();
  };

  for (const [what, put] of Object.entries(RUBBISH)) {
    it(`gets from every command lines that a person understands, and no stack trace: ${what}`, async () => {
      const { path } = await folderWith();
      await put(path);
      // Whoever needs nobody is content with right files; and one reading of the catalogue is everybody's.
      const wanted = { "right files": false, "a catalogue": true }[what.split(" that")[0] ?? ""];
      const asking = COMMANDS.filter(([name]) => wanted === undefined || ALONE.includes(name) === wanted);
      const steps = asking.map((args) => async () => {
        const said = await refusal(path, args, NOBODY);
        assert.ok(said.trim().split("\n").length <= 10, said);
      });
      await inParallel(steps, 2, () => {});
    });
  }

  for (const [what, text, rule] of [
    ["is not there", undefined, /cannot be read: ENOENT.*'kubeconfig'/],
    ["is no YAML", "a: [", /^The kubeconfig cannot be read: .*\. Name it with --kubeconfig\.$/],
    ["knows no such context", "{}", /has no context "prod" \(it has: none\)/],
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
      "has a certificate that is none",
      kubeconfig(SERVER, "{ client-certificate-data: AAAA, client-key-data: AAAA }"),
      /user "u" cannot be used: .*PEM/,
    ],
    [
      "names a plugin that is missing",
      kubeconfig(SERVER, plugin("nonesuch")),
      /cannot be used: spawn nonesuch ENOENT/,
    ],
    [
      "has a plugin that fails",
      kubeconfig(SERVER, plugin('"false"')),
      /its exec plugin failed without a word/,
    ],
    [
      "has a plugin that prints no JSON",
      kubeconfig(SERVER, plugin("uname")),
      /does not print an ExecCredential/,
    ],
    ["leads nowhere", kubeconfig(SERVER, "{ token: t }"), /https:\/\/127\.0\.0\.1:1 cannot be reached/],
  ] as const) {
    it(`is a kubeconfig that ${what}: audit says so in one line`, async () => {
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
      "a state that is cut off",
      ["recover", ...STACK],
      {},
      /pulumi stack export says cannot be read: it is no JSON/,
    ],
    [
      "an address of GitHub",
      ["seed", ...STACK],
      { GITHUB_BASE_URL: "nonsense" },
      /An address in the environment/,
    ],
    [
      "a proxy",
      ["redeliver", ...STACK],
      { HTTPS_PROXY: "nonsense" },
      /An address in the environment is none/,
    ],
    [
      "the server of a workflow",
      ["comment", "--pull-request", "1", "--note", "services.json"],
      { GITHUB_REPOSITORY: "a/b", GITHUB_SERVER_URL: "nonsense" },
      /An address in the environment is none/,
    ],
    ["a stack", ["list", "--stack", "../../etc/x"], {}, /^There is no stack "\.\.\/\.\.\/etc\/x" here/],
    [
      "a stack of another project",
      ["list", "--stack", "acme/web/prod"],
      {},
      /This is the project kargo-fleet\./,
    ],
    ["a file to write", ["check", "--github-output", "none/x"], {}, /ENOENT.*none\/x/],
    ["a folder to write", ["render", ...STACK, "--out", "services.json"], {}, /services\.json is no folder/],
    [
      "an identity",
      ["deployer", ...STACK, "--read-only", "system:masters"],
      {},
      /"system:masters" is no user/,
    ],
    ["a folder to work in", ["-C", "nowhere", "check"], {}, /nowhere is no folder that can be entered/],
    ["a command", ["chekc"], {}, /unknown command 'chekc'/],
  ] as const) {
    it(`is ${what}: one line says so`, async () => {
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

  it("is no reader who goes away: fleet check | head ends quietly", async () => {
    const { path } = await folderWith({
      "services.json": catalogueText({ nginx: service("nginx") }),
      "Pulumi.prod.yaml": stackText(),
    });
    const script = `"${process.execPath}" "${resolve("fleet/main.ts")}" render --stack prod | head -1`;
    const { stderr } = await execa("sh", ["-c", script], { cwd: path, reject: false });
    assert.doesNotMatch(stderr, /EPIPE|^\s+at /m);
  });
});
