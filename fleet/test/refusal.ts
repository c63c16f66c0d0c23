import assert from "node:assert/strict";
import { catalogueText, service, stackText } from "../../test/sources.ts";
import { fleetCommand } from "./commands.ts";

export const STACK = ["--stack", "prod"];
/** The cluster of a kubeconfig that cannot be reached. */
export const SERVER = '{ server: "https://127.0.0.1:1" }';

/** A kubeconfig with the context `prod`. */
export const kubeconfig = (cluster: string, user = "{ token: t }") =>
  `{ clusters: [{ name: c, cluster: ${cluster} }], users: [{ name: u, user: ${user} }], contexts: [{ name: prod, context: { cluster: c, user: u } }] }`;

/** The files of the stack `prod`, whose kubeconfig a test adds. */
export const PROD = {
  "services.json": catalogueText({ nginx: service("nginx") }),
  "Pulumi.prod.yaml": stackText({ cluster: "{ name: prod, context: prod, kubeconfig: kubeconfig }" }),
};

/** What a command that fails says. @throws AssertionError if it succeeds, or prints a stack trace */
export async function refusal(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { exitCode, stderr } = await fleetCommand(args, cwd, { GITHUB_TOKEN: "", ...env });
  assert.ok(exitCode === 1 || exitCode === 2, `${args.join(" ")}: ${exitCode}\n${stderr}`);
  assert.doesNotMatch(stderr, /^\s+at |node:internal|Error: /m, args.join(" "));
  return stderr.trimEnd();
}
