import { createHash } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import type { GitHubApp, GitHubAuth } from "../../git-host/github/api/auth.ts";
import { filesOfService, type ServiceValues, type ValuesFile } from "../../manifests/values-file.ts";
import { commitMissing } from "./commit.ts";
import type { Target } from "./target.ts";

/** The engine's inputs, which the state contains. */
export interface ValuesFilesInputs extends Target {
  readonly services: Readonly<Record<string, ServiceValues>>;
}

/** The outputs in the state. */
export interface ValuesFilesOutputs {
  /** A digest of all paths. The content is not included, because after the first commit it is not ours. */
  readonly digest: string;
}

/** The plugin's configuration. */
interface GitHubSecrets {
  readonly token?: string | undefined;
  /** A {@link GitHubApp}, as JSON. */
  readonly app?: string | undefined;
}

/** States of version 0.1.0 import this file by path at a refresh and call this function. It reads nothing. */
export function configure(): void {}

/** Compares the paths without any call, so a preview calls nobody. */
export function diff(olds: ValuesFilesOutputs, news: ValuesFilesInputs): dynamic.DiffResult {
  return { changes: olds.digest !== digest(news) };
}

export async function create(
  inputs: ValuesFilesInputs,
  secrets: GitHubSecrets,
): Promise<dynamic.CreateResult<ValuesFilesOutputs>> {
  return { id: "values-files", outs: await write(inputs, secrets) };
}

/** Creates missing files; the files of a removed service are kept. */
export async function update(
  inputs: ValuesFilesInputs,
  secrets: GitHubSecrets,
): Promise<dynamic.UpdateResult<ValuesFilesOutputs>> {
  return { outs: await write(inputs, secrets) };
}

async function write(inputs: ValuesFilesInputs, secrets: GitHubSecrets): Promise<ValuesFilesOutputs> {
  const { repository, branch, url } = inputs;
  // The engine shows a plugin's output beside the resource.
  await commitMissing({ repository, branch, url }, filesOf(inputs), {
    auth: authOf(secrets),
    report: console.log,
  });
  return { digest: digest(inputs) };
}

function authOf({ app, token }: GitHubSecrets): GitHubAuth | undefined {
  return app === undefined ? token || process.env.GITHUB_TOKEN : (JSON.parse(app) as GitHubApp);
}

function filesOf({ services }: ValuesFilesInputs): ValuesFile[] {
  return Object.entries(services)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => filesOfService(name, values));
}

/** What the state keeps of these inputs. */
export function digest(inputs: ValuesFilesInputs): string {
  const { repository, branch, url } = inputs;
  const places = [
    url,
    repository,
    branch,
    ...filesOf(inputs)
      .map(({ path }) => path)
      .sort(),
  ];
  return createHash("sha256").update(places.join("\n")).digest("hex").slice(0, 16);
}
