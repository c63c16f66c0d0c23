import assert from "node:assert/strict";
import { testPrograms } from "../../toolchain/for-tests.ts";
import { provide } from "../../toolchain/provide.ts";
import { fakeProgram, makePlace, removePlaces } from "./fakes.ts";

const found = (name: string, environment: NodeJS.ProcessEnv) =>
  provide(
    testPrograms.filter((program) => program.name === name),
    { environment, quiet: true },
  );

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
      const [program] = await found(name, environment);
      assert.deepEqual([program?.version, program?.origin], [version, "PATH"]);
    });
  }

  it("is rejected on PATH if it is too old", async () => {
    const { bin, environment } = await makePlace();
    await fakeProgram(bin, "argo", "echo argo: v3.6.5+unknown");
    const words = /argo on PATH is 3\.6\.5 .*wanted \^4\.0\.7/;
    await assert.rejects(found("argo", environment), words);
  });
});
