import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFINITIONS } from "../crds/releases.ts";
import { definitionTexts } from "../crds/texts.ts";

describe("the definitions of Kargo and the Argo projects", function () {
  this.timeout(600_000);

  it("are byte by byte in the Go modules of the pinned releases", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-definitions-"));
    const nowhere = { CRDS_DIR: "", CRDS_BASE_URL: "http://127.0.0.1:1", XDG_CACHE_HOME: folder };
    try {
      const texts = await definitionTexts({ ...process.env, ...nowhere });
      assert.equal(texts.size, 19);
      for (const { name } of DEFINITIONS)
        assert.match(texts.get(name) ?? "", new RegExp(`name: ${name}$`, "m"));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
