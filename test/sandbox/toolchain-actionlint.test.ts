import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { actionlintCatalogue, ensureActionlint } from "../../sandbox/toolchain/actionlint.ts";
import { programs } from "../../sandbox/toolchain/programs.ts";
import { fakeProgram, makePlace, removePlaces } from "./toolchain-fakes.ts";

describe("actionlint", function () {
  this.timeout(60_000);
  afterEach(removePlaces);
  const [definition] = actionlintCatalogue.programs;
  const [recipe] = actionlintCatalogue.recipes;

  it("is none of the programs that the sandbox waits for", () => {
    assert.ok(!programs.some(({ name }) => String(name) === "actionlint"));
  });

  it("is built at the version of its module, which is stamped into it and stands in docs/toolchain.md", async () => {
    const version = definition?.version ?? "";
    const goMod = await readFile(join(recipe?.module ?? "", "go.mod"), "utf8");
    assert.ok(goMod.includes(`\tgithub.com/rhysd/actionlint v${version} `));
    assert.ok(recipe?.ldflags.endsWith(`=${version}`));
    assert.ok((await readFile("docs/toolchain.md", "utf8")).includes(`| \`actionlint\` | ${version} |`));
  });

  it("is taken from PATH where its version fits, however it was installed", async () => {
    const { bin, environment } = await makePlace();
    await fakeProgram(bin, "actionlint", "echo 1.8.0; echo installed by downloading from release page");
    const { version, origin } = await ensureActionlint({ environment, quiet: true });
    assert.deepEqual([version, origin], ["1.8.0", "PATH"]);
  });
});
