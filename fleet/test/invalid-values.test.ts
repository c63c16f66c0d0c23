import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { removedFolders } from "./folder.ts";
import { kubeconfig, PROD, refusal, SERVER, STACK } from "./refusal.ts";

/** A Pulumi CLI whose output is truncated. */
const CUT_OFF = `#!/bin/sh
case "$*" in
  *whoami*) echo '{"url":"file:///nowhere"}' ;;
  *export*) echo '{"version":3,"deploym' ;;
  *preview*) echo '{ "steps": [' ;;
  *) exit 1 ;;
esac
`;

const plugin = (command: string) =>
  `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ${command} } }`;

describe("an invalid value", function () {
  this.timeout(120_000);
  const folderWith = removedFolders();

  for (const [what, text, rule] of [
    ["does not exist", undefined, /cannot be read: ENOENT.*'kubeconfig'/],
    ["is not YAML", "a: [", /^The kubeconfig cannot be read: .*\. Name it with --kubeconfig\.$/],
    ["does not have the context", "{}", /has no context "prod" \(it has: none\)/],
    ["names a server without a scheme", kubeconfig('{ server: "10.0.0.1:6443" }'), /no https address/],
    [
      "names a missing CA",
      kubeconfig('{ server: "https://127.0.0.1:1", certificate-authority: /none/ca.crt }'),
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
    ["names an unreachable server", kubeconfig(SERVER), /https:\/\/127\.0\.0\.1:1 cannot be reached/],
  ] as const) {
    it(`audit reports in one line that the kubeconfig ${what}`, async () => {
      const { path } = await folderWith({ ...PROD, ...(text !== undefined && { kubeconfig: text }) });
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
      /"system:masters" is not a valid user name/,
    ],
    ["the working directory", ["-C", "nowhere", "check"], {}, /nowhere is not an accessible folder/],
    ["a command's name", ["chekc"], {}, /unknown command 'chekc'/],
  ] as const) {
    it(`reports in one line that this is invalid: ${what}`, async () => {
      const { path } = await folderWith({ ...PROD, pulumi: CUT_OFF, kubeconfig: kubeconfig(SERVER) });
      await chmod(join(path, "pulumi"), 0o755);
      const PATH = `${path}:${process.env.PATH}`;
      assert.match(await refusal(path, args, { GITHUB_TOKEN: "x", PATH, ...env }), rule);
    });
  }
});
