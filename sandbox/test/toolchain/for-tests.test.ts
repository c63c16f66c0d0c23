import assert from "node:assert/strict";
import { testPrograms } from "../../toolchain/for-tests.ts";
import type { FoundProgram } from "../../toolchain/look.ts";
import { provide } from "../../toolchain/provide.ts";
import { fakeProgram, freshPlace } from "./fakes.ts";

describe("a program of the tests", function () {
  this.timeout(30_000);
  const place = freshPlace();

  /** Finds a program that prints `says` when it is asked for its version. */
  async function found(name: string, says: string): Promise<FoundProgram | undefined> {
    const { bin, environment } = place();
    await fakeProgram(bin, name, `echo ${says}`);
    const definitions = testPrograms.filter((program) => program.name === name);
    return (await provide(definitions, { environment, quiet: true }))[0];
  }

  for (const [name, says, version] of [
    ["helm", "v4.1.0+g0123abc", "4.1.0"],
    ["argo", "argo: v4.1.2", "4.1.2"],
    ["actionlint", "1.8.0; echo installed by downloading from release page", "1.8.0"],
  ] as const) {
    it(`is taken from PATH if its version fits: ${name}`, async () => {
      const program = await found(name, says);
      assert.deepEqual([program?.version, program?.origin], [version, "PATH"]);
    });
  }

  it("is rejected on PATH if it is too old", async () => {
    const words = /argo on PATH is 3\.6\.5 .*wanted \^4\.0\.7/;
    await assert.rejects(found("argo", "argo: v3.6.5+unknown"), words);
  });
});
