import assert from "node:assert/strict";
import { ensureTestProgram } from "../../toolchain/for-tests.ts";
import { fakeProgram, makePlace, removePlaces } from "./fakes.ts";

describe("a program of the tests", function () {
  this.timeout(30_000);
  afterEach(removePlaces);

  for (const [name, says, version] of [
    ["helm", "v4.1.0+g0123abc", "4.1.0"],
    ["argo", "argo: v4.1.2", "4.1.2"],
    ["actionlint", "1.8.0; echo installed by downloading from release page", "1.8.0"],
  ] as const) {
    it(`is taken from PATH if its version fits: ${name}`, async () => {
      const { bin, environment } = await makePlace();
      await fakeProgram(bin, name, `echo ${says}`);
      const found = await ensureTestProgram(name, { environment, quiet: true });
      assert.deepEqual([found.version, found.origin], [version, "PATH"]);
    });
  }

  it("is rejected on PATH if it is too old", async () => {
    const { bin, environment } = await makePlace();
    await fakeProgram(bin, "argo", "echo argo: v3.6.5+unknown");
    const words = /argo on PATH is 3\.6\.5 .*wanted \^4\.0\.7/;
    await assert.rejects(ensureTestProgram("argo", { environment, quiet: true }), words);
  });
});
