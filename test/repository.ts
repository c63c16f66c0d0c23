import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** A Git repository on disk. */
export interface Repository {
  readonly path: string;
  write(texts: Readonly<Record<string, string>>): Promise<void>;
  /** Commits everything. */
  commit(): Promise<void>;
  git(...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** An empty repository on branch `main`. */
export async function openRepository(path?: string): Promise<Repository> {
  const folder = path ?? (await mkdtemp(join(tmpdir(), "fleet-repository-")));
  const git = async (...args: readonly string[]) => {
    const own = ["-c", "user.name=test", "-c", "user.email=test@acme.example", "-c", "commit.gpgsign=false"];
    return (await execa("git", [...own, ...args], { cwd: folder })).stdout;
  };
  await git("init", "--quiet", "--initial-branch=main");
  return {
    path: folder,
    write: async (texts) => {
      for (const [file, text] of Object.entries(texts)) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), text);
      }
    },
    commit: async () => {
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "-m", "a change");
    },
    git,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
