import { glob, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { GITOPS, OWNER, repositoriesOf } from "./catalogue.ts";
import { untilReady } from "./control-plane/readiness.ts";
import { PROJECT } from "./folder.ts";
import { startRecorded } from "./processes.ts";

/** A public token. It opens only a service on the loopback address. */
const TOKEN = "sandbox-token";

/**
 * Starts the local GitHub with the repositories of `services.json`, as a process of the sandbox.
 * @param deliverTo the address of all deliveries, whatever the hooks' own
 */
export async function startGitHub(
  directory: string,
  deliverTo: string,
): Promise<{ url: string; baseUrl: string; token: string; repositories: readonly string[] }> {
  const folder = join(directory, "github");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const repositories = await repositoriesOf(join(PROJECT, "services.json"));
  const files = {
    token: join(folder, "token"),
    repositories: join(folder, "repositories.json"),
    ready: join(folder, "ready.json"),
  };
  await writeFile(files.token, `${TOKEN}\n`, { mode: 0o600 });
  const seeds = repositories.map(async (name) =>
    name === GITOPS ? { name, files: await gitopsFiles() } : { name },
  );
  await writeFile(files.repositories, JSON.stringify(await Promise.all(seeds)));
  const started = await startRecorded(directory, {
    name: "local GitHub",
    path: process.execPath,
    arguments: [
      join(PROJECT, "sandbox", "github", "main.ts"),
      ...["--directory", join(folder, "data")],
      ...["--owner", OWNER],
      ...["--token-file", files.token],
      ...["--repositories", files.repositories],
      ...["--ready-file", files.ready],
      ...["--deliver-to", deliverTo],
    ],
    log: join(directory, "logs", "github.log"),
  });
  const { url, baseUrl } = await untilReady(
    started,
    async () => JSON.parse(await readFile(files.ready, "utf8")) as { url: string; baseUrl: string },
  );
  return { url, baseUrl, token: TOKEN, repositories };
}

/** The first files of the GitOps repository: the example chart. */
export async function gitopsFiles(): Promise<Readonly<Record<string, string>>> {
  const cwd = join(PROJECT, "examples", "gitops");
  const files: Record<string, string> = { "README.md": "Kargo and Argo CD work here.\n" };
  for await (const entry of glob("charts/**", { cwd, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[relative(cwd, file)] = await readFile(file, "utf8");
  }
  return files;
}
