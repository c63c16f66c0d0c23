import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Download, downloadOf, type Publication } from "../../toolchain/downloads.ts";
import { ToolchainError, type ToolchainProblem } from "../../toolchain/errors.ts";
import type { FoundProgram } from "../../toolchain/look.ts";
import { provide } from "../../toolchain/provide.ts";
import { type DownloadServer, downloadServer } from "../download-server.ts";
import {
  archiveOf,
  fakeProgram,
  freshPlace,
  goOnPath,
  helloProgram,
  helloPublished,
  Lines,
} from "./fakes.ts";

describe("a download of a missing program", function () {
  this.timeout(30_000);
  const place = freshPlace();
  let server: DownloadServer;
  let lines: Lines;

  beforeEach(async () => {
    server = await downloadServer();
    lines = new Lines();
    Object.assign(place().environment, server.settings);
  });
  afterEach(() => server.close());

  function published(publication: Publication = helloPublished): Download {
    const download = downloadOf(
      { name: "hello", version: "1.2.3", download: publication },
      place().environment,
    );
    assert.ok(download !== undefined);
    return download;
  }

  /** Publishes `hello`, which prints this version. */
  async function publish(version = "1.2.3"): Promise<Buffer> {
    const content = join(place().folder, "content");
    await fakeProgram(join(content, "hello-1.2.3"), "hello", `echo hello ${version}`);
    const archive = await archiveOf(content);
    server.publish(published(), archive);
    return archive;
  }

  async function hello(publication: Publication = helloPublished): Promise<FoundProgram> {
    const [definition] = await helloProgram(place());
    const { environment } = place();
    const [program] = await provide([{ ...definition, download: publication }], {
      environment,
      output: lines.stream,
      plainEvery: 100,
    });
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
    await assert.rejects(access(join(place().cache, "hello")));
    await assert.rejects(access(join(place().cache, ".staging")));
    return error.message;
  }

  const pathOf = (url: string) => new URL(url).pathname;

  it("needs no Go, makes one request, and is cached", async () => {
    await publish();
    const first = await hello();
    assert.equal(first.origin, "download");
    assert.match(lines.text, /^The toolchain is ready \(1 downloaded\)\.$/m);
    assert.deepEqual(server.asked, [published().checksums, published().url].map(pathOf));
    server.close();
    assert.deepEqual(await hello(), first);
  });

  it("is preferred to an older or newer build in the cache; nothing is requested if the cache has either", async () => {
    await goOnPath(place());
    assert.equal((await hello()).origin, "built");
    await publish();
    server.asked.length = 0;
    assert.equal((await hello()).origin, "built");
    assert.deepEqual(server.asked, []);
    place().environment.KARGO_FLEET_TOOLCHAIN = "download";
    const official = await hello();
    place().environment.KARGO_FLEET_TOOLCHAIN = "";
    assert.deepEqual(await hello(), official);
  });

  it("refuses a file with a wrong checksum, and names the file, both checksums and a fix", async () => {
    const archive = await publish();
    server.files.set(pathOf(published().url), Buffer.concat([archive, Buffer.from("more")]));
    await goOnPath(place());
    const message = await failure("checksum mismatch");
    assert.match(message, /^hello-\S+\.tar\.gz is not what its makers published\. It was discarded\.$/m);
    const [is = "", says = ""] = message.match(/[0-9a-f]{64}/g) ?? [];
    assert.notEqual(is, says);
    assert.ok(String(server.files.get(pathOf(published().checksums))).startsWith(says));
    assert.match(message, /Run again\. .* build it: KARGO_FLEET_TOOLCHAIN=build\.$/m);
  });

  it("discards a program whose version differs from the published one", async () => {
    await publish("1.2.4");
    const message = await failure("version check failed");
    assert.match(
      message,
      /^hello was downloaded, but is not version 1\.2\.3: it reports 1\.2\.4\. It was discarded\.$/m,
    );
  });

  it("checks SHA-1 if the makers publish that", async () => {
    const archive = await publish();
    server.files.clear();
    server.publish(published(), archive, "sha1");
    server.files.set(pathOf(published().url), Buffer.from("another"));
    assert.match(await failure("checksum mismatch"), /SHA-1 of http/);
    server.files.set(pathOf(published().url), archive);
    assert.equal((await hello()).origin, "download");
  });

  for (const [what, file, packed] of [
    ["as it is", "hello/{version}/{program}", (bytes: Buffer) => bytes],
    ["compressed", "hello/{version}/{program}.gz", gzipSync],
  ] as const)
    it(`supports a program that is published ${what}`, async () => {
      const publication: Publication = { site: "kubernetes", file, checksums: "sum" };
      server.publish(published(publication), packed(Buffer.from("#!/bin/sh\necho hello 1.2.3\n")));
      const { path, origin } = await hello(publication);
      assert.equal(origin, "download");
      assert.equal(await readFile(path, "utf8"), "#!/bin/sh\necho hello 1.2.3\n");
    });

  it("supports an archive whose names begin with ./", async () => {
    const content = join(place().folder, "content");
    await fakeProgram(content, "hello", "echo hello 1.2.3");
    const publication = { ...helloPublished, member: "{program}" };
    server.publish(published(publication), await archiveOf(content, "."));
    assert.equal((await hello(publication)).origin, "download");
  });

  it("is retried after a broken connection, and fails after several", async () => {
    const archive = await publish();
    const path = pathOf(published().url);
    const cut = (response: ServerResponse) => {
      response.writeHead(200, { "content-length": archive.length });
      response.write(archive.subarray(0, 10), () => response.destroy());
    };
    server.files.set(path, cut);
    assert.match(await failure("download failed"), /hello-\S+\.tar\.gz could not be downloaded: /);
    assert.equal(server.asked.length, 4);
    server.files.set(path, (response) => {
      cut(response);
      server.files.set(path, archive);
    });
    assert.equal((await hello()).origin, "download");
  });

  it("is replaced by a build if nothing answers within 3 seconds, with one line about it", async () => {
    await goOnPath(place());
    server.files.set(pathOf(published().checksums), () => {});
    const started = Date.now();
    assert.equal((await hello()).origin, "built");
    assert.ok(Date.now() - started < 15_000);
    const line = `Building programs from source that cannot be downloaded (${server.url}: no answer within 3 s).\n`;
    assert.ok(lines.text.includes(line), lines.text);
  });

  it("is replaced by a build if the answer is no checksum document", async () => {
    await goOnPath(place());
    server.files.set(pathOf(published().checksums), Buffer.from("<html>Sign in</html>"));
    assert.equal((await hello()).origin, "built");
    assert.match(lines.text, /SHA256SUMS has no checksum of hello-\S+\.tar\.gz\)/);
  });

  it("is replaced by a build, without a request, if only another system is published", async () => {
    await goOnPath(place());
    const only = process.platform === "linux" ? "darwin" : "linux";
    assert.equal((await hello({ ...helloPublished, only })).origin, "built");
    assert.deepEqual(server.asked, []);
  });

  it("is replaced by a build with KARGO_FLEET_TOOLCHAIN=build, whatever is on PATH and published", async () => {
    await goOnPath(place());
    await publish();
    await fakeProgram(place().bin, "hello", "echo hello 1.5.0");
    place().environment.KARGO_FLEET_TOOLCHAIN = "build";
    assert.equal((await hello()).origin, "built");
    assert.deepEqual(server.asked, []);
  });

  it("is required with KARGO_FLEET_TOOLCHAIN=download: nothing is built or taken from PATH", async () => {
    await goOnPath(place());
    await fakeProgram(place().bin, "hello", "echo hello 1.5.0");
    place().environment.KARGO_FLEET_TOOLCHAIN = "download";
    assert.match(
      await failure("download failed"),
      /: answers 404\), and KARGO_FLEET_TOOLCHAIN=download forbids/,
    );
    await publish();
    assert.equal((await hello()).version, "1.2.3");
  });

  it("refuses invalid settings", async () => {
    place().environment.KARGO_FLEET_GITHUB_URL = "mirror.example";
    assert.match(
      await failure("setting"),
      /KARGO_FLEET_GITHUB_URL is "mirror\.example", but must be an address such/,
    );
    place().environment.KARGO_FLEET_TOOLCHAIN = "biuld";
    assert.match(
      await failure("setting"),
      /KARGO_FLEET_TOOLCHAIN is "biuld", but must be "build" or "download"/,
    );
  });

  it("uses the proxy of the environment", async () => {
    await publish();
    place().environment.HTTP_PROXY = server.url;
    place().environment.KARGO_FLEET_GITHUB_URL = "http://makers.example";
    assert.equal((await hello()).origin, "download");
    assert.deepEqual(server.asked, [published().checksums, published().url]);
  });

  it("uses the proxy for https, and bypasses it as NO_PROXY says", async () => {
    place().environment.HTTPS_PROXY = server.url;
    place().environment.KARGO_FLEET_GITHUB_URL = "https://makers.example";
    await failure("go missing");
    assert.deepEqual(server.asked, ["CONNECT makers.example:443"]);
    place().environment.NO_PROXY = "makers.example";
    await failure("go missing");
    assert.equal(server.asked.length, 1);
  });
});
