import assert from "node:assert/strict";
import { statusPage } from "../../../status/page/page.ts";
import { count, html, pagesOfSuite, textOf, thousand } from "./opened-page.ts";
import { ago, BLACK_FRIDAY, fleet, service, stage, version } from "./sample-fleet.ts";

describe("fleet status's page", function () {
  this.timeout(120_000);
  const { onPage } = pagesOfSuite();

  const next = version(1, 3_600);
  const wait = {
    kind: "promotion" as const,
    version: next,
    since: ago(7_200),
    who: "AD-Edge-Release",
    command: "kargo promote --stage prod",
  };
  const stages = [stage("dev"), stage("prod", { after: ["dev"], waits: [wait] })];
  const waiting = statusPage(fleet([service("nginx", { stages }), service("quiet")]));
  onPage("answers first what needs somebody, with the command for it", { html: waiting }, async (page) => {
    const group = page.locator("#need-promote");
    const text = await textOf(group);
    for (const part of [
      "nginx",
      "prod",
      "edge",
      next.tag,
      "for 2 h",
      "AD-Edge-Release may act",
      "kargo promote --stage prod",
    ])
      assert.ok(text.includes(part), `${part} in ${text}`);
    assert.equal(await page.locator("details.group").count(), 1);
    const box = await group.boundingBox();
    assert.ok(box !== null && box.y + box.height < 720, "it is on the first screen");
  });

  const quiet = statusPage(fleet([service("nginx"), service("auth")]));
  onPage("says so if nothing needs anybody", { html: quiet }, async (page) => {
    assert.match(await textOf(page.locator("#needs")), /Nothing\. 2 services with 6 Stages need nobody\./);
  });

  onPage("filters everything by team, and the hash keeps the filter", { html }, async (page) => {
    const number = page.locator("#delivery .value").first();
    const before = await textOf(number);
    await page.locator("select[name=team]").selectOption("team-03");
    assert.equal(await count(page), "25 services of 1,000");
    const expected = thousand.services
      .filter(({ team }) => team === "team-03")
      .flatMap(({ stages }) =>
        stages.flatMap(({ waits }) => waits.filter(({ kind }) => kind === "promotion")),
      );
    assert.ok(expected.length > 0);
    assert.equal(await page.locator("#need-promote .item").count(), expected.length);
    assert.ok((await textOf(page.locator("#need-promote"))).includes("team-03"));
    // The page's policy forbids to evaluate a condition in it.
    while ((await textOf(number)) === before) await page.waitForTimeout(20);
    assert.equal(new URL(page.url()).hash, "#team=team-03");
    await page.reload();
    assert.equal(await count(page), "25 services of 1,000");
    assert.equal(await page.locator("select[name=team]").inputValue(), "team-03");
  });

  const clusters = [
    {
      name: "far",
      stacks: ["far"],
      unreadable: "connect ECONNREFUSED",
      closed: [],
      limits: ["Promotions of kargo-nginx may not be read."],
    },
    {
      name: "near",
      stacks: ["near"],
      closed: [{ ...BLACK_FRIDAY, until: "2026-12-01T08:00:00Z" }],
    },
  ];
  const noted = statusPage(fleet([], { clusters }), undefined, "These are samples.");
  onPage("says above all else what was not read and what is closed", { html: noted }, async (page) => {
    assert.deepEqual(await page.locator("#notices p").allInnerTexts(), [
      "These are samples.",
      "far could not be read, so its Stages are unknown: connect ECONNREFUSED",
      "far: Promotions of kargo-nginx may not be read.",
      "near refuses Promotions (freeze) until 2026-12-01 08:00 UTC of Stages prod of all services: Black Friday",
    ]);
    assert.equal(await page.locator("#access").isVisible(), false, "without an audit there is no matrix");
  });

  onPage("draws the access matrix, and counts what differs from the plan", { html }, async (page) => {
    const table = page.locator("#access table");
    await table.waitFor();
    assert.equal(
      await table.locator("thead th").count(),
      42,
      "one column for the namespaces of a team that are alike",
    );
    assert.equal(await textOf(table.locator("td.cell-wrong")), "✗");
    assert.match(await textOf(page.locator("#access")), /1 column with rights that differ from the plan/);
  });

  onPage("gives each state a shape and a sign of its own, beside its colour", { html }, async (page) => {
    await page.getByText("The signs in the pictures").click();
    const looks = await page.locator("details.legend li").evaluateAll((items) =>
      items.map((item) => {
        const found = (
          item as unknown as { querySelector(name: string): { outerHTML: string; textContent: string } }
        ).querySelector.bind(item);
        return `${found("path").outerHTML} ${found("text").textContent}`;
      }),
    );
    assert.equal(new Set(looks).size, looks.length);
    assert.ok(looks.length >= 13);
  });
});
