import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ToolchainError, type ToolchainProblem } from "../../toolchain/errors.ts";
import type { FoundProgram } from "../../toolchain/look.ts";
import { markUsed, pruneBeside } from "../../toolchain/places.ts";
import { provide } from "../../toolchain/provide.ts";
import { fakeProgram, freshPlace, goOnPath, type Hello, helloProgram, Lines } from "./fakes.ts";

describe("a build of a missing program", function () {
  this.timeout(60_000);
  const place = freshPlace();
  beforeEach(() => goOnPath(place()));
  const hello = (options?: Parameters<typeof helloProgram>[1]) => helloProgram(place(), options);

  async function provideHello(programs: Hello, lines = new Lines()): Promise<FoundProgram<"hello">> {
    const { environment } = place();
    const [found] = await provide(programs, { environment, output: lines.stream, plainEvery: 100 });
    assert.ok(found !== undefined);
    return found;
  }

  async function failure(programs: Hello, problem: ToolchainProblem): Promise<string> {
    let message = "";
    await assert.rejects(provideHello(programs), (error) => {
      assert.ok(error instanceof ToolchainError);
      assert.equal(error.problem, problem);
      message = error.message;
      return true;
    });
    const left = (await readdir(place().cache)).filter((name) => !["lock", "logs"].includes(name));
    assert.deepEqual(left, []);
    return message;
  }

  it("runs once; later runs use the cache", async () => {
    const programs = await hello();
    const first = await provideHello(programs);
    assert.equal(first.origin, "built");
    assert.ok(first.path.startsWith(join(place().cache, "hello", "1.2.3-")));
    await fakeProgram(place().bin, "go", "exit 1");
    assert.deepEqual(await provideHello(programs), first);
  });

  it("prints its steps, their usual duration and a sign of life", async () => {
    await goOnPath(place(), 'if [ "$1" = build ]; then sleep 0.5; fi');
    const lines = new Lines();
    await provideHello(await hello(), lines);
    assert.match(lines.text, /Building hello 1\.2\.3 from source, usually 2 s on 2 cores/);
    assert.match(lines.text, /: compiling, \d+ s/);
    assert.match(lines.text, /Built hello 1\.2\.3 in \d+ s/);
    assert.match(lines.text, /^The toolchain is ready \(1 built\)\.$/m);
  });

  it("prints nothing if it is quiet and nothing must be built", async () => {
    await fakeProgram(place().bin, "hello", "echo hello 1.5.0");
    const lines = new Lines();
    const { environment } = place();
    await provide(await hello(), { environment, output: lines.stream, quiet: true });
    assert.equal(lines.text, "");
  });

  it("reports a missing network in Go's own words", async () => {
    const programs = await hello({
      goMod: "module example.com/hello\n\ngo 1.21\n\nrequire example.com/missing v1.0.0\n",
      main: 'package main\n\nimport _ "example.com/missing"\n\nfunc main() {}\n',
    });
    const hash = `h1:${Buffer.alloc(32).toString("base64")}`;
    await writeFile(
      join(place().folder, "module", "go.sum"),
      `example.com/missing v1.0.0 ${hash}\nexample.com/missing v1.0.0/go.mod ${hash}\n`,
    );
    Object.assign(place().environment, {
      GOPROXY: "off",
      GOFLAGS: "-mod=mod",
      GOMODCACHE: join(place().folder, "modules"),
    });
    const message = await failure(programs, "download failed");
    assert.match(message, /^The Go modules that hello is built from could not be downloaded\. Go says:$/m);
    assert.match(message, /^ {2}main\.go:3:8: .*disabled by GOPROXY=off$/m);
    assert.match(message, /Check the network/);
  });

  it("retries a download", async () => {
    const once = join(place().folder, "once");
    const words = "main.go:3:8: example.com/x@v1.0.0: dial tcp: lookup example.com: no such host";
    await goOnPath(
      place(),
      `if [ "$1" = list ] && [ ! -e '${once}' ]; then : > '${once}'; echo '${words}' >&2; exit 1; fi`,
    );
    assert.equal((await provideHello(await hello())).origin, "built");
  });

  it("keeps the output of a failure in a log, and the error names it", async () => {
    const main = "package main\n\nfunc main() { undefinedFunction() }\n";
    const message = await failure(await hello({ main }), "build failed");
    assert.match(message, /^hello could not be built\. Go says:$/m);
    assert.match(message, /undefined: undefinedFunction/);
    const log = /The whole output is in (.*)$/m.exec(message)?.[1] ?? "";
    assert.match(await readFile(log, "utf8"), /undefined: undefinedFunction/);
  });

  it("discards a program whose version differs from the built one", async () => {
    const programs = await hello({ linked: "9.9.9" });
    const message = await failure(programs, "version check failed");
    assert.match(
      message,
      /^hello was built, but is not version 1\.2\.3: it reports 9\.9\.9\. It was discarded\.$/m,
    );
  });

  it("reports a full disk and what uses the space", async () => {
    const words = "link: writing output: no space left on device";
    await goOnPath(place(), `if [ "$1" = build ]; then echo '${words}' >&2; exit 1; fi`);
    const message = await failure(await hello(), "disk full");
    assert.match(message, /^The disk is full: hello could not be built in .* GB are free there\)\.$/m);
    assert.match(message, /GOCACHE/);
  });

  it("removes entries unused for a month, and keeps entries in use and of other branches", async () => {
    const programs = await hello();
    const { path: old } = await provideHello(programs);
    const another = join(dirname(dirname(old)), "another");
    await mkdir(another);
    await markUsed(dirname(old), new Date(Date.now() - 31 * 24 * 3_600_000));
    await markUsed(another, new Date(Date.now() - 29 * 24 * 3_600_000));
    await writeFile(join(place().folder, "module", "extra.go"), "package main\n");
    const { path } = await provideHello(programs);
    const entries = [basename(dirname(path)), "another"];
    assert.deepEqual((await readdir(dirname(another))).sort(), entries.sort());
    await markUsed(dirname(path), new Date(Date.now() - 31 * 24 * 3_600_000));
    await provideHello(programs);
    await pruneBeside(another);
    assert.deepEqual((await readdir(dirname(another))).sort(), entries.sort());
  });

  for (const said of [
    "go: go.mod requires go >= 1.26.6 (running go 1.24.1; GOTOOLCHAIN=local)",
    "go: errors parsing go.mod: go.mod:3: invalid go version '1.26.6': must match format 1.23",
  ]) {
    it(`reports that Go is too old if Go says: ${said}`, async () => {
      await fakeProgram(place().bin, "go", `echo "${said}" >&2; exit 1`);
      const message = await failure(await hello(), "go too old");
      assert.match(
        message,
        /^hello cannot be built with this Go version\. Install a newer one \(https:\/\/go\.dev\/dl\/\)/,
      );
    });
  }
});
