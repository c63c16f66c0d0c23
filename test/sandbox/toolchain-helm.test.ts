import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureHelm, helmCatalogue } from "../../sandbox/toolchain/helm.ts";
import { programs } from "../../sandbox/toolchain/programs.ts";
import { fakeProgram, makePlace, removePlaces } from "./toolchain-fakes.ts";

describe("Helm", function () {
  this.timeout(60_000);
  afterEach(removePlaces);
  const [definition] = helmCatalogue.programs;
  const [recipe] = helmCatalogue.recipes;

  it("is none of the programs that the sandbox waits for", () => {
    assert.ok(!programs.some(({ name }) => String(name) === "helm"));
  });

  it("is built at the version of its module, which is stamped into it and stands in docs/toolchain.md", async () => {
    const version = definition?.version ?? "";
    const goMod = await readFile(join(recipe?.module ?? "", "go.mod"), "utf8");
    assert.ok(goMod.includes(`\thelm.sh/helm/v3 v${version} `));
    assert.ok(recipe?.ldflags.endsWith(`=v${version}`));
    assert.ok((await readFile("docs/toolchain.md", "utf8")).includes(`| \`helm\` | ${version} |`));
  });

  it("is taken from PATH where its version fits, however much it says of itself", async () => {
    const { bin, environment } = await makePlace();
    await fakeProgram(bin, "helm", "echo v4.1.0+g0123abc");
    const { version, origin } = await ensureHelm({ environment, quiet: true });
    assert.deepEqual([version, origin], ["4.1.0", "PATH"]);
  });
});
