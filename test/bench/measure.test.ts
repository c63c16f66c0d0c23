import assert from "node:assert/strict";
import { measure } from "../../bench/measure.ts";
import { MemoryWatch, processName } from "../../bench/memory.ts";

const here = { cwd: ".", env: {} };
/** Holds 60 MB for a second, and works for a while. */
const HUNGRY =
  "const b = Buffer.alloc(60e6, 1); const e = Date.now() + 1000; while (Date.now() < e); console.log(b[0])";

describe("what a command costs", () => {
  it("is its time, memory and processor time, with those of its descendants", async () => {
    const { seconds, megabytes, cpu } = await measure(["sh", "-c", `node -e '${HUNGRY}'; true`], here);
    assert.ok(seconds >= 1, `${seconds} s`);
    assert.ok(megabytes >= 60, `${megabytes} MB`);
    assert.ok(cpu > 0 && cpu < seconds * 2, `${cpu} s`);
  });

  it("is known of commands side by side, apart and together", async () => {
    const watch = new MemoryWatch();
    const both = [1, 2].map(() => measure(["node", "-e", HUNGRY], here, [0], watch));
    const [one, other] = await Promise.all(both);
    await watch.stop();
    assert.ok(one && other && watch.all > Math.max(one.megabytes, other.megabytes), `${watch.all} MB`);
  });

  it("is known of each process of Pulumi", () => {
    const sdk = "/node node_modules/@pulumi/pulumi/cmd";
    assert.deepEqual(
      [
        "pulumi up --stack prod",
        "/bin/pulumi-language-nodejs -root=/program 127.0.0.1:1",
        `${sdk}/run --engine 127.0.0.1:1 .`,
        `${sdk}/dynamic-provider 127.0.0.1:1`,
        "/bin/pulumi-resource-kubernetes 127.0.0.1:1",
        "/bin/pulumi-resource-github 127.0.0.1:1",
        "sh -c true",
      ].map(processName),
      [
        "engine",
        "language host",
        "program",
        "plugin of dynamic resources",
        "Kubernetes plugin",
        "GitHub plugin",
        "others",
      ],
    );
  });

  it("is not given for a command that fails; the error has the end of its output", async () => {
    await assert.rejects(measure(["sh", "-c", "echo planted >&2; exit 3"], here), /failed:\nplanted/);
    assert.ok((await measure(["sh", "-c", "exit 3"], here, [0, 3])).seconds > 0);
  });
});
