import assert from "node:assert/strict";
import { newApp } from "../github-app.ts";
import { openTwoStacks, type TwoStacks } from "./two-stacks.ts";

/** By the hash of their names: the first two are on stack test, the others on test-2. */
const SERVICES = { auth: {}, late: {}, canary: { labels: { tier: "canary" } }, cart: {} };
const HOUR = 3_600_000;

describe("fleet up as a GitHub App, whose tokens last an hour", () => {
  const app = newApp();
  const { clientId, installationId } = app.auth;
  let fleet: TwoStacks;
  let passed = 0;

  before(async () => {
    fleet = await openTwoStacks(Object.keys(SERVICES), { app, now: () => Date.now() + passed });
    await fleet.configure({
      github: `{ owner: acme, app: { clientId: ${clientId}, installationId: "${installationId}" } }`,
    });
    await fleet.list(SERVICES);
  });
  after(() => fleet?.close());

  it("takes longer than a token lasts and is never refused, because each run of a stack gets a token of its own", async () => {
    const up = fleet.begin(["--parallel", "1"]);
    for (const end of [/wave 1 of 3.*is up after/, /wave 2 of 3.*is up after/, /wave 3 of 3.*is up after/]) {
      await up.said(end);
      passed += HOUR;
    }
    const { code, output } = await up.ended;
    assert.equal(code, 0, output);
    for (const name of Object.keys(SERVICES)) assert.equal(fleet.github.hooks(`acme/${name}`).length, 1);
    const requests = fleet.github.requests();
    assert.deepEqual(
      requests.filter(({ status }) => status === 401),
      [],
    );
    // Of the platform, of the canary, and of both stacks in the last wave.
    const tokens = requests.filter(({ path }) => path.endsWith("/access_tokens"));
    assert.ok(tokens.length >= 4, String(tokens.length));
  });
});
