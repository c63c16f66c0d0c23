import { createHash } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import { filesOfService, type ServiceValues, type ValuesFile } from "../../manifests/values-file.ts";
import { commitMissing } from "./commit.ts";
import type { Target } from "./target.ts";

/** What the engine hands over, and keeps in the state of the stack. */
export interface ValuesFilesInputs extends Target {
  readonly services: Readonly<Record<string, ServiceValues>>;
}

/** What the engine keeps of the outcome. */
export interface ValuesFilesOutputs {
  /** Of the places of all files; of their text nothing, since after the first writing it is not ours. */
  readonly digest: string;
}

let token: string | undefined;

/** Keeps the token to itself: the process serves one command of one stack, and what it returns ends up in the state. */
export function configure({ config }: dynamic.ConfigureRequest): void {
  token = config.get("github:token") || process.env.GITHUB_TOKEN;
}

/** Compares where files should be, and asks nobody: a preview makes no call. */
export function diff(olds: ValuesFilesOutputs, news: ValuesFilesInputs): dynamic.DiffResult {
  return { changes: olds.digest !== digest(news) };
}

export async function create(inputs: ValuesFilesInputs): Promise<dynamic.CreateResult<ValuesFilesOutputs>> {
  return { id: "values-files", outs: await write(inputs) };
}

/** Writes what is missing; a file whose service is gone stays where it is. */
export async function update(inputs: ValuesFilesInputs): Promise<dynamic.UpdateResult<ValuesFilesOutputs>> {
  return { outs: await write(inputs) };
}

async function write(inputs: ValuesFilesInputs): Promise<ValuesFilesOutputs> {
  const { repository, branch, url } = inputs;
  // The engine shows what its plugins print beside the resource.
  await commitMissing({ repository, branch, url }, filesOf(inputs), { token, report: console.log });
  return { digest: digest(inputs) };
}

function filesOf({ services }: ValuesFilesInputs): ValuesFile[] {
  return Object.entries(services)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => filesOfService(name, values));
}

function digest(inputs: ValuesFilesInputs): string {
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
