import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Options } from "execa";
import { z } from "zod";
import type { SourceDocument } from "../../model/documents.ts";
import { encryptionOf, secretsOf, shardText } from "../../model/shard-file.ts";
import { type StackShard, shardStack } from "../../model/shards.ts";
import { PROJECT } from "../../model/stack-config.ts";
import { parseStackFile, stackFileName } from "../../model/stack-file.ts";
import { backendFolder } from "../file-backend.ts";
import { FleetError } from "../fleet-error.ts";
import { fromAnywhere } from "../preview/head-folder.ts";
import { readJson } from "../read-json.ts";
import { backupsHint, unreadableStacks } from "../recovery/backups.ts";
import { openEngine, pulumi, refused } from "../recovery/engine.ts";
import { type Exported, parseExported } from "../recovery/state.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const listing = z.array(z.looseObject({ name: z.string() }));

/**
 * The names of the project's stacks in the backend. The CLI reads every state for that, so a file backend is listed.
 * @param backend its URL; undefined: the CLI knows it
 * @throws FleetError with a fix if the state of one of them cannot be read, which the CLI refuses without its name
 */
export async function stacksThere(backend?: string): Promise<ReadonlySet<string>> {
  const folder = backend === undefined ? undefined : backendFolder(backend);
  const files = folder && (await readdir(join(folder, "stacks", PROJECT)).catch(() => undefined));
  if (files) return new Set(files.flatMap((file) => /^(.+)\.json(?:\.gz)?$/.exec(file)?.[1] ?? []));
  const text = await demand(["stack", "ls", "--json"]).catch(async (error: FleetError) => {
    const url = await openEngine("").backend();
    const hints = (await unreadableStacks(url)).map((stack) => backupsHint(url, stack));
    throw new FleetError([error.message, ...(await Promise.all(hints))].join("\n"));
  });
  const all = readJson(listing, text, "The output of pulumi stack ls");
  return new Set(all.map(({ name }) => name.split("/").at(-1) ?? name));
}

/**
 * Makes a stack. Its file is already there, so the CLI takes the key from it.
 * @param base the stack file that says who encrypts secrets
 * @throws FleetError
 */
export async function initStack(stack: string, base: SourceDocument): Promise<void> {
  const { secretsprovider, encryptionsalt } = encryptionOf(base);
  const by = secretsprovider ?? (encryptionsalt === undefined ? undefined : "passphrase");
  const provider = by === undefined ? [] : ["--secrets-provider", String(by)];
  await demand(["stack", "init", stack, "--no-select", ...provider]);
}

/** Removes a stack without services from the backend; whatever else its state names is not deleted. @throws FleetError */
export async function removeStack(stack: string): Promise<void> {
  await demand(["stack", "rm", stack, "--yes", "--force", "--preserve-config"]);
}

/**
 * The file of a shard whose secrets only its own stack can read, as with Pulumi Cloud: the CLI encrypts them anew. It
 * does so in a folder of its own, because it selects the stack, and because a killed CLI would leave a shard's file
 * without its shard.
 * @param before the shard's present file
 * @throws FleetError
 */
export async function reencrypted(
  base: SourceDocument,
  shard: StackShard,
  before: SourceDocument | undefined,
): Promise<string> {
  const name = shardStack(shard.stack, shard.index);
  const file = stackFileName(name);
  const { path, remove } = await temporaryFolder("shard");
  try {
    const { secretsprovider } = encryptionOf(base);
    const encryption = before
      ? encryptionOf(before)
      : { ...(secretsprovider !== undefined && { secretsprovider }) };
    await writeFile(join(path, "Pulumi.yaml"), await readFile("Pulumi.yaml"));
    await writeFile(join(path, base.file), await readFile(base.file));
    await writeFile(join(path, file), JSON.stringify(encryption));
    await demand(["config", "cp", "--stack", shard.stack, "--dest", name], { cwd: path });
    const made = parseStackFile(file, await readFile(join(path, file), "utf8"));
    return shardText(base, shard, { encryption: encryptionOf(made), values: secretsOf(made) });
  } finally {
    await remove();
  }
}

async function demand(args: readonly string[], options: Options = {}): Promise<string> {
  const { stdout, stderr, failed } = await pulumi([...args, "--non-interactive", "--color", "never"], {
    env: { ...fromAnywhere(process.env), PULUMI_SKIP_UPDATE_CHECK: "true" },
    ...options,
  });
  // Never its standard output, which may be a part of a state with its secrets.
  if (failed) throw refused(args, stderr);
  return stdout;
}

/** The state of a stack with its secrets in plain text, in memory only. @throws FleetError */
export async function exportedState(stack: string): Promise<Exported> {
  return parseExported(await demand(["stack", "export", "--show-secrets", "--stack", stack]));
}

/**
 * Replaces the state of a stack. The CLI takes the stack's lock, encrypts the secrets with the stack's key, and refuses
 * a state that is inconsistent.
 * @throws FleetError
 */
export async function importState(stack: string, state: Exported): Promise<void> {
  await demand(["stack", "import", "--stack", stack], { input: JSON.stringify(state) });
}
