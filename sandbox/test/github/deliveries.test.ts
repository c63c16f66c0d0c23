import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { at, playground, textAt } from "../../../test/github-playground.ts";
import { hookListener, type Received, signatureOf } from "../../../test/hook-listener.ts";

const zeros = "0".repeat(40);
const secret = "the-hook-secret";
const hooks = "/repos/acme/gitops/hooks";

/** A validator for an event's payload, from GitHub's schemas. */
function documentedEvent(event: string): (payload: unknown) => unknown[] {
  const file = fileURLToPath(import.meta.resolve("@octokit/webhooks-schemas"));
  const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true, logger: false }));
  const { definitions } = JSON.parse(readFileSync(file, "utf8")) as { definitions: object };
  // Drops the list of all events, because ajv would compile every one of them.
  const validate = ajv
    .addSchema({ definitions }, "events")
    .compile({ $ref: `events#/definitions/${event}$event` });
  return (payload) => (validate(payload) ? [] : (validate.errors ?? []));
}

describe("the local GitHub's deliveries", function () {
  this.timeout(60_000);
  const lines: string[] = [];
  const server = playground({ deliveryTimeout: 700, log: (line) => lines.push(line) });
  const listener = hookListener();
  const inClone = (...args: string[]) => server().git("-C", "clone", ...args);
  const commitFile = async (name: string, message = `Write ${name}`) => {
    await writeFile(join(server().directory, "clone", name), `${name}\n`);
    await inClone("add", "--", name);
    await inClone("commit", "--quiet", "--message", message);
    return await inClone("rev-parse", "HEAD");
  };
  const push = async (...args: string[]) => {
    await inClone("push", "--quiet", ...args);
    await server().github.deliveriesSettled();
  };
  const addHook = async (more: object = {}, config: object = {}, path = hooks) => {
    const url = `${listener().origin}/push/gitops`;
    const all = { events: ["push"], config: { url, content_type: "json", secret, ...config }, ...more };
    const answer = await server().call("POST", path, all);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    await server().github.deliveriesSettled();
    return Number(at(answer, "id"));
  };
  const pushes = () => listener().events("push");
  const payloads = () => pushes().map(({ body }) => ({ body: JSON.parse(body) as unknown }));
  const payload = (ref: string) => {
    const found = payloads().filter((each) => at(each, "ref") === ref);
    assert.equal(found.length, 1, `${ref}: ${found.length} events`);
    return found[0] ?? { body: {} };
  };
  const only = () => {
    assert.equal(pushes().length, 1);
    return payloads()[0] ?? { body: {} };
  };
  const ids = (event: { readonly body: unknown }) =>
    (at(event, "commits") as object[]).map((body) => at({ body }, "id"));

  beforeEach(async () => {
    lines.length = 0;
    await server().git("clone", "--quiet", server().remote("acme/gitops"), "clone");
  });

  it("tell a hook about a push, with GitHub's headers and a signature by the hook's secret", async () => {
    const id = await addHook();
    await commitFile("a.txt");
    await push();
    const [delivery] = pushes();
    assert.ok(delivery);
    const { headers, path } = delivery;
    assert.equal(path, "/push/gitops");
    assert.equal(headers["content-type"], "application/json");
    assert.equal(headers["x-github-hook-id"], String(id));
    assert.equal(headers["x-github-hook-installation-target-type"], "repository");
    assert.match(String(headers["user-agent"]), /^GitHub-Hookshot\//);
    assert.match(String(headers["x-github-delivery"]), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(headers["x-hub-signature-256"], signatureOf(secret, delivery));
    assert.notEqual(headers["x-hub-signature-256"], signatureOf("another", delivery));
  });

  it("contain the reference, the commits oldest first, their files, authors and times", async () => {
    await addHook();
    const before = await inClone("rev-parse", "HEAD");
    const first = await commitFile("a.txt");
    await inClone("rm", "--quiet", "README.md");
    await inClone("commit", "--quiet", "--message", "Remove\n\nbecause\n");
    await writeFile(join(server().directory, "clone", "a.txt"), "changed\n");
    const last = await commitFile("b.txt");
    await inClone("commit", "--quiet", "--all", "--amend", "--no-edit");
    const amended = await inClone("rev-parse", "HEAD");
    assert.notEqual(last, amended);
    const started = Math.floor(Date.now() / 1000);
    await push();
    const event = only();
    const say = (...keys: (string | number)[]) => at(event, ...keys);
    assert.deepEqual([say("ref"), say("before"), say("after")], ["refs/heads/main", before, amended]);
    assert.deepEqual(
      [say("created"), say("deleted"), say("forced"), say("base_ref")],
      [false, false, false, null],
    );
    assert.equal(ids(event)[0], first);
    assert.equal(ids(event)[2], amended);
    assert.deepEqual(say("commits", 1, "removed"), ["README.md"]);
    assert.equal(say("commits", 1, "message"), "Remove\n\nbecause");
    assert.deepEqual([say("commits", 2, "added"), say("commits", 2, "modified")], [["b.txt"], ["a.txt"]]);
    assert.deepEqual(say("commits", 0, "author"), { name: "Ada", email: "ada@acme.example" });
    assert.deepEqual(say("head_commit"), say("commits", 2));
    assert.deepEqual(
      [say("repository", "full_name"), say("repository", "default_branch"), say("sender", "login")],
      ["acme/gitops", "main", "sandbox"],
    );
    assert.equal(say("repository", "clone_url"), `${server().github.url}/acme/gitops.git`);
    assert.match(
      textAt(event, "compare"),
      new RegExp(`/compare/${before.slice(0, 12)}\\.\\.\\.${amended.slice(0, 12)}$`),
    );
    const pushedAt = Number(say("repository", "pushed_at"));
    assert.ok(Number.isInteger(pushedAt) && pushedAt >= started && pushedAt <= Date.now() / 1000);
  });

  it("tell a hook about a commit that the API created", async () => {
    await addHook();
    const commit = await server().commit("acme/gitops", "a.txt");
    await server().github.deliveriesSettled();
    const event = only();
    assert.deepEqual([at(event, "ref"), at(event, "after")], ["refs/heads/main", commit]);
    assert.deepEqual(at(event, "head_commit", "added"), ["a.txt"]);
  });

  it("are not sent if a reference did not move, or if a push was refused", async () => {
    await addHook();
    const head = at(await server().call("GET", "/repos/acme/gitops/git/ref/heads/main"), "object", "sha");
    await server().call("PATCH", "/repos/acme/gitops/git/refs/heads/main", { sha: head });
    await commitFile("a.txt");
    await server().commit("acme/gitops", "b.txt");
    await assert.rejects(push("origin", "HEAD:refs/heads/main", "HEAD:refs/heads/open"));
    await server().github.deliveriesSettled();
    assert.deepEqual(
      payloads()
        .map((event) => at(event, "ref"))
        .sort(),
      ["refs/heads/main", "refs/heads/open"],
    );
  });

  it("are separate for each moved reference, and mark a commit as distinct only once", async () => {
    await addHook();
    const commit = await commitFile("a.txt");
    await inClone("tag", "--annotate", "--message", "One", "v1");
    await push("origin", "HEAD:refs/heads/main", "HEAD:refs/heads/other/one", "v1");
    assert.equal(pushes().length, 3);
    assert.equal(new Set(pushes().map(({ headers }) => headers["x-github-delivery"])).size, 3);
    assert.deepEqual(ids(payload("refs/heads/main")), [commit]);
    assert.equal(at(payload("refs/heads/main"), "commits", 0, "distinct"), true);
    assert.deepEqual(ids(payload("refs/heads/other/one")), []);
    assert.equal(at(payload("refs/heads/other/one"), "base_ref"), "refs/heads/main");
    const tag = payload("refs/tags/v1");
    assert.equal(at(tag, "after"), await inClone("rev-parse", "v1"));
    assert.deepEqual([at(tag, "head_commit", "id"), at(tag, "commits")], [commit, []]);
  });

  it("contain the commits of a new branch, even if a later push adds them to another branch at once", async () => {
    await addHook();
    const [one, two] = [await commitFile("a.txt"), await commitFile("b.txt")];
    await inClone("push", "--quiet", "origin", "HEAD:refs/heads/new");
    await inClone("push", "--quiet", "origin", "HEAD:refs/heads/main");
    await server().github.deliveriesSettled();
    const created = payload("refs/heads/new");
    assert.deepEqual([at(created, "before"), at(created, "created")], [zeros, true]);
    assert.deepEqual([ids(created), at(created, "base_ref")], [[one, two], null]);
    const main = payload("refs/heads/main");
    assert.deepEqual(ids(main), [one, two]);
    assert.equal(at(main, "commits", 0, "distinct"), false);
  });

  it("report a deletion with zeros and without commits", async () => {
    await push("origin", "HEAD:refs/heads/old");
    await addHook();
    await push("origin", ":refs/heads/old");
    const event = only();
    assert.deepEqual([at(event, "after"), at(event, "deleted")], [zeros, true]);
    assert.deepEqual([at(event, "head_commit"), at(event, "commits")], [null, []]);
  });

  it("mark a forced push and list its new commits", async () => {
    await commitFile("a.txt");
    await push();
    await addHook();
    await inClone("commit", "--quiet", "--amend", "--message", "Better");
    const better = await inClone("rev-parse", "HEAD");
    await push("--force");
    assert.deepEqual([at(only(), "forced"), ids(only())], [true, [better]]);
  });

  it("compare a merge commit with its first parent", async () => {
    await addHook();
    await inClone("checkout", "--quiet", "-b", "side");
    await commitFile("side.txt");
    await inClone("checkout", "--quiet", "main");
    await commitFile("main.txt");
    await inClone("merge", "--quiet", "--no-edit", "side");
    await push();
    assert.equal(ids(only()).length, 3);
    assert.deepEqual(at(only(), "head_commit", "added"), ["side.txt"]);
  });

  it("keep names and messages unchanged, whatever they contain", async () => {
    await addHook();
    const strange = "{{=1}} ${x} `id` $(id) \"quoted\" 'ü'\tline";
    await commitFile(`${strange}\nnext`, strange);
    await push("origin", "HEAD:refs/heads/{{=sprig.env}};$(id)`x`");
    const event = payload("refs/heads/{{=sprig.env}};$(id)`x`");
    assert.equal(at(event, "head_commit", "message"), strange);
    assert.deepEqual(at(event, "head_commit", "added"), [`${strange}\nnext`]);
  });

  it("send the organization's hook the same event under the same id", async () => {
    await addHook();
    await addHook({}, { url: `${listener().origin}/organization`, secret: "another" }, "/orgs/acme/hooks");
    await commitFile("a.txt");
    await push();
    assert.deepEqual(
      pushes()
        .map(({ path }) => path)
        .sort(),
      ["/organization", "/push/gitops"],
    );
    const [one, other] = pushes();
    assert.equal(one?.headers["x-github-delivery"], other?.headers["x-github-delivery"]);
    const organization = pushes().find(({ path }) => path === "/organization") as Received;
    assert.equal(organization.headers["x-hub-signature-256"], signatureOf("another", organization));
    assert.equal(organization.headers["x-github-hook-installation-target-type"], "organization");
  });

  it("go only to active hooks of this repository that subscribe to push", async () => {
    await addHook({ active: false });
    await addHook({ events: ["create"] });
    await addHook({}, {}, "/repos/acme/nginx/hooks");
    await addHook({ events: ["*"] }, { url: `${listener().origin}/everything` });
    await commitFile("a.txt");
    await push();
    assert.deepEqual(
      pushes().map(({ path }) => path),
      ["/everything"],
    );
  });

  it("use a signed form if the hook's content type is form", async () => {
    await addHook({}, { content_type: "form" });
    await commitFile("a.txt");
    await push();
    const [delivery] = pushes();
    assert.ok(delivery);
    assert.equal(delivery.headers["content-type"], "application/x-www-form-urlencoded");
    assert.equal(delivery.headers["x-hub-signature-256"], signatureOf(secret, delivery));
    const form = JSON.parse(new URLSearchParams(delivery.body).get("payload") ?? "") as unknown;
    assert.equal(at({ body: form }, "ref"), "refs/heads/main");
  });

  it("have no signature if the hook has no secret", async () => {
    await addHook({}, { secret: undefined });
    await commitFile("a.txt");
    await push();
    assert.ok(pushes().every(({ headers }) => headers["x-hub-signature-256"] === undefined));
    assert.equal(pushes().length, 1);
  });

  it("do not delay a push while a listener is silent, and are not retried", async () => {
    const id = await addHook();
    listener().answer(() => undefined);
    await commitFile("a.txt");
    await inClone("push", "--quiet");
    const before = await server().call("GET", `${hooks}/${id}/deliveries`);
    assert.deepEqual((before.body as object[]).length, 1, "the ping alone");
    await server().github.deliveriesSettled();
    const after = await server().call("GET", `${hooks}/${id}/deliveries`);
    assert.deepEqual([at(after, 0, "event"), at(after, 0, "status")], ["push", "timed out"]);
    assert.equal(pushes().length, 1);
  });

  it("follow no redirect", async () => {
    const id = await addHook();
    listener().answer(() => ({ status: 302, location: `${listener().origin}/elsewhere` }));
    await commitFile("a.txt");
    await push();
    assert.deepEqual(
      pushes().map(({ path }) => path),
      ["/push/gitops"],
    );
    const listed = await server().call("GET", `${hooks}/${id}/deliveries`);
    assert.equal(at(listed, 0, "status"), "Invalid HTTP Response: 302");
  });

  it("call no address outside the loopback interface, and record such a delivery as failed", async () => {
    // This address reaches the listener, but not under its name.
    const id = await addHook({}, { url: `http://0.0.0.0:${listener().port}/push` });
    await commitFile("a.txt");
    await push();
    assert.deepEqual(listener().received, []);
    const listed = await server().call("GET", `${hooks}/${id}/deliveries`);
    assert.deepEqual([at(listed, 0, "event"), at(listed, 0, "status_code")], ["push", 502]);
    assert.equal(at(listed, 0, "status"), "failed to connect to host");
  });

  it("send a ping to a new hook", async () => {
    const id = await addHook({ events: ["create"] });
    const [ping] = listener().events("ping");
    assert.ok(ping);
    assert.equal(ping.headers["x-hub-signature-256"], signatureOf(secret, ping));
    const event = { body: JSON.parse(ping.body) as unknown };
    assert.deepEqual([at(event, "hook_id"), at(event, "hook", "id")], [id, id]);
    assert.equal(at(event, "hook", "config", "secret"), "********");
  });

  it("end when the server stops", async () => {
    await addHook();
    listener().answer(() => undefined);
    await commitFile("a.txt");
    await inClone("push", "--quiet");
    await server().github.stop();
    await server().github.deliveriesSettled();
    assert.deepEqual(lines, []);
  });

  it("have payloads of the documented shape", async () => {
    await addHook();
    await addHook({ events: ["*"] }, { url: `${listener().origin}/organization` }, "/orgs/acme/hooks");
    await inClone("tag", "--annotate", "--message", "One", "v1");
    await commitFile("a.txt");
    await push("origin", "HEAD", "HEAD:refs/heads/new", "v1");
    await inClone("commit", "--quiet", "--amend", "--message", "Better");
    await push("--force", "origin", "HEAD", ":refs/heads/new", ":refs/tags/v1");
    assert.equal(pushes().length, 12);
    for (const event of ["push", "ping"]) {
      const check = documentedEvent(event);
      for (const { body } of listener().events(event)) assert.deepEqual(check(JSON.parse(body)), [], body);
    }
  });

  it("are checked by a validator that finds missing, extra and wrong fields", async () => {
    await addHook();
    await commitFile("a.txt");
    await push();
    const check = documentedEvent("push");
    for (const change of [{ ref: undefined }, { forced: "no" }, { head_commit: {} }, { unheardOf: 1 }]) {
      assert.notDeepEqual(check({ ...(only().body as object), ...change }), [], JSON.stringify(change));
    }
  });
});

describe("the local GitHub's deliveries with deliverTo", function () {
  this.timeout(60_000);
  const listener = hookListener();
  const server = playground({
    get deliverTo() {
      return listener().origin;
    },
  });

  it("go to that origin with the path and the host of their hook", async () => {
    const config = { url: "https://hooks.acme.example/github/nginx?a=1", content_type: "json", secret };
    await server().call("POST", "/repos/acme/nginx/hooks", { events: ["push"], config });
    await server().commit("acme/nginx", "a.txt");
    await server().github.deliveriesSettled();
    assert.deepEqual(
      listener().received.map(({ path, headers }) => [path, headers.host, headers["x-github-event"]]),
      ["ping", "push"].map((event) => ["/github/nginx?a=1", "hooks.acme.example", event]),
    );
  });
});
