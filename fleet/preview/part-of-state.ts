import { type FileHandle, mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT } from "../../model/stack-config.ts";
import { backendFolder, backendUrl } from "../file-backend.ts";
import { type StoredState, trimState } from "./trimmed-state.ts";

/** A backend that holds only a part of a stack's state. */
interface PartOfState {
  readonly env: Readonly<Record<string, string>>;
  /** The number of omitted resources. */
  readonly left: number;
}

/**
 * Writes a file backend with the part of a stack's state that a preview of some resources needs, because an engine
 * reads and reports every resource in the state. Only previews may use it: changes are deleted with the folder.
 * @param place an empty private folder that only the owner can read
 * @returns undefined if the state cannot be divided; the engine then reads all of it and reports its problems
 * @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/#local-filesystem
 */
export async function partOfState(
  stack: string,
  targets: readonly string[],
  folder: string,
  place: string,
): Promise<PartOfState | undefined> {
  const state = (await openStored(stack, folder)) ?? (await openExported(stack, folder, place));
  if (state === undefined) return undefined;
  try {
    const part = await trimState(storedIn(state), `organization/${PROJECT}/${stack}`, targets).catch(
      () => undefined,
    );
    if (part === undefined) return undefined;
    const stacks = stacksOf(join(place, ".pulumi"));
    await mkdir(stacks, { recursive: true });
    await writeFile(join(place, ".pulumi", "meta.yaml"), "version: 1\n");
    await writeFile(join(stacks, `${stack}.json`), part.checkpoint);
    return { env: { PULUMI_BACKEND_URL: `file://${place}` }, left: part.left };
  } finally {
    await state.close();
  }
}

function storedIn(file: FileHandle): StoredState {
  return {
    read: () => file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 }),
    slice: async (start, end) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
      return buffer.subarray(0, bytesRead);
    },
  };
}

function stacksOf(backend: string): string {
  return join(backend, "stacks", PROJECT);
}

/**
 * Opens the file of a local backend. `pulumi stack export` would take as long as a small preview, and more memory.
 */
async function openStored(stack: string, folder: string) {
  const { stdout, failed } = await pulumi(["whoami", "--json"], folder);
  const backend = failed ? undefined : backendFolder(backendUrl(stdout) ?? "");
  return backend === undefined
    ? undefined
    : await open(join(stacksOf(backend), `${stack}.json`)).catch(() => undefined);
}

async function openExported(stack: string, folder: string, place: string) {
  const file = join(place, "state.json");
  const { failed } = await pulumi(["stack", "export", "--stack", stack, "--file", file], folder);
  if (failed) return undefined;
  const state = await open(file).catch(() => undefined);
  // The open file stays readable after its name is removed.
  await rm(file, { force: true });
  return state;
}

function pulumi(args: readonly string[], folder: string) {
  return execa("pulumi", [...args, "--non-interactive"], {
    cwd: folder,
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    reject: false,
    stdin: "ignore",
  });
}
