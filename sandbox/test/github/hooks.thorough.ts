import assert from "node:assert/strict";
import { type Answer, at, playground, textAt } from "../../../test/github-playground.ts";

const scopes = [
  { path: "/repos/acme/nginx/hooks", scope: "acme/nginx", noun: "repository" },
  { path: "/orgs/acme/hooks", scope: "acme", noun: "organization" },
] as const;

for (const { path, scope, noun } of scopes) {
  describe(`the local GitHub's webhooks, ${noun}`, () => {
    const lines: string[] = [];
    const server = playground({ log: (line) => lines.push(line) });
    const url = "https://hooks.acme.example/nginx";
    const config = { url, content_type: "json", secret: "the-hook-secret" };
    const create = async (more: object = {}) =>
      await server().call("POST", path, { name: "web", events: ["push"], config, ...more });
    /** Calls the API about one hook. */
    const about = (method: string, hook: Answer, body?: object) =>
      server().call(method, `${path}/${at(hook, "id")}`, body);

    it("are created and read back with a masked secret", async () => {
      const created = await create({ active: false });
      assert.equal(created.status, 201);
      const read = await about("GET", created);
      assert.deepEqual(read.body, created.body);
      assert.deepEqual(at(read, "config"), { ...config, insecure_ssl: "0", secret: "********" });
      assert.deepEqual([at(read, "events"), at(read, "active")], [["push"], false]);
    });

    it("are listed in pages", async () => {
      for (const event of ["push", "create", "delete"]) await create({ events: [event] });
      const first = await server().call("GET", `${path}?per_page=2`);
      const second = await server().call("GET", `${path}?per_page=2&page=2`);
      const events = [first, second]
        .flatMap(({ body }) => body)
        .map((hook) => textAt({ body: hook }, "events", 0));
      assert.deepEqual(events, ["push", "create", "delete"]);
      assert.match(first.headers.get("link") ?? "", /page=2>; rel="next"/);
    });

    it("keep their other fields when their events are updated", async () => {
      const created = await create();
      const updated = await about("PATCH", created, { events: ["push", "create"] });
      assert.equal(updated.status, 200);
      assert.deepEqual(at(updated, "events"), ["push", "create"]);
      assert.deepEqual(at(updated, "config"), at(created, "config"));
    });

    it("lose the secret if a new configuration has none, as on GitHub", async () => {
      const created = await create();
      const change = { config: { url, content_type: "json" } };
      const updated = await about("PATCH", created, change);
      assert.deepEqual(at(updated, "config"), { ...change.config, insecure_ssl: "0" });
    });

    it("are gone after a deletion", async () => {
      const created = await create();
      const deleted = await about("DELETE", created);
      assert.deepEqual([deleted.status, deleted.body], [204, ""]);
      const again = await about("DELETE", created);
      const read = await about("GET", created);
      assert.deepEqual([again.status, read.status], [404, 404]);
      assert.deepEqual(server().github.hooks(scope), []);
    });

    it("refuse a second hook with the same address and events", async () => {
      await create();
      const second = await create();
      assert.deepEqual([second.status, at(second, "message")], [422, "Validation Failed"]);
      assert.equal(at(second, "errors", 0, "message"), `Hook already exists on this ${noun}`);
    });

    it("refuse the 21st hook of one event", async () => {
      for (let number = 0; number < 20; number += 1) {
        await create({ config: { ...config, url: `https://hooks.acme.example/${number}` } });
      }
      const answer = await create();
      assert.equal(answer.status, 422);
      assert.equal(at(answer, "errors", 0, "message"), 'The "push" event cannot have more than 20 hooks');
    });

    for (const [what, body] of [
      ["no configuration", { events: ["push"] }],
      ["no address", { config: { content_type: "json" } }],
      ["an address that is none", { config: { ...config, url: "hooks.acme.example" } }],
      ["an unknown content type", { config: { ...config, content_type: "xml" } }],
      ["no events", { config, events: [] }],
    ] as const) {
      it(`refuse a hook with ${what}`, async () => {
        const answer = await server().call("POST", path, body);
        assert.equal(answer.status, 422);
        assert.deepEqual(server().github.hooks(scope), []);
      });
    }

    it("show the secret in no response, log or list, but keep it for deliveries", async () => {
      const created = await create();
      const answers = [
        created,
        await about("GET", created),
        await server().call("GET", path),
        await about("PATCH", created, { active: false }),
        await create(),
        { body: [server().github.requests(), server().github.hooks(scope), lines] },
      ];
      for (const { body } of answers) assert.doesNotMatch(JSON.stringify(body), /the-hook-secret/);
      assert.equal(server().github.hooks(scope)[0]?.hasSecret, true);
    });
  });
}
