import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { at, playground, token } from "../../../test/github-playground.ts";
import { sampled } from "../../../test/sampling.ts";
import { startLocalGitHub } from "../../github/server.ts";

/** Dangerous parts of names: for paths, URLs, Git's options and revisions, and processes. */
const dangerous = [
  ..."/ . .. %2f %2e%2e %00 - -- --upload-pack=touch \\ : @{-1} ^ ~1 HEAD refs/heads/main".split(" "),
  ...[".git", "main", "*", "\0", "\n", " ", "|touch pwned", "$(touch pwned)"],
];
const piece = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...dangerous) },
  fc.string({ maxLength: 6 }),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const name = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(""));

/** How a client sends it: encoded once, with literal slashes, encoded twice, or raw. */
const segment = fc.tuple(name, fc.constantFrom("once", "slashes", "twice", "raw")).map(([text, how]) => {
  const once = encodeURIComponent(text.toWellFormed());
  if (how === "slashes") return once.replaceAll("%2F", "/");
  if (how === "twice") return encodeURIComponent(once);
  // Raw, except for bytes that would end the request line.
  return how === "raw" ? text.replace(/[^\x21-\x7e]/g, "") : once;
});

describe("names in a URL of the local GitHub", function () {
  this.timeout(120_000);
  const server = playground();

  it("never reach outside the folder, and never become an option of Git", async () => {
    const { directory, github } = server();
    const canary = join(directory, "canary.txt");
    await writeFile(canary, "do not touch");
    const before = await tree(directory);
    const sha = String(
      at(await server().call("GET", "/repos/acme/gitops/git/ref/heads/main"), "object", "sha"),
    );
    const routes = (given: string): [string, string, object?][] => [
      ["GET", `/repos/acme/${given}`],
      ["GET", `/repos/${given}/gitops/git/ref/heads/main`],
      ["GET", `/repos/acme/gitops/git/ref/${given}`],
      ["GET", `/repos/acme/gitops/git/trees/${given}`],
      ["GET", `/repos/acme/gitops/git/commits/${given}`],
      ["PATCH", `/repos/acme/gitops/git/refs/${given}`, { sha }],
      ["GET", `/${given}/info/refs?service=git-upload-pack`],
      ["POST", `/acme/${given}/git-upload-pack`],
    ];
    await fc.assert(
      fc.asyncProperty(segment, fc.nat(), async (given, pick) => {
        const all = routes(given);
        const [method, path, body] = all[pick % all.length] ?? all[0] ?? ["GET", "/"];
        const status = await raw(github.url, method, path, body);
        // 500 means that a check let the name through; a refusal is 4xx.
        assert.ok(status < 500, `${method} ${path} → ${status}`);
      }),
      { numRuns: sampled(400, 80) },
    );
    assert.equal(await readFile(canary, "utf8"), "do not touch");
    assert.deepEqual(await tree(directory), before);
  });

  it("never reach outside the folder in a body, and become a file of exactly that name or none", async () => {
    const { directory } = server();
    const before = await tree(directory);
    const git = "/repos/acme/gitops/git";
    await fc.assert(
      fc.asyncProperty(name, async (given) => {
        const text = given.toWellFormed();
        const entry = { path: text, mode: "100644", type: "blob", content: "x" };
        const written = await server().call("POST", `${git}/trees`, { tree: [entry] });
        assert.ok([201, 422].includes(written.status), `${written.status} for path ${JSON.stringify(text)}`);
        if (written.status === 201) {
          const listed = await server().call("GET", `${git}/trees/${at(written, "sha")}?recursive=1`);
          const list = at(listed, "tree");
          assert.ok(Array.isArray(list));
          assert.equal(at({ body: list.at(-1) }, "path"), text);
        }
      }),
      { numRuns: sampled(150, 15) },
    );
    assert.deepEqual(await tree(directory), before);
  });
});

describe("names of repositories in the local GitHub's options", () => {
  const server = playground();

  const badNames = "../nginx acme/.. acme acme/a/b -acme/nginx acme/-nginx acme/nginx.git".split(" ");
  for (const bad of [...badNames, "acme/a b"]) {
    it(`refuses ${bad}`, async () => {
      const options = { directory: join(server().directory, "other"), token, owner: "acme" };
      await assert.rejects(
        startLocalGitHub({ ...options, repositories: [{ name: bad }] }),
        /is not a repository: write it as/,
      );
    });
  }
});

/** The files of the test's folder, except those inside a repository. */
async function tree(directory: string): Promise<string[]> {
  const all = await readdir(directory, { recursive: true });
  return all.filter((path) => !/\.git\/(objects|refs|logs|index-|packed-refs)/.test(path)).sort();
}

/** Sends a path unchanged; `fetch` would normalize it. */
async function raw(url: string, method: string, path: string, body?: object): Promise<number> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  const text = body === undefined ? "" : JSON.stringify(body);
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, `Authorization: Bearer ${token}`];
  const length = [`Content-Length: ${Buffer.byteLength(text)}`, "Connection: close", "", text];
  socket.write([...head, ...length].join("\r\n"));
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "close");
  const status = /^HTTP\/1\.1 (\d{3})/.exec(Buffer.concat(chunks).toString("latin1"))?.[1];
  assert.ok(status !== undefined, `no answer to ${method} ${path}`);
  return Number(status);
}
