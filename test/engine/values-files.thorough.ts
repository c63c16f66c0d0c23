import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { valuesFiles } from "../../manifests/values-file.ts";
import { catalogueOf, planOf } from "../sources.ts";
import { succeeds } from "./commands.ts";
import {
  OTHER_SECRET,
  openValuesFilesStack,
  type Run,
  STORED_CODE,
  TOKEN,
  type ValuesFilesStack,
} from "./values-files-stack.ts";

const RESOURCE = "values-files";
const SECRETS = new RegExp(`${TOKEN}|${OTHER_SECRET}`);

const planFor = (...names: string[]) => planOf(catalogueOf(names));

/** The new values files of services, by path. */
const newFiles = (...names: string[]) =>
  Object.fromEntries(valuesFiles(planFor(...names).services).map(({ path, text }) => [path, text]));

function assertStep(run: Run, step: string): void {
  assert.deepEqual([run.failed, run.steps[RESOURCE]], [false, step], run.output);
}

describe("the values files of a stack, on a real engine", () => {
  let stack: ValuesFilesStack;

  before(async () => {
    stack = await openValuesFilesStack(planFor("auth", "nginx"));
  });
  after(() => stack?.close());

  /** The number of GitHub calls of a run. */
  async function callsOf(run: () => Promise<unknown>): Promise<number> {
    const before = stack.github.requests().length;
    await run();
    return stack.github.requests().length - before;
  }

  it("are previewed without a call to GitHub", async () => {
    assert.equal(await callsOf(async () => assertStep(await stack.preview(), "create")), 0);
  });

  it("are written in one commit that names the services", async () => {
    assertStep(await stack.up(), "create");
    assert.deepEqual(await stack.files(), newFiles("auth", "nginx"));
    assert.deepEqual((await stack.git("log", "--format=%s")).split("\n"), [
      "Seed values of auth, nginx (6 files)",
      "Initial commit",
    ]);
  });

  it("do not change at a second up, which makes no call to GitHub", async () => {
    assert.equal(await callsOf(async () => assertStep(await stack.up(), "same")), 0);
  });

  it("do not change for a clone in another folder", async () => {
    await stack.move();
    assertStep(await stack.up(), "same");
  });

  it("in a state of version 0.1.0 survive a refresh, and do not change in the next up", async () => {
    await stack.replaceStoredCode(await readFile("test/engine/values-files-provider-0.1.0.txt", "utf8"));
    assert.match(await stack.state(), /components\/values-files\/provider\.ts/);
    await succeeds(stack.refresh());
    assertStep(await stack.up(), "same");
  });

  it("are not overwritten after Kargo wrote them, even when a service is added", async () => {
    const path = "services/nginx/values-dev.yaml";
    const promote = (text: string) => text.replace('tag: ""', "tag: 20260102030405-0123abc");
    await stack.push(path, promote);
    stack.next.plan = planFor("api-gw", "auth", "nginx");
    assertStep(await stack.preview(), "update");
    assertStep(await stack.up(), "update");
    const expected = newFiles("api-gw", "auth", "nginx");
    assert.deepEqual(await stack.files(), { ...expected, [path]: promote(expected[path] ?? "") });
  });

  it("of an added service are written in their own commit", async () => {
    assert.deepEqual((await stack.git("show", "--format=%s", "--name-status", "HEAD")).split("\n"), [
      "Seed values of api-gw (3 files)",
      "",
      "A\tservices/api-gw/values-dev.yaml",
      "A\tservices/api-gw/values-prod.yaml",
      "A\tservices/api-gw/values-staging.yaml",
    ]);
  });

  it("are kept when their service is removed", async () => {
    const before = await stack.git("rev-parse", "HEAD");
    stack.next.plan = planFor("api-gw", "auth");
    assertStep(await stack.up(), "update");
    assert.equal(await stack.git("rev-parse", "HEAD"), before);
  });

  it("survive a refresh", async () => {
    await succeeds(stack.refresh());
    assertStep(await stack.up(), "same");
  });

  it("are managed by code that names no file or folder in the state", async () => {
    const codes = [...(await stack.state()).matchAll(STORED_CODE)];
    assert.ok(codes.length > 0);
    for (const [, code = ""] of codes) {
      assert.doesNotMatch(code, /components|\.ts\b/);
      assert.ok(!code.includes(tmpdir()) && !code.includes(resolve(".")), code);
    }
  });

  it("survive a refresh in a clone with the program's files in other folders", async () => {
    await stack.move("program/parts");
    await succeeds(stack.refresh());
    assertStep(await stack.up(), "same");
  });

  it("are written by the code in its new place", async () => {
    stack.next.plan = planFor("api-gw", "auth", "billing");
    assertStep(await stack.up(), "update");
    assert.equal(await stack.git("log", "-1", "--format=%s"), "Seed values of billing (3 files)");
  });

  it("explain which rule of a protected branch refused them, and what to do", async () => {
    stack.github.faults.add({ kind: "protected-branch", repository: "acme/gitops" });
    stack.next.plan = planFor("api-gw", "auth", "cart");
    const run = await stack.up();
    stack.github.faults.clear();
    assert.equal(run.failed, true);
    assert.match(
      run.output,
      /The branch main of acme\/gitops .* Changes must be made through a pull request\./,
    );
    assert.match(run.output, /fleet -- seed --stack <stack> --output <checkout>/);
    assert.doesNotMatch(run.output, /\.ts:\d+/);
    assert.doesNotMatch(run.output, SECRETS);
  });

  it("are accepted unchanged if an earlier run committed them but lost the response", async () => {
    const lost = { kind: "error", path: "/repos/*/*/git/refs/**", method: "PATCH", status: 502 } as const;
    stack.github.faults.add({ ...lost, applied: true });
    assert.equal((await stack.up()).failed, true);
    stack.github.faults.clear();
    assert.equal(await stack.git("log", "-1", "--format=%s"), "Seed values of cart (3 files)");
    const before = await stack.git("rev-parse", "HEAD");
    assertStep(await stack.up(), "update");
    assert.equal(await stack.git("rev-parse", "HEAD"), before);
  });

  it("keep the token and other secrets of the stack out of the state and the output", async () => {
    const { output } = await stack.preview();
    const state = await stack.state();
    assert.doesNotMatch(output + state, SECRETS);
    // Not even as a secret: the default provider of dynamic resources would store all config.
    assert.doesNotMatch(state, /values:other/);
  });

  it("are kept when the stack is destroyed", async () => {
    const before = await stack.git("rev-parse", "HEAD");
    await succeeds(stack.destroy());
    assert.equal(await stack.git("rev-parse", "HEAD"), before);
  });
});
