import assert from "node:assert/strict";
import { access, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { sumIn } from "../../sandbox/toolchain/download.ts";
import { type Download, downloadOf, type Publication } from "../../sandbox/toolchain/downloads.ts";
import { ToolchainError, type ToolchainProblem } from "../../sandbox/toolchain/errors.ts";
import type { FoundProgram } from "../../sandbox/toolchain/look.ts";
import { provide } from "../../sandbox/toolchain/provide.ts";
import { type DownloadServer, downloadServer } from "./download-server.ts";
import {
  archiveOf,
  fakeProgram,
  goOnPath,
  helloCatalogue,
  helloPublished,
  Lines,
  makePlace,
  type Place,
  removePlaces,
} from "./toolchain-fakes.ts";

describe("downloading what is missing", function () {
  this.timeout(30_000);
  let place: Place;
  let server: DownloadServer;
  let lines: Lines;

  beforeEach(async () => {
    place = await makePlace();
    server = await downloadServer();
    lines = new Lines();
    Object.assign(place.environment, server.settings);
  });
  afterEach(async () => {
    server.close();
    await removePlaces();
  });

  function published(publication: Publication = helloPublished): Download {
    const download = downloadOf(publication, { name: "hello", version: "1.2.3" }, place.environment);
    assert.ok(download !== undefined);
    return download;
  }

  /** Publishes `hello`, which says this version. */
  async function publish(version = "1.2.3"): Promise<Buffer> {
    const content = join(place.folder, "content");
    await fakeProgram(join(content, "hello-1.2.3"), "hello", `echo hello ${version}`);
    const archive = await archiveOf(content);
    server.publish(published(), archive);
    return archive;
  }

  async function hello(publication: Publication = helloPublished): Promise<FoundProgram> {
    const catalogue = { ...(await helloCatalogue(place)), downloads: { hello: publication } };
    const { environment } = place;
    const [program] = await provide(catalogue, { environment, output: lines.stream, plainEvery: 100 });
    assert.ok(program !== undefined);
    return program;
  }

  async function failure(problem: ToolchainProblem): Promise<string> {
    const error = await hello().then(
      () => assert.fail("nothing failed"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ToolchainError);
    assert.equal(error.problem, problem);
    await assert.rejects(access(join(place.cache, "hello")));
    await assert.rejects(access(join(place.cache, ".staging")));
    return error.message;
  }

  it("needs no Go, asks once, and takes the program from the cache from then on", async () => {
    await publish();
    const first = await hello();
    assert.equal(first.origin, "download");
    assert.match(lines.text, /^The toolchain is ready \(1 downloaded\)\.$/m);
    assert.deepEqual(
      server.asked,
      [published().checksums, published().url].map((url) => new URL(url).pathname),
    );
    server.close();
    assert.deepEqual(await hello(), first);
  });

  it("takes what was downloaded before what was built, whichever came first", async () => {
    await goOnPath(place);
    assert.equal((await hello()).origin, "built");
    await publish();
    place.environment.KARGO_FLEET_TOOLCHAIN = "download";
    const official = await hello();
    place.environment.KARGO_FLEET_TOOLCHAIN = "";
    assert.deepEqual(await hello(), official);
    assert.equal((await readdir(join(place.cache, "hello"))).length, 2);
  });

  it("asks nobody where the program was built before", async () => {
    await goOnPath(place);
    await hello();
    server.asked.length = 0;
    await hello();
    assert.deepEqual(server.asked, []);
  });

  it("refuses a file that is not what its makers published, and names file, both sums and the way out", async () => {
    const archive = await publish();
    server.files.set(new URL(published().url).pathname, Buffer.concat([archive, Buffer.from("more")]));
    await goOnPath(place);
    const message = await failure("checksum mismatch");
    assert.match(
      message,
      /^hello-\w+-\w+\.tar\.gz is not what its makers published\. Nothing of it was kept or run\.$/m,
    );
    const sums = message.match(/[0-9a-f]{64}/g);
    const document = server.files.get(new URL(published().checksums).pathname);
    assert.equal(new Set(sums).size, 2);
    assert.ok(String(document).startsWith(sums?.[1] ?? "none"));
    assert.match(message, /Run again\. .* build it: KARGO_FLEET_TOOLCHAIN=build\.$/m);
  });

  it("throws away what does not say the version that was published", async () => {
    await publish("1.2.4");
    assert.match(
      await failure("version check failed"),
      /^hello was downloaded, but is not version 1\.2\.3: it says 1\.2\.4\. It was thrown away\.$/m,
    );
  });

  it("holds a file against SHA-1 where its makers write that", async () => {
    const archive = await publish();
    server.files.clear();
    server.publish(published(), archive, "sha1");
    assert.equal((await hello()).origin, "download");
    server.files.set(new URL(published().url).pathname, Buffer.from("another"));
    await rm(place.cache, { recursive: true });
    assert.match(await failure("checksum mismatch"), /SHA-1 of http/);
  });

  for (const [what, file, packed] of [
    ["a program that is published as it is", "hello/{version}/{program}", (bytes: Buffer) => bytes],
    ["a program that is published compressed", "hello/{version}/{program}.gz", gzipSync],
  ] as const) {
    it(`takes ${what}`, async () => {
      const publication: Publication = { site: "kubernetes", file, checksums: "sum" };
      server.publish(published(publication), packed(Buffer.from("#!/bin/sh\necho hello 1.2.3\n")));
      const { path, origin } = await hello(publication);
      assert.equal(origin, "download");
      assert.equal(await readFile(path, "utf8"), "#!/bin/sh\necho hello 1.2.3\n");
    });
  }

  it("takes an archive whose names begin with ./", async () => {
    const content = join(place.folder, "content");
    await fakeProgram(content, "hello", "echo hello 1.2.3");
    const publication = { ...helloPublished, member: "{program}" };
    server.publish(published(publication), await archiveOf(content, "."));
    assert.equal((await hello(publication)).origin, "download");
  });

  it("tries again where the line is cut", async () => {
    const archive = await publish();
    const path = new URL(published().url).pathname;
    server.files.set(path, (response) => {
      response.writeHead(200, { "content-length": archive.length });
      response.write(archive.subarray(0, 10), () => response.destroy());
      server.files.set(path, archive);
    });
    assert.equal((await hello()).origin, "download");
  });

  it("says what could not be downloaded where the line is cut again and again", async () => {
    await publish();
    server.files.set(new URL(published().url).pathname, (response) => response.destroy());
    assert.match(await failure("download failed"), /hello-\w+-\w+\.tar\.gz could not be downloaded: /);
    assert.equal(server.asked.length, 4);
  });

  it("builds where nothing answers within 3 seconds, and says so in one line", async () => {
    await goOnPath(place);
    server.files.set(new URL(published().checksums).pathname, () => {});
    const started = Date.now();
    assert.equal((await hello()).origin, "built");
    assert.ok(Date.now() - started < 15_000);
    const words = "Building from source what cannot be downloaded (";
    assert.ok(
      lines.text.includes(`${words}${new URL(published().url).origin}: no answer within 3 s).\n`),
      lines.text,
    );
  });

  it("builds where the answer is no document of checksums", async () => {
    await goOnPath(place);
    server.files.set(new URL(published().checksums).pathname, Buffer.from("<html>Sign in</html>"));
    assert.equal((await hello()).origin, "built");
    assert.match(lines.text, /SHA256SUMS has no checksum of hello-\w+-\w+\.tar\.gz\)/);
  });

  it("builds what is published for another system alone, and asks nobody", async () => {
    await goOnPath(place);
    await publish();
    const only = process.platform === "linux" ? "darwin" : "linux";
    assert.equal((await hello({ ...helloPublished, only })).origin, "built");
    assert.deepEqual(server.asked, []);
  });

  it("builds with KARGO_FLEET_TOOLCHAIN=build, whatever is on PATH and published", async () => {
    await goOnPath(place);
    await publish();
    await fakeProgram(place.bin, "hello", "echo hello 1.5.0");
    place.environment.KARGO_FLEET_TOOLCHAIN = "build";
    assert.equal((await hello()).origin, "built");
    assert.deepEqual(server.asked, []);
  });

  it("builds nothing that is published with KARGO_FLEET_TOOLCHAIN=download, and takes nothing from PATH", async () => {
    await goOnPath(place);
    await fakeProgram(place.bin, "hello", "echo hello 1.5.0");
    place.environment.KARGO_FLEET_TOOLCHAIN = "download";
    assert.match(
      await failure("download failed"),
      /: answers 404\), and KARGO_FLEET_TOOLCHAIN=download forbids/,
    );
    await publish();
    assert.equal((await hello()).version, "1.2.3");
  });

  it("refuses settings that say nothing", async () => {
    place.environment.KARGO_FLEET_TOOLCHAIN = "biuld";
    assert.match(
      await failure("setting"),
      /KARGO_FLEET_TOOLCHAIN is "biuld", and must be "build" or "download"/,
    );
    place.environment.KARGO_FLEET_TOOLCHAIN = "";
    place.environment.KARGO_FLEET_GITHUB_URL = "mirror.example";
    assert.match(
      await failure("setting"),
      /KARGO_FLEET_GITHUB_URL is "mirror\.example", and must be an address such as/,
    );
  });

  it("goes through the proxy that the environment names", async () => {
    await publish();
    place.environment.HTTP_PROXY = server.url;
    place.environment.KARGO_FLEET_GITHUB_URL = "http://makers.example";
    assert.equal((await hello()).origin, "download");
    assert.deepEqual(server.asked, [published().checksums, published().url]);
  });

  it("goes through the proxy for encrypted addresses, and around it where NO_PROXY says so", async () => {
    await goOnPath(place);
    place.environment.HTTPS_PROXY = server.url;
    place.environment.KARGO_FLEET_GITHUB_URL = "https://makers.example";
    await hello();
    assert.deepEqual(server.asked, ["CONNECT makers.example:443"]);
    await rm(place.cache, { recursive: true });
    place.environment.NO_PROXY = "makers.example";
    await hello();
    assert.equal(server.asked.length, 1);
  });
});

