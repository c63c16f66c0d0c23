import assert from "node:assert/strict";
import { html, pagesOfSuite } from "./opened-page.ts";

describe("the safety of fleet status's page", function () {
  this.timeout(120_000);
  const { open, onPage } = pagesOfSuite();

  onPage("requests nothing, from the first screen to the last row", { html }, async (page) => {
    for (const section of ["#needs", "#services", "#delivery", "#access"])
      await page.locator(section).scrollIntoViewIfNeeded();
    await page.locator("tr.service button").first().click();
    assert.equal(await page.evaluate("performance.getEntriesByType('resource').length"), 0);
  });

  it("lets nothing else run or load, even if a script tried", async () => {
    const { page, wrong } = await open(html);
    const tried = (code: string) =>
      page.evaluate(`(() => { try { ${code}; return "done" } catch (error) { return error.name } })()`);
    assert.equal(await tried('document.body.innerHTML = "<b>text</b>"'), "TypeError");
    const stopped = page.waitForEvent("console", (message) => /img-src|default-src/.test(message.text()));
    assert.equal(
      await tried(
        'document.body.append(Object.assign(document.createElement("img"), { src: "https://evil.example/x.png" }))',
      ),
      "done",
    );
    await stopped;
    assert.deepEqual(
      wrong.filter((text) => text.startsWith("request")),
      [],
      "the policy stops it before the network",
    );
    await page.context().close();
  });
});
