import assert from "node:assert/strict";
import { count, html, pagesOfSuite, shown, textOf, thousand } from "./opened-page.ts";

describe("the table of fleet status's page, with a thousand services", function () {
  this.timeout(120_000);
  const { onPage } = pagesOfSuite();

  onPage("searches a thousand services, and says how many are left", { html }, async (page) => {
    const search = page.getByLabel(/^Search/);
    await search.fill("SERVICE-099 eu");
    assert.deepEqual((await shown(page)).toSorted(), [
      "service-0991",
      "service-0992",
      "service-0994",
      "service-0995",
      "service-0997",
      "service-0998",
    ]);
    assert.equal(await page.locator("#said").textContent(), "6 services of 1,000");
    await search.fill(thousand.services[500]?.stages[0]?.version?.commit ?? "?");
    assert.deepEqual(await shown(page), ["service-0499", "service-0500"]);
    await page.getByRole("button", { name: "Show everything" }).click();
    assert.equal(await count(page), "1,000 services");
  });

  onPage(
    "sorts by each column in both directions, and tells a screen reader which",
    { html },
    async (page) => {
      const head = (name: string) => page.locator("thead th").filter({ hasText: name });
      for (const [name, ascending] of [
        ["Service", "service-0000"],
        ["Failed", "service-0001"],
      ] as const) {
        await head(name).getByRole("button").click();
        assert.equal(await head(name).getAttribute("aria-sort"), "ascending");
        assert.equal((await shown(page))[0], ascending);
      }
      await head("Service").getByRole("button").click();
      await head("Service").getByRole("button").click();
      assert.equal(await head("Service").getAttribute("aria-sort"), "descending");
      assert.equal((await shown(page))[0], "service-0999");
      assert.equal(await page.locator("thead [aria-sort]").count(), 1);
    },
  );

  onPage(
    "makes rows as the reader comes near, to the last one",
    { html, hash: "#sort=service" },
    async (page) => {
      const more = page.locator("#services > button.more");
      assert.ok((await shown(page)).length < 200, "not all at once");
      while (await more.isVisible()) {
        const { length } = await shown(page);
        await more.evaluate((button) => (button as unknown as { scrollIntoView(): void }).scrollIntoView());
        await page.locator("tr.service").nth(length).waitFor({ state: "attached" });
      }
      const names = await shown(page);
      assert.deepEqual([names.length, names.at(-1)], [1_000, "service-0999"]);
    },
  );

  onPage("prints every row, dark on light", { html, colorScheme: "dark" }, async (page) => {
    await page.pdf();
    assert.equal((await shown(page)).length, 1_000);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 720, height: 1000 });
    const display = "getComputedStyle(document.querySelector('tr.service')).display";
    assert.equal(await page.evaluate(display), "table-row", "paper is not a phone");
    const ground = "getComputedStyle(document.body).backgroundColor";
    assert.equal(await page.evaluate(ground), "rgb(255, 255, 255)");
    await page.emulateMedia({ media: "screen" });
    assert.notEqual(await page.evaluate(ground), "rgb(255, 255, 255)");
  });

  onPage(
    "shows a service's Stages below its row, also after a sort",
    { html, hash: "#search=service-0004" },
    async (page) => {
      await page.getByRole("button", { name: "service-0004", exact: true }).click();
      const stages = page.locator("tr.stages-row");
      assert.match(
        await textOf(stages),
        /dev[\s\S]*staging[\s\S]*prod[\s\S]*authentication failed[\s\S]*kargo promote/,
      );
      await page.locator("thead button").first().click();
      assert.equal(await stages.count(), 1);
      await page.getByRole("button", { name: "service-0004", exact: true }).click();
      assert.equal(await stages.count(), 0);
    },
  );
});
