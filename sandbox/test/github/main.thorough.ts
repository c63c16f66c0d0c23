import assert from "node:assert/strict";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { z } from "zod";
import { token } from "../../../test/github-playground.ts";
import { hookListener } from "../../../test/hook-listener.ts";

const readySchema = z.strictObject({ url: z.string(), baseUrl: z.string(), pid: z.int() });

describe("the local GitHub as a process", function () {
  this.timeout(20_000);
  const listener = hookListener();
  let folder = "";
  let started: (PromiseLike<unknown> & { kill(signal: "SIGKILL"): boolean }) | undefined;
  /** Node's compile cache, shared by the tests. */
  let compiled = "";
  const file = (name: string) => join(folder, name);
  const start = (...more: string[]) => {
    const flags = ["--directory", file("data"), "--owner", "acme", "--token-file", file("token")];
    const rest = ["--repositories", file("repositories.json"), "--ready-file", file("ready.json"), ...more];
    const main = join(import.meta.dirname, "../../github/main.ts");
    const child = execa(process.execPath, [main, ...flags, ...rest], {
      env: { NODE_COMPILE_CACHE: compiled },
      all: true,
      reject: false,
    });
    started = child;
    return child;
  };
  /** Starts it and waits until it listens. */
  const listening = async (...more: string[]) => {
    const child = start(...more);
    while (child.exitCode === null) {
      const text = await readFile(file("ready.json"), "utf8").catch(() => "");
      if (text !== "") return { child, ...readySchema.parse(JSON.parse(text)) };
      await sleep(50);
    }
    throw new Error(`it ended: ${(await child).all}`);
  };

  before(async () => {
    compiled = await mkdtemp(join(tmpdir(), "compiled-"));
  });
  after(() => rm(compiled, { recursive: true, force: true }));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "local-github-"));
    await writeFile(file("token"), `${token}\n`);
    await writeFile(file("repositories.json"), JSON.stringify([{ name: "acme/nginx", files: { a: "a\n" } }]));
  });
  afterEach(async () => {
    started?.kill("SIGKILL");
    await started;
    await rm(folder, { recursive: true, force: true });
  });

  it("writes its address to the ready file, and serves the repositories of the given file", async () => {
    const { child, url, baseUrl, pid } = await listening();
    assert.deepEqual([baseUrl, pid], [`${url}/`, child.pid]);
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${baseUrl}api/v3/repos/acme/nginx`, { headers });
    assert.equal(answer.status, 200);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`exits with 0 on ${signal} and removes the ready file`, async () => {
      const { child, url } = await listening();
      child.kill(signal);
      assert.equal((await child).exitCode, 0);
      await assert.rejects(access(file("ready.json")));
      await assert.rejects(fetch(url));
    });
  }

  it("removes the ready file of a killed run at its start", async () => {
    await writeFile(
      file("ready.json"),
      JSON.stringify({ url: "http://127.0.0.1:1", baseUrl: "http://127.0.0.1:1/", pid: 1 }),
    );
    await writeFile(file("repositories.json"), "[");
    assert.equal((await start()).exitCode, 1);
    await assert.rejects(access(file("ready.json")));
  });

  it("sends all deliveries to the given origin", async () => {
    const { url } = await listening("--deliver-to", listener().origin);
    const config = { url: "https://hooks.acme.example/github/nginx", content_type: "json" };
    const headers = { Authorization: `Bearer ${token}` };
    await fetch(`${url}/repos/acme/nginx/hooks`, {
      method: "POST",
      headers,
      body: JSON.stringify({ config }),
    });
    while (listener().received.length === 0) await sleep(20);
    assert.deepEqual(
      listener().received.map(({ headers, path }) => `${headers["x-github-event"]} ${path}`),
      ["ping /github/nginx"],
    );
  });

  for (const origin of [
    "127.0.0.1:8080",
    "ftp://127.0.0.1",
    "http://127.0.0.1:8080/path",
    "http://a@127.0.0.1",
  ]) {
    it(`refuses to deliver to ${origin}, which is not an origin`, async () => {
      const { exitCode, all } = await start("--deliver-to", origin);
      assert.equal(exitCode, 1);
      assert.match(all, /an origin is http:\/\/HOST:PORT/);
    });
  }

  it("never shows the token", async () => {
    const { child, url } = await listening();
    await fetch(`${url}/no/such/route`, { headers: { Authorization: `Bearer ${token}` } });
    child.kill("SIGTERM");
    const { all } = await child;
    assert.match(all, /does not know GET \/no\/such\/route/);
    assert.doesNotMatch(all, new RegExp(token));
    assert.ok(child.spawnargs.every((argument) => !argument.includes(token)));
  });

  for (const [what, name, content, message] of [
    [
      "a file of repositories that is no list",
      "repositories.json",
      '{"a":1}',
      /is not a list of repositories/,
    ],
    ["a token file that is missing", "token", undefined, /token.*no such file|no such file.*token/],
    ["an empty token file", "token", "\n", /needs a token/],
  ] as const) {
    it(`exits with 1 and one plain sentence for ${what}`, async () => {
      if (content === undefined) await rm(file(name));
      else await writeFile(file(name), content);
      const { exitCode, all } = await start();
      assert.equal(exitCode, 1);
      assert.match(all, message);
      assert.doesNotMatch(all, /\n\s+at /);
    });
  }
});
