import assert from "node:assert/strict";
import fc from "fast-check";
import type { Page } from "playwright-core";
import { sampled } from "../../../../test/sampling.ts";
import { visible } from "../../../report/escape.ts";
import type { FleetStatus } from "../../../status/fleet-status.ts";
import { statusPage } from "../../../status/page/page.ts";
import { type OpenedPage, pagesOfSuite } from "./opened-page.ts";
import { ago, fleet, sampleMatrix, service, stage, version } from "./sample-fleet.ts";

/** Names that would do something if the page took them for more than text. */
const HOSTILE = [
  "</script><img src=x onerror=alert(1)>",
  "<script>alert(1)</script>",
  '"><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  "<!--<script>",
  "]]>&lt;b&gt;&amp;",
  "javascript:alert(1)",
  "{{constructor.constructor('alert(1)')()}}",
  "\u202Egnp.exe\u202C",
  "zero\u200Bwidth\u2066isolate",
  "line\nbreak\r\u2028\u2029\u0000\u001B[31m",
  "__proto__",
  "constructor",
  "x".repeat(200),
  "שלום عربى",
  "\uD800 alone",
  "%3Cimg%20src=x%20onerror=alert(1)%3E",
  "",
  " ",
] as const;

/** A fleet with each of these texts in every place that a file or a cluster decides. */
function fleetOf(texts: readonly string[]): FleetStatus {
  const services = texts.map((text) => {
    const freight = { ...version(1, 3_600), tag: text, commit: text, freight: text };
    return service(text, {
      team: text,
      cluster: text,
      warehouse: text,
      leadTimes: [{ stage: text, version: freight, seconds: 600 }],
      stages: [
        stage(text, {
          after: [text],
          version: freight,
          drift: [text],
          failed: { promotion: text, version: freight, at: ago(60), reason: text },
          holds: [{ actor: text, version: freight, since: ago(60), command: text }],
          waits: [
            {
              kind: "promotion",
              version: freight,
              since: text,
              until: text,
              who: text,
              message: text,
              command: text,
            },
          ],
        }),
      ],
    });
  });
  const clusters = texts.map((text) => ({
    name: text,
    stacks: [text],
    unreadable: text,
    limits: [text],
    closed: [{ kind: "freeze" as const, reason: text, stages: [text], services: [text], until: text }],
  }));
  return fleet(services, { clusters });
}

const htmlOf = (texts: readonly string[]) => {
  const status = fleetOf(texts);
  return statusPage(status, sampleMatrix(status), texts.join());
};

/** All elements with their attributes' names, but no buttons for commands: those with a line's end have none. */
const skeleton = async ({ page }: OpenedPage) => {
  await page.locator("#access table").waitFor();
  // The page draws it once it knows its width.
  await page.locator(".plot svg").waitFor();
  await page.evaluate(
    'for (const each of document.querySelectorAll("button.open, button.more")) each.click()',
  );
  return page.evaluate<string[]>(`[...document.querySelectorAll("body *")]
    .filter((each) => each.closest(".copy button") === null)
    .map((each) => each.tagName + " " + each.getAttributeNames().filter((name) => name !== "open").sort())`);
};

const shownNames = (page: Page) => page.locator("tr.service th button bdi").allTextContents();

describe("a hostile name on fleet status's page", function () {
  this.timeout(180_000);
  const { open, onPage } = pagesOfSuite();

  /** Opens a page with these names, and one with as many tame ones: they must have the same elements. */
  async function staysText(names: readonly string[]): Promise<void> {
    const tame = await open(htmlOf(names.map((_, index) => `name-${index}`)));
    const expected = await skeleton(tame);
    await tame.done();
    const opened = await open(htmlOf(names));
    assert.deepEqual((await skeleton(opened)).toSorted(), expected.toSorted());
    assert.deepEqual((await shownNames(opened.page)).toSorted(), names.map(visible).toSorted());
    await opened.done();
  }

  it("stays text in every place, for the names that attackers try", () => staysText(HOSTILE));

  it("stays text, for any names", async () => {
    const name = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(
          fc.constantFrom("<", ">", "'", '"', "&", "/", "script", "--", "!", "\u202e", "\n", "]]>", "\\"),
        )
        .map((parts) => parts.join("")),
    );
    const names = fc.uniqueArray(name, { minLength: 20, maxLength: 20 });
    await fc.assert(fc.asyncProperty(names, staysText), { numRuns: sampled(40, 3), endOnFailure: true });
  });

  const waits = ["kargo promote\nrm -rf .", "kargo promote"].map((command) => ({
    kind: "promotion" as const,
    version: version(1, 60),
    command,
  }));
  const commands = statusPage(fleet([service("nginx", { stages: [stage("prod", { waits })] })]));
  onPage(
    "has no button that copies a command with an invisible character",
    { html: commands },
    async (page) => {
      assert.deepEqual(await page.locator(".copy code").allTextContents(), [
        "kargo promote\\u{a}rm -rf .",
        "kargo promote",
      ]);
      assert.equal(await page.locator(".copy button").count(), 1);
    },
  );
});

describe("the HTML of fleet status's page", () => {
  it("is the same for all names but for its data, which has no tag in it", () => {
    const data = /<script type="application\/json" id="data">([^<]*)<\/script>/;
    const rest = (html: string) => html.replace(data, "");
    const tame = rest(htmlOf(["nginx"]));
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" })), (name) => {
        const html = htmlOf([name]);
        assert.equal(rest(html), tame);
        const { services } = JSON.parse(data.exec(html)?.[1] ?? "") as FleetStatus;
        // A lone half of a character is no UTF-8; JSON writes it as its number.
        assert.equal(services[0]?.service, name);
      }),
      { numRuns: sampled(2_000, 100) },
    );
  });
});
