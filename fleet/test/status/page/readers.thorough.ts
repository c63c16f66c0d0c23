import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";
import { statusPage } from "../../../status/page/page.ts";
import { html, pagesOfSuite, textOf, thousand } from "./opened-page.ts";
import { fleet, sampleFleet, sampleMatrix, service, stage, version } from "./sample-fleet.ts";

/** Axe's code, which the page runs. */
const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** Runs it; of the rules that are met it tells only the names. */
const RUN_AXE = 'axe.run({ resultTypes: ["violations"] })';

const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  isMobile: true,
  hasTouch: true,
};

/** A fleet with every state: axe-core takes long for many elements. */
const small = sampleFleet(32, 3);
const smallPage = statusPage(small, sampleMatrix(small), "These are samples.");
/** Axe's own code needs what the page's policy forbids. */
const AXE_PAGE = { html: smallPage, bypassCSP: true };

/** Whether the whole page is wider than the screen. */
const scrollsSideways = (page: Page) =>
  page.evaluate<boolean>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

describe("fleet status's page for every reader", function () {
  this.timeout(120_000);
  const { open, onPage } = pagesOfSuite();

  it("is no wider than a phone", async () => {
    const long = "n".repeat(200);
    const wide = service(long, {
      team: long,
      cluster: long,
      stages: Array.from({ length: 12 }, (_, index) =>
        stage(`${long}${index}`, {
          after: index === 0 ? [] : [`${long}${index - 1}`],
          version: version(1, 10),
          health: "Degraded",
        }),
      ),
    });
    for (const status of [thousand, fleet([wide])]) {
      const { page, done } = await open(statusPage(status, sampleMatrix(status)), PHONE);
      await page.locator("tr.service button").first().click();
      await page.locator("#access table").waitFor();
      assert.equal(await scrollsSideways(page), false);
      await done();
    }
  });

  onPage("leads somebody with a keyboard from the top to a command", { html }, async (page) => {
    const focused = () =>
      page.evaluate<string>(
        "document.activeElement.textContent || document.activeElement.name || document.activeElement.id",
      );
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press("Tab");
    assert.equal(await focused(), "To what needs me");
    await press("Tab", "Enter", "Tab");
    assert.equal(await focused(), "search");
    await page.keyboard.type("service-0001");
    await press("Tab", "Tab", "Tab", "Tab");
    assert.equal(await focused(), "Service");
    await press("Enter");
    assert.equal(await textOf(page.locator("th[aria-sort]")), "Service");
    await press("Tab", "Tab", "Tab", "Tab", "Tab", "Tab");
    assert.equal(await focused(), "service-0001");
    await press("Enter", "Tab");
    assert.match(await focused(), /^Copy the command for service-0001, prod/);
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    assert.equal(outline, "solid", "the focus is visible");
    await press("Enter");
    // The search has said its count here before.
    await page
      .locator("#said")
      .filter({ hasText: /^Copied$|selected/ })
      .waitFor({ state: "attached" });
  });

  for (const [name, options] of Object.entries({
    light: {},
    dark: { colorScheme: "dark" },
    "forced colours": { forcedColors: "active" },
    phone: PHONE,
    "dark phone": { ...PHONE, colorScheme: "dark" },
  } satisfies Record<string, BrowserContextOptions>))
    onPage(`has nothing that axe-core finds: ${name}`, { ...AXE_PAGE, ...options }, async (page) => {
      await page.locator("#access table").waitFor();
      await page.locator("tr.service button").first().click();
      await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
      await page.evaluate(AXE);
      const { violations, passes } = await page.evaluate<AxeResults>(RUN_AXE);
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      assert.deepEqual(found, []);
      assert.ok(passes.length > 20);
    });

  onPage("is checked by an axe-core that finds a missing label", AXE_PAGE, async (page) => {
    await page.evaluate(
      'document.querySelector("#scope label").replaceWith(document.querySelector("#scope select"))',
    );
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<AxeResults>(RUN_AXE);
    assert.ok(violations.some(({ id }) => id === "select-name"));
  });
});
