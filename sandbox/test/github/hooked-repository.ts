import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { at, playground } from "../../../test/github-playground.ts";
import { hookListener } from "../../../test/hook-listener.ts";

/** The secret of the hooks. */
export const secret = "the-hook-secret";
/** The API path of acme/gitops's hooks. */
export const hooks = "/repos/acme/gitops/hooks";

/**
 * Sets up, for the tests of the surrounding `describe`, the local GitHub, a listener, and a new clone of acme/gitops for each test.
 * @returns functions that add hooks, push, and return the received deliveries
 */
export function hookedRepository() {
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
  /** @returns the id of the pushed commit */
  const pushFile = async () => {
    const commit = await commitFile("a.txt");
    await push();
    return commit;
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
  const tools = { server, listener, lines, inClone };
  return { ...tools, commitFile, push, pushFile, addHook, pushes, payloads, payload, only, ids };
}
