import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, normalize, resolve } from "node:path";
import { type Fleet, stackNames } from "../all-stacks.ts";
import type { Files } from "../files.ts";
import { FleetError } from "../fleet-error.ts";
import { withShards } from "../shards/files.ts";
import { type TemporaryFolder, temporaryFolder } from "../temporary-folder.ts";

/**
 * A folder with the program of the working directory and the stack files and catalogues of another commit. Nothing
 * else is read from that commit and none of its code runs, so its author cannot run code beside the secrets.
 * @throws FleetError if a catalogue is outside the folder
 */
export async function headFolder(files: Files, fleet: Fleet): Promise<TemporaryFolder> {
  const texts = headTexts(files, fleet);
  Object.assign(process.env, fromAnywhere(process.env));
  const { path, remove } = await temporaryFolder("head");
  try {
    const own = new Set([...texts.keys()].map((file) => file.split("/")[0]));
    for (const entry of await readdir(".")) {
      if (own.has(entry) || /^Pulumi\..+\.yaml$/.test(entry)) continue;
      await symlink(resolve(entry), join(path, entry));
    }
    for (const [file, text] of texts) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), text);
    }
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The variables with file paths, made absolute for another working directory. */
export function fromAnywhere(environment: NodeJS.ProcessEnv): Record<string, string> {
  const { KUBECONFIG, PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE_FILE } = environment;
  return {
    ...(KUBECONFIG && {
      KUBECONFIG: KUBECONFIG.split(delimiter)
        .map((file) => file && resolve(file))
        .join(delimiter),
    }),
    ...(PULUMI_BACKEND_URL?.startsWith("file://.") && {
      PULUMI_BACKEND_URL: `file://${resolve(PULUMI_BACKEND_URL.slice("file://".length))}`,
    }),
    ...(PULUMI_CONFIG_PASSPHRASE_FILE && {
      PULUMI_CONFIG_PASSPHRASE_FILE: resolve(PULUMI_CONFIG_PASSPHRASE_FILE),
    }),
  };
}

/** The stack files, their catalogues and promotion files. */
function headTexts(found: Files, { stacks }: Fleet): Map<string, string> {
  const files = withShards(found);
  const catalogues = stacks.flatMap(({ config, catalogue }) => [
    normalize(config.value?.catalogue ?? "services.json"),
    ...Object.values(config.value?.promotionTasks ?? {}).map(({ file }) => file),
    ...(catalogue?.included ?? []).map(({ path }) => path),
  ]);
  const stackFiles = stackNames(files).map((name) => `Pulumi.${name}.yaml`);
  const texts = new Map<string, string>();
  for (const file of new Set([...stackFiles, ...catalogues])) {
    if (file.startsWith("..") || PROGRAM.has(file.split("/")[0]?.toLowerCase() ?? ""))
      throw new FleetError(
        `The head names the file ${JSON.stringify(file)}, which cannot be read beside the program. Check the head out and omit --head, or use --offline.`,
      );
    const text = files.read(file);
    if (text !== undefined) texts.set(file, text);
  }
  return texts;
}

/** The paths of the program. A catalogue with such a name would replace program files. */
export const PROGRAM_PATHS: readonly string[] = [
  "index.ts",
  "customize.ts",
  "main.js",
  "node-version.cjs",
  "model",
  "git-host",
  "manifests",
  "components",
  "package.json",
  "package-lock.json",
  ".npmrc",
  "Pulumi.yaml",
];
const PROGRAM: ReadonlySet<string> = new Set(
  [...PROGRAM_PATHS, "node_modules", ".git"].map((name) => name.toLowerCase()),
);
