import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import getPort from "get-port";
import { push } from "../../manifests/build-steps.ts";
import { TOOLCHAIN_TIMEOUT } from "../../test/engine/control-plane.ts";
import { triggersPlan } from "../../test/sources.ts";
import { ensurePrograms } from "../toolchain/for-tests.ts";

const { container, initContainers = [] } = push(triggersPlan().builds);
const SECRET = '{"auths":{"registry.example":{"auth":"planted"}}}';
const DIGEST = createHash("sha256").update(SECRET).digest("hex");

describe("the push script of a build, with the real crane and a registry", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let crane: string;
  let registry: PromiseLike<unknown> & { kill(): boolean };
  let address: string;
  let folder: string;
  /** The output of Kaniko. */
  let image: string;
  let destination: string;

  before(async () => {
    crane = (await ensurePrograms(["crane"], { quiet: true })).crane;
    address = `127.0.0.1:${await getPort()}`;
    registry = execa(crane, ["registry", "serve", "--address", address], { reject: false });
    for (let attempt = 0; attempt < 600; attempt++) {
      if (await fetch(`http://${address}/v2/`).catch(() => undefined)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail("the registry does not answer");
  });
  after(async () => {
    registry?.kill();
    await registry;
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "build-push-"));
    for (const name of ["image", "checked", "credential"]) await mkdir(join(folder, name));
    await writeFile(join(folder, "credential", "config.json"), SECRET);
    image = join(folder, "image", "image.tar");
    destination = `${address}/${folder.split("/").at(-1)?.toLowerCase()}:1`;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs the pod's containers in order in local folders. */
  async function run() {
    const here = (text: string) =>
      text
        .replace(/(?<=^|=)\/(workspace|tmp)\//, `${folder}/`)
        .replace("{{inputs.parameters.destination}}", destination);
    const env = (list: typeof container.env = []) =>
      Object.fromEntries(list.map(({ name, value }) => [name, here(value)]));
    for (const one of initContainers) {
      const [program = "", ...flags] = one.command;
      const checked = await execa(program, [...flags, ...one.args], {
        env: env(one.env),
        reject: false,
        all: true,
        timeout: 20_000,
      });
      if (checked.exitCode !== 0) return checked;
    }
    return await execa(crane, container.args.map(here), {
      env: env(container.env),
      reject: false,
      all: true,
    });
  }

  async function dockerTar(file: string): Promise<void> {
    await writeFile(join(folder, "layer"), "of the image");
    await execa("tar", ["-cf", join(folder, "layer.tar"), "-C", folder, "layer"]);
    await execa(crane, ["append", "-f", join(folder, "layer.tar"), "-t", destination, "-o", file]);
  }

  /** An OCI layout whose one layer is a link to the credential. */
  async function layout(at: string): Promise<void> {
    const blobs = join(at, "blobs", "sha256");
    await mkdir(blobs, { recursive: true });
    const blob = async (value: object) => {
      const text = JSON.stringify(value);
      const hex = createHash("sha256").update(text).digest("hex");
      await writeFile(join(blobs, hex), text);
      return { digest: `sha256:${hex}`, size: text.length };
    };
    await symlink(join(folder, "credential", "config.json"), join(blobs, DIGEST));
    const type = "application/vnd.oci.image";
    const rootfs = { type: "layers", diff_ids: [`sha256:${DIGEST}`] };
    const config = await blob({ architecture: "amd64", os: "linux", rootfs });
    const layer = {
      mediaType: `${type}.layer.v1.tar`,
      digest: `sha256:${DIGEST}`,
      size: SECRET.length,
    };
    const manifest = await blob({
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: { mediaType: `${type}.config.v1+json`, ...config },
      layers: [layer],
    });
    const index = {
      schemaVersion: 2,
      manifests: [{ mediaType: `${type}.manifest.v1+json`, ...manifest }],
    };
    await writeFile(join(at, "index.json"), JSON.stringify(index));
    await writeFile(join(at, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  }

  /** Whether this test's repository in the registry contains the credential. */
  async function leaked(): Promise<boolean> {
    const [host, rest = ""] = destination.split(/\/(.*)/);
    const { status } = await fetch(`http://${host}/v2/${rest.split(":")[0]}/blobs/sha256:${DIGEST}`);
    return status === 200;
  }

  it("pushes a build's docker tar, prints its digest, and succeeds when repeated after an interruption", async () => {
    await dockerTar(image);
    for (let attempt = 0; attempt < 2; attempt++) {
      const { exitCode, all } = await run();
      assert.equal(exitCode, 0, all);
    }
    const { stdout } = await execa(crane, ["digest", destination]);
    assert.ok((await readFile(join(folder, "reference"), "utf8")).endsWith(`@${stdout}`));
  });

  it("refuses a folder, from which crane would push a linked credential", async () => {
    await layout(image);
    const { exitCode, all } = await run();
    assert.notEqual(exitCode, 0);
    assert.match(all, /image\.tar is no regular file\. A build leaves its image there as a docker tar\./);
    assert.equal(await leaked(), false);
    await execa(crane, ["push", image, destination]);
    assert.equal(await leaked(), true);
  });

  for (const [what, make] of Object.entries<() => Promise<unknown>>({
    "a link to the credential": () => symlink(join(folder, "credential", "config.json"), image),
    "a link to a docker tar": async () => {
      await dockerTar(join(folder, "image", "other.tar"));
      await symlink("other.tar", image);
    },
    "a pipe": () => execa("mkfifo", [image]),
    "a file that is no tar": () => writeFile(image, "[".repeat(2000)),
    "a tar without a manifest": async () => {
      await writeFile(join(folder, "index.json"), "[]");
      await execa("tar", ["-cf", image, "-C", folder, "index.json"]);
    },
    "a file that is not there": async () => {},
  })) {
    it(`refuses ${what}`, async () => {
      await make();
      const { exitCode, all } = await run();
      assert.notEqual(exitCode, 0);
      assert.match(all, /image\.tar is no (regular file|docker tar)\./);
      const { exitCode: absent } = await execa(crane, ["digest", destination], { reject: false });
      assert.notEqual(absent, 0);
    });
  }
});
