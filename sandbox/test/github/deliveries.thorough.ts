import assert from "node:assert/strict";
import { at, playground } from "../../../test/github-playground.ts";
import { hookListener, type Received, signatureOf } from "../../../test/hook-listener.ts";
import { hookedRepository, hooks, secret } from "./hooked-repository.ts";

describe("the local GitHub's deliveries", function () {
  this.timeout(60_000);
  const { server, listener, lines, inClone, commitFile, pushFile, addHook, pushes } = hookedRepository();
  const paths = () => pushes().map(({ path }) => path);
  const deliveriesOf = (id: number) => server().call("GET", `${hooks}/${id}/deliveries`);

  it("tell a hook about a push, with GitHub's headers and a signature by the hook's secret", async () => {
    const id = await addHook();
    await pushFile();
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

  it("send the organization's hook the same event under the same id", async () => {
    await addHook();
    await addHook({}, { url: `${listener().origin}/organization`, secret: "another" }, "/orgs/acme/hooks");
    await pushFile();
    assert.deepEqual(paths().sort(), ["/organization", "/push/gitops"]);
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
    await pushFile();
    assert.deepEqual(paths(), ["/everything"]);
  });

  it("use a signed form if the hook's content type is form", async () => {
    await addHook({}, { content_type: "form" });
    await pushFile();
    const [delivery] = pushes();
    assert.ok(delivery);
    assert.equal(delivery.headers["content-type"], "application/x-www-form-urlencoded");
    assert.equal(delivery.headers["x-hub-signature-256"], signatureOf(secret, delivery));
    const form = JSON.parse(new URLSearchParams(delivery.body).get("payload") ?? "") as unknown;
    assert.equal(at({ body: form }, "ref"), "refs/heads/main");
  });

  it("have no signature if the hook has no secret", async () => {
    await addHook({}, { secret: undefined });
    await pushFile();
    assert.ok(pushes().every(({ headers }) => headers["x-hub-signature-256"] === undefined));
    assert.equal(pushes().length, 1);
  });

  it("do not delay a push while a listener is silent, and are not retried", async () => {
    const id = await addHook();
    listener().answer(() => undefined);
    await commitFile("a.txt");
    await inClone("push", "--quiet");
    const before = await deliveriesOf(id);
    assert.deepEqual((before.body as object[]).length, 1, "the ping alone");
    await server().github.deliveriesSettled();
    const after = await deliveriesOf(id);
    assert.deepEqual([at(after, 0, "event"), at(after, 0, "status")], ["push", "timed out"]);
    assert.equal(pushes().length, 1);
  });

  it("follow no redirect", async () => {
    const id = await addHook();
    listener().answer(() => ({ status: 302, location: `${listener().origin}/elsewhere` }));
    await pushFile();
    assert.deepEqual(paths(), ["/push/gitops"]);
    const listed = await deliveriesOf(id);
    assert.equal(at(listed, 0, "status"), "Invalid HTTP Response: 302");
  });

  it("call no address outside the loopback interface, and record such a delivery as failed", async () => {
    // This address reaches the listener, but not under its name.
    const id = await addHook({}, { url: `http://0.0.0.0:${listener().port}/push` });
    await pushFile();
    assert.deepEqual(listener().received, []);
    const listed = await deliveriesOf(id);
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
