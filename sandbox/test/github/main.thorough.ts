import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { token } from "../../../test/github-playground.ts";

const main = fileURLToPath(new URL("../../github/main.ts", import.meta.url));
const readySchema = z.strictObject({ url: z.string(), baseUrl: z.string(), pid: z.int() });

describe("the local GitHub as a process", function () {
  this.timeout(20_000);
  let folder = "";
  let child: ChildProcess | undefined;
  let output = "";
  /** Node's compile cache, shared by the tests. */
  let compiled = "";
  const file = (name: string) => join(folder, name);
  const start = (...more: string[]) => {
    const flags = ["--directory", file("data"), "--owner", "acme", "--token-file", file("token")];
    const rest = ["--repositories", file("repositories.json"), "--ready-file", file("ready.json"), ...more];
    const started = spawn(process.execPath, [main, ...flags, ...rest], {
      stdio: "pipe",
      env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    });
    for (const stream of [started.stdout, started.stderr])
      stream.on("data", (chunk) => (output += String(chunk)));
    child = started;
    return started;
  };
  const ready = async (started: ChildProcess) => {
    while (started.exitCode === null) {
      const text = await readFile(file("ready.json"), "utf8").catch(() => "");
      if (text !== "") return readySchema.parse(JSON.parse(text));
      await sleep(50);
    }
    throw new Error(`it ended: ${output}`);
  };
  const ended = async (started: ChildProcess) =>
    started.exitCode ?? (await once(started, "close").then(([code]: unknown[]) => code));

  before(async () => {
    compiled = await mkdtemp(join(tmpdir(), "compiled-"));
  });
  after(() => rm(compiled, { recursive: true, force: true }));
  beforeEach(async () => {
    output = "";
    folder = await mkdtemp(join(tmpdir(), "local-github-"));
    await writeFile(file("token"), `${token}\n`);
    await writeFile(file("repositories.json"), JSON.stringify([{ name: "acme/nginx", files: { a: "a\n" } }]));
  });
  afterEach(async () => {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "close");
    }
    await rm(folder, { recursive: true, force: true });
  });

  it("writes its address to the ready file, and serves the repositories of the given file", async () => {
    const started = start();
    const { url, baseUrl, pid } = await ready(started);
    assert.deepEqual([baseUrl, pid], [`${url}/`, started.pid]);
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${baseUrl}api/v3/repos/acme/nginx`, { headers });
    assert.equal(answer.status, 200);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`exits with 0 on ${signal} and removes the ready file`, async () => {
      const started = start();
      const { url } = await ready(started);
      started.kill(signal);
      assert.equal(await ended(started), 0);
      await assert.rejects(stat(file("ready.json")));
      await assert.rejects(fetch(url));
    });
  }

  it("removes the ready file of a killed run at its start", async () => {
    await writeFile(
      file("ready.json"),
      JSON.stringify({ url: "http://127.0.0.1:1", baseUrl: "http://127.0.0.1:1/", pid: 1 }),
    );
    await writeFile(file("repositories.json"), "[");
    assert.equal(await ended(start()), 1);
    await assert.rejects(stat(file("ready.json")));
  });

  it("sends all deliveries to the given origin", async () => {
    const received: string[] = [];
    const listener = createServer((request, response) => {
      received.push(`${request.headers["x-github-event"]} ${request.url}`);
      response.end();
    });
    await once(listener.listen(0, "127.0.0.1"), "listening");
    try {
      const { port } = z.object({ port: z.int() }).parse(listener.address());
      const { url } = await ready(start("--deliver-to", `http://127.0.0.1:${port}`));
      const config = { url: "https://hooks.acme.example/github/nginx", content_type: "json" };
      const headers = { Authorization: `Bearer ${token}` };
      const call = { method: "POST", headers, body: JSON.stringify({ config }) };
      await fetch(`${url}/repos/acme/nginx/hooks`, call);
      while (received.length === 0) await sleep(20);
      assert.deepEqual(received, ["ping /github/nginx"]);
    } finally {
      listener.close();
    }
  });

  for (const origin of [
    "127.0.0.1:8080",
    "ftp://127.0.0.1",
    "http://127.0.0.1:8080/path",
    "http://a@127.0.0.1",
  ]) {
    it(`refuses to deliver to ${origin}, which is not an origin`, async () => {
      assert.equal(await ended(start("--deliver-to", origin)), 1);
      assert.match(output, /an origin is http:\/\/HOST:PORT/);
    });
  }

  it("never shows the token", async () => {
    const started = start();
    const { url } = await ready(started);
    await fetch(`${url}/no/such/route`, { headers: { Authorization: `Bearer ${token}` } });
    started.kill("SIGTERM");
    await ended(started);
    assert.match(output, /does not know GET \/no\/such\/route/);
    assert.doesNotMatch(output, new RegExp(token));
    assert.ok(started.spawnargs.every((argument) => !argument.includes(token)));
  });

  for (const [what, prepare, message] of [
    [
      "a file of repositories that is no list",
      async () => await writeFile(file("repositories.json"), '{"a":1}'),
      /is not a list of repositories/,
    ],
    [
      "a token file that is missing",
      async () => await rm(file("token")),
      /token.*no such file|no such file.*token/,
    ],
    ["an empty token file", async () => await writeFile(file("token"), "\n"), /needs a token/],
  ] as const) {
    it(`exits with 1 and one plain sentence for ${what}`, async () => {
      await prepare();
      assert.equal(await ended(start()), 1);
      assert.match(output, message);
      assert.doesNotMatch(output, /\n\s+at /);
    });
  }
});
