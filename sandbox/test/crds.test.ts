import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { asJson } from "../crds/cache.ts";
import { definitionsOf } from "../crds/releases.ts";
import { definitionTexts } from "../crds/texts.ts";
import { type DownloadServer, downloadServer } from "./download-server.ts";

const NAME = "widgets.small.example";
const TEXT = `kind: CustomResourceDefinition\nmetadata: { name: ${NAME} }\n`;
const SHA256 = createHash("sha256").update(TEXT).digest("hex");

/** A release with one small definition. */
const SMALL = definitionsOf([
  {
    project: "Small",
    repository: "small/small",
    tag: "v1.2.3",
    folder: "crds",
    group: "small.example",
    file: (kind) => `${kind}.yaml`,
    sums: { Widget: SHA256 },
  },
]);
const FILE = "/small/small/v1.2.3/crds/Widget.yaml";

describe("the definitions", function () {
  this.timeout(30_000);
  let folder: string;
  let server: DownloadServer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-definitions-"));
    server = await downloadServer();
  });

  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs without an existing cache and without any module proxy. */
  const texts = (rest: NodeJS.ProcessEnv = {}) => {
    const own = { XDG_CACHE_HOME: join(folder, "cache"), CRDS_BASE_URL: `${server.url}/`, GOPROXY: "off" };
    return definitionTexts({ ...process.env, CRDS_DIR: "", ...own, ...rest }, SMALL);
  };

  const ours = new Map([[NAME, TEXT]]);

  async function put(file: string, text: string): Promise<string> {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
    return join(folder, file);
  }

  /** A Go module proxy in a folder, which serves this text in the release's module. */
  async function proxyWith(text: string): Promise<string> {
    const versions = "proxy/github.com/small/small/@v";
    await put(`${versions}/v1.2.3.info`, '{ "Version": "v1.2.3" }');
    await put(`${versions}/v1.2.3.mod`, "module github.com/small/small\n\ngo 1.999.0\n");
    await put("source/go.mod", "module github.com/small/small\n\ngo 1.999.0\n");
    await put("source/crds/Widget.yaml", text);
    const git = (...args: string[]) => execa("git", args, { cwd: join(folder, "source") });
    await git("init");
    await git("add", ".");
    await git("-c", "user.name=a", "-c", "user.email=a@small.example", "commit", "-m", "all");
    const zip = join(folder, versions, "v1.2.3.zip");
    const prefix = "--prefix=github.com/small/small@v1.2.3/";
    await git("archive", "--format=zip", prefix, `--output=${zip}`, "HEAD");
    return `file://${folder}/proxy`;
  }

  it("come from CRDS_DIR at any depth, without a download", async () => {
    await put("crds/some/where/all.yaml", `# a file of several\n---\n${TEXT}---\nkind: ConfigMap\n`);
    const found = await texts({ CRDS_DIR: join(folder, "crds") });
    assert.deepEqual([found.get(NAME)?.trim(), found.size], [TEXT.trim(), 1]);
    assert.deepEqual(server.asked, []);
  });

  it("are converted to JSON once and cached", async () => {
    const environment = { XDG_CACHE_HOME: join(folder, "cache") };
    const json = JSON.stringify({ kind: "CustomResourceDefinition", metadata: { name: NAME } });
    assert.equal(await asJson(TEXT, environment), json);
    assert.deepEqual(await readdir(join(folder, "cache/kargo-fleet/crds")), [`${SHA256}.json`]);
    assert.equal(await asJson(TEXT, environment), json);
  });

  it("are named in an error if CRDS_DIR lacks them", async () => {
    await put("crds/notes.yaml", "kind: ConfigMap\n");
    const lacking = join(folder, "crds");
    await assert.rejects(texts({ CRDS_DIR: lacking }), {
      name: "SandboxError",
      message: new RegExp(`^CRDS_DIR: no \\*\\.yaml below ${lacking} holds the .* ${NAME}\\. Set CRDS_DIR`),
    });
  });

  it("cause an error that names a missing CRDS_DIR", async () => {
    const missing = join(folder, "missing");
    await assert.rejects(texts({ CRDS_DIR: missing }), {
      name: "SandboxError",
      message: `CRDS_DIR: the folder ${missing} does not exist. Set CRDS_DIR to a folder with the definitions of Kargo and the Argo projects, or unset it.`,
    });
  });

  it("are downloaded from the pinned releases, checked by SHA-256, and taken from the cache later", async () => {
    server.files.set(FILE, Buffer.from(TEXT));
    assert.deepEqual(await texts(), ours);
    assert.deepEqual(await texts(), ours);
    assert.deepEqual(server.asked, [FILE]);
  });

  it("are downloaded again if the cached copy is damaged", async () => {
    server.files.set(FILE, Buffer.from(TEXT));
    await put(`cache/kargo-fleet/crds/${SHA256}.yaml`, TEXT.slice(1));
    assert.deepEqual(await texts(), ours);
    assert.equal(server.asked.length, 1);
  });

  it("come from the Go module of the same version if the release cannot be reached", async () => {
    server.close();
    assert.deepEqual(await texts({ GOPROXY: await proxyWith(TEXT) }), ours);
    assert.deepEqual(await texts(), ours, "and from the cache the next time");
  });

  for (const [place, serve] of [
    [FILE, async (other: string) => void server.files.set(FILE, Buffer.from(other))],
    ["github.com/small/small@v1.2.3/crds/Widget.yaml", proxyWith],
  ] as const) {
    it(`are refused by name and not cached if their SHA-256 differs: ${place}`, async () => {
      const GOPROXY = (await serve(`${TEXT}# something else\n`)) ?? "off";
      await assert.rejects(texts({ GOPROXY }), {
        name: "SandboxError",
        message: new RegExp(`${place} is not the file of Small v1\\.2\\.3: .* instead of ${SHA256}\\.`),
      });
      assert.deepEqual(await readdir(join(folder, "cache")).catch(() => []), []);
    });
  }

  it("cause an error with each reason and a fix if they are unavailable everywhere", async () => {
    server.close();
    const fix =
      "Make one of them reachable, or put the projects' files into a folder and set CRDS_DIR to it\\.$";
    const start = `^The definitions ${NAME} are unavailable\\. ${server.url} cannot be reached: .*\\. `;
    await assert.rejects(texts({ PATH: folder }), {
      name: "SandboxError",
      message: new RegExp(`${start}Go is not on PATH\\. ${fix}`),
    });
    await assert.rejects(texts(), {
      name: "SandboxError",
      message: new RegExp(`${start}go mod download says: .*disabled by GOPROXY=off\\. ${fix}`),
    });
  });
});
