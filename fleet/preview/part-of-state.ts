import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT } from "../../model/stack-config.ts";
import { trimState } from "./trimmed-state.ts";

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
  const file = join(place, "state.json");
  const args = ["stack", "export", "--stack", stack, "--file", file, "--non-interactive"];
  const { failed } = await execa("pulumi", args, {
    cwd: folder,
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    reject: false,
    stdio: "ignore",
  });
  if (failed) return undefined;
  const part = trimState(await readFile(file, "utf8"), `organization/${PROJECT}/${stack}`, targets);
  await rm(file);
  if (part === undefined) return undefined;
  const stacks = join(place, ".pulumi", "stacks", PROJECT);
  await mkdir(stacks, { recursive: true });
  await writeFile(join(place, ".pulumi", "meta.yaml"), "version: 1\n");
  await writeFile(join(stacks, `${stack}.json`), JSON.stringify(part.checkpoint));
  return { env: { PULUMI_BACKEND_URL: `file://${place}` }, left: part.left };
}
