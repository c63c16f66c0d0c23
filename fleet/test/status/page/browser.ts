import { createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliDecompress, createBrotliDecompress } from "node:zlib";
import { execa } from "execa";
import { type Browser, chromium } from "playwright-core";

/** Chromium's flags for a machine without a screen, a sandbox for processes, or Google's hosts. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const NAMES = ["chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "chrome"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** Starts a Chromium, however long that takes: that of `CHROMIUM`, the one on PATH, or the one in the package @sparticuz/chromium. */
export async function startBrowser(): Promise<Browser> {
  const own = process.env.CHROMIUM ?? (await installed());
  if (own !== undefined) return chromium.launch({ executablePath: own, args: FLAGS, timeout: 0 });
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(
      "These tests need a browser. Install Chromium or Google Chrome, or set CHROMIUM to the path of one; the one in the package @sparticuz/chromium is for Linux on x64.",
    );
  const { executablePath, libraries } = await unpacked();
  return chromium.launch({
    executablePath,
    args: FLAGS,
    timeout: 0,
    env: { ...process.env, LD_LIBRARY_PATH: libraries } as Record<string, string>,
  });
}

async function installed(): Promise<string | undefined> {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), MAC];
  for (const candidate of candidates) if (await exists(candidate)) return candidate;
  return undefined;
}

/** The browser of the package, unpacked once: its own code would put it into a folder that everybody can write. */
async function unpacked(): Promise<{ executablePath: string; libraries: string }> {
  const root = join(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "..");
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const cache = process.env.XDG_CACHE_HOME || join(homedir() || tmpdir(), ".cache");
  const folder = join(cache, "kargo-fleet", `chromium-${version}`);
  if (!(await exists(folder))) {
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    const made = await mkdtemp(`${folder}-`);
    await pipeline(
      createReadStream(join(root, "bin", "chromium.br")),
      createBrotliDecompress(),
      createWriteStream(join(made, "chromium"), { mode: 0o700 }),
    );
    const libraries = await promisify(brotliDecompress)(await readFile(join(root, "bin", "al2023.tar.br")));
    await execa("tar", ["-x", "-C", made], { input: libraries });
    // Another run may have finished first.
    await rename(made, folder).catch(() => rm(made, { recursive: true }));
  }
  return { executablePath: join(folder, "chromium"), libraries: join(folder, "lib") };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
