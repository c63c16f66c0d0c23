import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { type LocalGitHub, startLocalGitHub } from "./server.ts";

interface Flags {
  readonly directory: string;
  readonly owner: string;
  readonly tokenFile: string;
  readonly repositories: string;
  readonly readyFile: string;
  readonly deliverTo?: string;
}

const seeds = z.array(
  z.strictObject({
    name: z.string(),
    files: z.record(z.string(), z.string()).exactOptional(),
  }),
);

const program = new Command("local-github")
  .description("A local GitHub: webhooks, files and Git, on 127.0.0.1, until it gets SIGTERM or SIGINT.")
  .requiredOption("--directory <folder>", "the folder for its data")
  .requiredOption("--owner <name>", "its organization")
  .requiredOption("--token-file <file>", "a file with the accepted token")
  .requiredOption(
    "--repositories <file>",
    'a JSON file: [{ "name": "acme/nginx", "files": { "path": "text" } }, …]',
  )
  .requiredOption(
    "--ready-file <file>",
    "written when it listens: { url, baseUrl, pid }; removed when it ends",
  )
  .option(
    "--deliver-to <origin>",
    "the origin for all webhook deliveries, with each hook's path; default: only hooks on this machine get deliveries",
    originOf,
  )
  .action(run);

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function run(flags: Flags): Promise<void> {
  const ended = endSignal();
  // A stale file of a killed run would announce a server that does not exist.
  await rm(flags.readyFile, { force: true });
  const gitHub = await startLocalGitHub({
    directory: flags.directory,
    token: (await readFile(flags.tokenFile, "utf8")).trim(),
    owner: flags.owner,
    repositories: await readSeeds(flags.repositories),
    ...(flags.deliverTo === undefined ? {} : { deliverTo: flags.deliverTo }),
    log: (line) => console.error(line),
  });
  await announce(flags.readyFile, gitHub);
  console.log(`The local GitHub listens on ${gitHub.url}`);
  await ended;
  await gitHub.stop();
  await rm(flags.readyFile, { force: true });
}

async function announce(file: string, { url, baseUrl }: LocalGitHub): Promise<void> {
  // Written by a rename, so that nobody reads half a file.
  await writeFile(`${file}.next`, JSON.stringify({ url, baseUrl, pid: process.pid }));
  await rename(`${file}.next`, file);
}

async function readSeeds(file: string): Promise<z.infer<typeof seeds>> {
  const text = await readFile(file, "utf8");
  try {
    return seeds.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`${file} is not a list of repositories, [{ "name": "owner/name" }, …]: ${why}`);
  }
}

function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
    throw new InvalidArgumentError("an origin is http://HOST:PORT, without a path");
  return url.origin;
}
