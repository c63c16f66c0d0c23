import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { reportHooks } from "../../components/hook-progress.ts";

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
});
