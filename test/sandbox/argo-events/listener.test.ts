import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { ClusterObjects } from "../../../sandbox/argo-events/evaluate.ts";
import { type Listener, startListener } from "../../../sandbox/argo-events/listener.ts";
import { SandboxError } from "../../../sandbox/sandbox-error.ts";
import { playground } from "../github-playground.ts";
import { type Changes, COMMIT, cluster, delivery, push, SECRET } from "./fixtures.ts";

describe("the listener in Argo Events' place", function () {
  this.timeout(20_000);
  let listener: Listener;
  let folder = "";
  let objects: () => Promise<ClusterObjects>;
  const lines: string[] = [];
  const server = playground();

  beforeEach(async () => {
    lines.length = 0;
    folder = join(await mkdtemp(join(tmpdir(), "argo-events-")), "workflows");
    objects = async () => cluster();
    listener = await startListener({
      objects: () => objects(),
      submissions: folder,
      log: (line) => lines.push(line),
    });
  });
  afterEach(async () => {
    await listener.stop();
    await rm(join(folder, ".."), { recursive: true });
  });

  const send = async (...sent: Parameters<typeof delivery>) => {
    const { method, path, headers, body } = delivery(...sent);
    const response = await fetch(`${listener.url}${path}`, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      body: new Uint8Array(body),
    });
    return { status: response.status, text: await response.text() };
  };
  const change = (changes: Changes) => {
    objects = async () => cluster(changes);
  };
  const written = () => readdir(folder).catch(() => []);

  it("writes down what would be submitted, and says that nothing is", async () => {
    assert.deepEqual(await send(), { status: 200, text: "success" });
    const name = `nginx-${COMMIT.slice(0, 12)}`;
    assert.deepEqual(await written(), [`builds-edge.${name}.yaml`]);
    const text = await readFile(join(folder, `builds-edge.${name}.yaml`), "utf8");
    assert.match(
      text,
      /^# .*\n# No workflow controller runs in the sandbox: nothing is submitted, nothing is built\.\n/,
    );
    const { metadata, spec } = parse(text) as { metadata: { name: string }; spec: { arguments: object } };
    assert.equal(metadata.name, name);
    assert.deepEqual(spec.arguments, {
      parameters: [
        { name: "commit", value: COMMIT },
        { name: "pushed-at", value: "1732540800" },
        { name: "service", value: "nginx" },
      ],
    });
    assert.equal((await stat(folder)).mode & 0o077, 0);
  });

  it("takes a commit that is delivered again as an object that exists", async () => {
    await send();
    assert.equal((await send()).status, 200);
    assert.equal((await written()).length, 1);
    assert.match(lines.at(-1) ?? "", /exists already: refused, tried again, and given up in the end/);
  });

  it("says in its log why a delivery starts nothing", async () => {
    await send(push({ ref: "refs/heads/other" }));
    assert.deepEqual(lines, [
      "POST /0/nginx: 200 success",
      "  Sensor github-0, trigger nginx: filtered: body.ref is not string = ^refs/heads/main$",
    ]);
    assert.deepEqual(await written(), []);
  });

  it("tells nothing of a payload, a query or a secret in its log", async () => {
    const payload = push({
      ref: "refs/heads/whisper",
      head_commit: { message: "whisper" },
      pusher: { name: "whisper" },
    });
    await send(payload);
    await send(payload, { path: "/0/nginx?whisper=1" });
    await send(payload, { secret: "whisper" });
    assert.equal(lines.filter((line) => /POST/.test(line)).length, 3);
    assert.doesNotMatch(lines.join("\n"), new RegExp(`whisper|${SECRET}`));
  });

  it("reads the cluster's objects at each delivery", async () => {
    assert.equal((await send()).status, 200);
    change({ webhook: { endpoint: "/1/nginx" } });
    assert.equal((await send()).status, 404);
  });

  it("answers 500 with the reason where it cannot answer for Argo Events", async () => {
    change({ dependency: { filters: { script: "return true" } } });
    const { status, text } = await send();
    assert.equal(status, 500);
    assert.match(text, /is beyond this evaluator/);
    assert.deepEqual(await written(), []);
  });

  it("answers 500 with the API server's message where it may not read", async () => {
    objects = () => Promise.reject(new SandboxError("The API server refused to show x (403): no"));
    assert.deepEqual(await send(), { status: 500, text: "The API server refused to show x (403): no\n" });
  });

  it("writes no object outside of its folder", async () => {
    change({ resource: { metadata: { name: "../../x", namespace: "builds-edge" } } });
    assert.equal((await send()).status, 500);
    assert.deepEqual(await written(), []);
  });

  describe("a real push to the local GitHub", () => {
    const pushed = async (...commands: (readonly string[])[]) => {
      const config = { url: `${listener.url}/0/nginx`, content_type: "json", secret: SECRET };
      const hook = { events: ["push"], active: true, config };
      assert.equal((await server().call("POST", "/repos/acme/nginx/hooks", hook)).status, 201);
      await server().git("clone", "--quiet", server().remote("acme/nginx"), "clone");
      await server().git("-C", "clone", "commit", "--quiet", "--allow-empty", "--message", "{{=1+1}} $(id)");
      for (const command of commands) await server().git("-C", "clone", ...command);
      await server().github.deliveriesSettled();
      return await server().git("-C", "clone", "rev-parse", "HEAD");
    };

    it("to the service's branch starts its Workflow with its commit", async () => {
      const commit = (await pushed(["push", "--quiet", "origin", "HEAD:main"])).trim();
      const [file] = await written();
      assert.equal(file, `builds-edge.nginx-${commit.slice(0, 12)}.yaml`, lines.join("\n"));
      const text = await readFile(join(folder, file), "utf8");
      assert.match(text, new RegExp(`value: ${commit}`));
      assert.doesNotMatch(text, /\{\{|\$\(/);
    });

    it("of a tag, of another branch and of a deletion starts nothing", async () => {
      await pushed(
        ["tag", "main"],
        ["push", "--quiet", "origin", "refs/tags/main"],
        ["push", "--quiet", "origin", "HEAD:main-2"],
        ["push", "--quiet", "origin", ":main-2"],
      );
      assert.equal(lines.filter((line) => line.includes("POST /0/nginx: 200")).length, 4, lines.join("\n"));
      assert.deepEqual(await written(), []);
    });
  });
});