describe("a checksum in its makers' document", () => {
  const digits = fc
    .constantFrom(40, 64)
    .chain((length) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)));
  const name = fc.stringMatching(/^[a-z0-9_.-]{1,20}$/);
  const between = fc.constantFrom("  ", " *", "  ./", " ");

  it("is found by its file's whole name, however the line is written", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
        digits,
        between,
        (names, sum, gap) => {
          const own = (index: number) => sum.slice(0, -1) + index;
          const document = names.map((file, index) => `${own(index)}${gap}${file}\n`).join("");
          names.forEach((file, index) => {
            assert.equal(sumIn(document, file), own(index));
            assert.equal(sumIn(document.toUpperCase(), file.toUpperCase()), own(index));
          });
          assert.equal(sumIn(document, `${names[0]}x${names.join("")}`), undefined);
        },
      ),
    );
  });

  it("is the whole document where that has no name", () => {
    fc.assert(fc.property(digits, (sum) => assert.equal(sumIn(`${sum}\n`, "kubectl"), sum)));
  });

  it("is none where the digits are those of no checksum", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{1,80}$/), (sum) => {
        fc.pre(![40, 64].includes(sum.length));
        assert.equal(sumIn(`${sum}  kubectl\n`, "kubectl"), undefined);
      }),
    );
  });

  it("is none in any other text", () => {
    fc.assert(fc.property(fc.string(), (text) => assert.equal(sumIn(text, "kubectl"), undefined)));
  });
});
