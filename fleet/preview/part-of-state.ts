import { type FileHandle, mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT } from "../../model/stack-config.ts";
import { backendFolder, backendUrl } from "../file-backend.ts";
import { type StoredState, trimState } from "./trimmed-state.ts";

/** Where an engine finds a part of a stack's state instead of all of it. */
export interface PartOfState {
  readonly env: Readonly<Record<string, string>>;
  /** How many resources it leaves out. */
  readonly left: number;
}

/**
 * A backend of files with the part of a stack's state that a preview of some resources needs: an engine looks at, and
 * reports, every resource that it finds. It is for previews alone: what is written there goes with the folder.
 *
 * @param place an empty folder of its own, that nobody else can read
 * @returns nothing where the state cannot be parted; the engine then reads all of it, and says itself what is wrong with it
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

/** The file that a backend on this machine has: to export it takes the CLI as long as a small preview, and more memory. */
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
  // What is open stays readable, and its name is gone before anybody looks.
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
