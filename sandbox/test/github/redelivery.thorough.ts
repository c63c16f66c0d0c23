import assert from "node:assert/strict";
import { at, playground } from "../../../test/github-playground.ts";
import { hookListener, type Received, signatureOf } from "../../../test/hook-listener.ts";

const scopes = [
  { hooks: "/repos/acme/nginx/hooks", noun: "repository" },
  { hooks: "/orgs/acme/hooks", noun: "organization" },
] as const;

for (const { hooks, noun } of scopes) {
  describe(`the local GitHub's list of deliveries, ${noun}`, function () {
    this.timeout(60_000);
    const server = playground();
    const listener = hookListener();
    const config = (path = "/push", secret = "first") => ({
      url: `${listener().origin}${path}`,
      content_type: "json",
      secret,
    });
    const get = async (path: string) => await server().call("GET", path);
    const list = async (hook: string, query = "") => await get(`${hook}/deliveries${query}`);
    const addHook = async () => {
      const answer = await server().call("POST", hooks, { events: ["push"], config: config() });
      await server().github.deliveriesSettled();
      return `${hooks}/${at(answer, "id")}`;
    };
    /** Each commit causes one delivery. */
    const commits = async (count: number) => {
      for (let number = 0; number < count; number += 1) {
        await server().commit("acme/nginx", crypto.randomUUID());
        await server().github.deliveriesSettled();
      }
    };
    const again = async (hook: string, delivery: unknown) => {
      const answer = await server().call("POST", `${hook}/deliveries/${delivery}/attempts`);
      await server().github.deliveriesSettled();
      return answer;
    };
    const each = (answer: { readonly body: unknown }, key: string) =>
      (answer.body as object[]).map((body) => at({ body }, key));
    const next = (answer: { readonly headers: Headers }) =>
      /<[^>]*\/deliveries(\?[^>]*)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];

    it("shows the newest first", async () => {
      const hook = await addHook();
      listener().answer(({ headers }) => (headers["x-github-event"] === "push" ? 503 : 200));
      await commits(1);
      const listed = await list(hook);
      assert.deepEqual(each(listed, "event"), ["push", "ping"]);
      assert.deepEqual(each(listed, "status"), ["Invalid HTTP Response: 503", "OK"]);
      assert.deepEqual(each(listed, "status_code"), [503, 200]);
      assert.deepEqual(each(listed, "redelivery"), [false, false]);
      assert.equal(at(listed, 0, "guid"), listener().events("push")[0]?.headers["x-github-delivery"]);
    });

    it("has pages by a cursor, which newer deliveries do not shift", async () => {
      const hook = await addHook();
      await commits(4);
      const all = each(await list(hook), "id");
      const first = await list(hook, "?per_page=2");
      await commits(1);
      const second = await list(hook, next(first));
      const third = await list(hook, next(second));
      assert.deepEqual(
        [first, second, third].flatMap((page) => each(page, "id")),
        all,
      );
      assert.equal(next(third), undefined);
    });

    it("has ids beyond JavaScript's numbers, as on GitHub", async () => {
      const hook = await addHook();
      const [id] = each(await list(hook), "id");
      assert.ok(typeof id === "bigint" && id > BigInt(Number.MAX_SAFE_INTEGER) && id < 2n ** 63n, `${id}`);
      assert.equal((await get(`${hook}/deliveries/${id}`)).status, 200);
      assert.equal((await get(`${hook}/deliveries/${Number(id)}`)).status, 404);
    });

    it("refuses an unknown cursor", async () => {
      const hook = await addHook();
      assert.equal((await list(hook, "?cursor=v1_1")).status, 422);
    });

    it("shows the request and the response", async () => {
      const hook = await addHook();
      await commits(1);
      const shown = await get(`${hook}/deliveries/${at(await list(hook), 0, "id")}`);
      const [arrived] = listener().events("push");
      assert.ok(arrived);
      assert.deepEqual(at(shown, "request", "payload"), JSON.parse(arrived.body));
      assert.equal(
        at(shown, "request", "headers", "X-Hub-Signature-256"),
        arrived.headers["x-hub-signature-256"],
      );
      assert.equal(at(shown, "response", "payload"), "heard\n");
      assert.equal(at(shown, "url"), config().url);
    });

    it("redelivers the same bytes under the same id, as a new delivery", async () => {
      const hook = await addHook();
      listener().answer(() => 500);
      await commits(1);
      listener().answer(() => 200);
      const answer = await again(hook, at(await list(hook), 0, "id"));
      assert.equal(answer.status, 202);
      const [one, two] = listener().events("push") as [Received, Received];
      assert.equal(two.body, one.body);
      assert.equal(two.headers["x-github-delivery"], one.headers["x-github-delivery"]);
      const listed = await list(hook);
      assert.deepEqual(each(listed, "event"), ["push", "push", "ping"]);
      assert.deepEqual(each(listed, "redelivery"), [true, false, false]);
      assert.deepEqual(each(listed, "status_code").slice(0, 2), [200, 500]);
      assert.equal(new Set(each(listed, "id")).size, 3);
      assert.equal(at(listed, 0, "guid"), at(listed, 1, "guid"));
    });

    it("redelivers to the current address with the current secret of the hook", async () => {
      const hook = await addHook();
      await commits(1);
      await server().call("PATCH", hook, { config: config("/moved", "second") });
      await again(hook, at(await list(hook), 0, "id"));
      const last = listener().events("push").at(-1) as Received;
      assert.equal(last.path, "/moved");
      assert.equal(last.headers["x-hub-signature-256"], signatureOf("second", last));
    });

    it("keeps the newest two hundred of a hook, and none of a deleted one", async () => {
      const hook = await addHook();
      const ping = at(await list(hook), 0, "id");
      for (let number = 0; number < 200; number += 1) {
        await again(hook, at(await list(hook), 0, "id"));
      }
      const pages = [await list(hook, "?per_page=100")];
      pages.push(await list(hook, next(pages[0] ?? assert.fail())));
      assert.equal(pages.flatMap((page) => each(page, "id")).length, 200);
      assert.equal(next(pages[1] ?? assert.fail()), undefined);
      assert.equal((await get(`${hook}/deliveries/${ping}`)).status, 404);
      await server().call("DELETE", hook);
      assert.equal((await list(hook)).status, 404);
    });

    it("is hidden from callers without a token", async () => {
      const hook = await addHook();
      const answer = await server().call("GET", `${hook}/deliveries`, undefined, {});
      assert.ok([401, 404].includes(answer.status), String(answer.status));
    });

    it("shows no delivery of another hook", async () => {
      const hook = await addHook();
      const body = { events: ["create"], config: config("/other") };
      const other = `${hooks}/${at(await server().call("POST", hooks, body), "id")}`;
      const id = at(await list(hook), 0, "id");
      assert.equal((await get(`${other}/deliveries/${id}`)).status, 404);
      assert.equal((await again(other, id)).status, 404);
    });
  });
}
