import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { at, textAt } from "../../../test/github-playground.ts";
import { hookedRepository } from "./hooked-repository.ts";

const zeros = "0".repeat(40);

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

describe("the local GitHub's push events", function () {
  this.timeout(60_000);
  const { server, listener, inClone, ...hooked } = hookedRepository();
  const { commitFile, push, pushFile, addHook, pushes, payloads, payload, only, ids } = hooked;

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
    assert.deepEqual([say("created"), say("deleted"), say("forced")], [false, false, false]);
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

  it("are separate for each moved branch; that of a new branch lists all its commits", async () => {
    await addHook();
    const before = await inClone("rev-parse", "HEAD");
    const commit = await commitFile("a.txt");
    await push("origin", "HEAD:refs/heads/main", "HEAD:refs/heads/other/one", "HEAD:refs/tags/v1");
    assert.equal(new Set(pushes().map(({ headers }) => headers["x-github-delivery"])).size, 2);
    assert.deepEqual(ids(payload("refs/heads/main")), [commit]);
    const created = payload("refs/heads/other/one");
    assert.deepEqual([at(created, "before"), at(created, "created")], [zeros, true]);
    assert.deepEqual(ids(created), [before, commit]);
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
    await pushFile();
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

  it("have payloads of the documented shape", async () => {
    await addHook();
    await addHook({ events: ["*"] }, { url: `${listener().origin}/organization` }, "/orgs/acme/hooks");
    await commitFile("a.txt");
    await push("origin", "HEAD", "HEAD:refs/heads/new");
    await inClone("commit", "--quiet", "--amend", "--message", "Better");
    await push("--force", "origin", "HEAD", ":refs/heads/new");
    assert.equal(pushes().length, 8);
    for (const event of ["push", "ping"]) {
      const check = documentedEvent(event);
      for (const { body } of listener().events(event)) assert.deepEqual(check(JSON.parse(body)), [], body);
    }
  });
});
