import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { reportHooks } from "../../components/hook-progress.ts";
import { providers } from "../../components/providers.ts";
import { orderOf, servicePipelines } from "../../components/services.ts";
import type { StackInputs } from "../../components/stack.ts";
import { ValuesFiles } from "../../components/values-files.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";
import { MASTER } from "./program.ts";
import { record } from "./recording.ts";

describe("the progress of webhooks", () => {
  it("is shown while some are missing, counts no failed ones, and ends with the last", async () => {
    const hooks = Array.from({ length: 3 }, () => Promise.withResolvers<boolean>());
    const lines: string[] = [];
    const { promise: told, resolve } = Promise.withResolvers<void>();
    const ended = reportHooks(
      hooks.map(({ promise }) => promise),
      (line) => {
        lines.push(line);
        resolve();
      },
      1,
    );
    hooks[0]?.resolve(true);
    hooks[1]?.resolve(false);
    await told;
    assert.match(lines[0] ?? "", /^GitHub: [01] of 3 webhooks are there; the rest takes about 1 min/);
    hooks[2]?.resolve(true);
    await ended;
    const count = lines.length;
    await pause(20);
    assert.equal(lines.length, count);
    assert.doesNotMatch(lines.join(), /2 of 3/);
  });

  it("is not shown before the first one, which may wait for other resources", async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const lines: string[] = [];
    const ended = reportHooks([promise], (line) => lines.push(line), 1);
    await pause(20);
    resolve(true);
    await ended;
    assert.deepEqual(lines, []);
  });

  it("is watched by an up of several services with hooks, and not by one without", async () => {
    assert.equal(await watched({}), 1);
    assert.equal(
      await watched({ webhooks: '{ url: "https://hooks.acme.example", scope: organization }' }),
      0,
    );
  });
});

/** How many intervals of 30 s the pipelines of two services start. */
async function watched(keys: Readonly<Record<string, string>>): Promise<number> {
  const plan = planOf(catalogueText({ nginx: service("nginx"), auth: service("auth") }), stackText(keys));
  const { setInterval } = globalThis;
  let count = 0;
  const spy = (run: () => void, every?: number) => {
    if (every === 30_000) count += 1;
    return setInterval(run, every);
  };
  globalThis.setInterval = Object.assign(spy, setInterval) as typeof setInterval;
  const inputs = {
    stack: "test",
    registered: plan,
    obstacles: new Map(),
    seeded: new Set(["nginx", "auth"]),
    removals: { hooks: new Map(), isMade: () => true },
    secrets: { webhookMasterSecret: MASTER, secrets: {} },
  } satisfies Partial<StackInputs> as unknown as StackInputs;
  try {
    await record(async () => {
      const opts = { providers: { ...providers(plan, undefined) } };
      const valuesFiles = new ValuesFiles("values-files", { plan, githubSecret: undefined }, {});
      await servicePipelines(inputs, orderOf(inputs), { platform: undefined, valuesFiles }, opts);
    });
  } finally {
    globalThis.setInterval = setInterval;
  }
  return count;
}
