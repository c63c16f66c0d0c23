import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
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

/** A Chromium for Linux on x64, as a file of the npm registry. Its own code is not used: it unpacks where everybody can write. */
const PACKAGE = { name: "@sparticuz/chromium", version: "153.0.0" };
/** Of that file, as the registry publishes it. */
const SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==";

/** Starts a Chromium, however long that takes: that of `CHROMIUM`, the one on PATH, or on Linux the one of {@link PACKAGE}. */
export async function startBrowser(): Promise<Browser> {
  const own = process.env.CHROMIUM ?? installed();
  if (own !== undefined) return chromium.launch({ executablePath: own, args: FLAGS, timeout: 0 });
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error(
      "These tests need a browser. Install Chromium or Google Chrome, or set CHROMIUM to the path of one. Only on Linux with x64 is one downloaded.",
    );
  const { executablePath, libraries } = await downloaded();
  return chromium.launch({
    executablePath,
    args: FLAGS,
    timeout: 0,
    env: { ...process.env, LD_LIBRARY_PATH: libraries } as Record<string, string>,
  });
}

function installed(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), MAC];
  return candidates.find((candidate) => existsSync(candidate));
}

/** The browser of the package, downloaded and unpacked once. No `npm ci` downloads it, because only these tests need it. */
async function downloaded(): Promise<{ executablePath: string; libraries: string }> {
  const { name, version } = PACKAGE;
  const cache = process.env.XDG_CACHE_HOME || join(homedir() || tmpdir(), ".cache");
  const folder = join(cache, "kargo-fleet", `chromium-${version}`);
  if (!existsSync(folder)) {
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    const made = await mkdtemp(`${folder}-`);
    const { stdout } = await execa("npm", ["pack", `${name}@${version}`, "--json"], { cwd: made });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    const file = join(made, filename);
    const found = createHash("sha512")
      .update(await readFile(file))
      .digest("base64");
    assert.equal(found, SHA512, `the checksum of ${name}@${version}`);
    await execa("tar", ["-xzf", file, "-C", made]);
    const bin = join(made, "package", "bin");
    await pipeline(
      createReadStream(join(bin, "chromium.br")),
      createBrotliDecompress(),
      createWriteStream(join(made, "chromium"), { mode: 0o700 }),
    );
    const libraries = await promisify(brotliDecompress)(await readFile(join(bin, "al2023.tar.br")));
    await execa("tar", ["-x", "-C", made], { input: libraries });
    await rm(file);
    await rm(join(made, "package"), { recursive: true });
    // Another run may have finished first.
    await rename(made, folder).catch(() => rm(made, { recursive: true }));
  }
  return { executablePath: join(folder, "chromium"), libraries: join(folder, "lib") };
}
