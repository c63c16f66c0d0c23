import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { statusText } from "../../status/text.ts";
import { changed, HELD, statusOfItems } from "./recorded-fleet.ts";

const plain = (status: FleetStatus, width = 120) => statusText(status, width, (_, text) => text);
const lines = (text: string) => text.split("\n");

describe("the text of a status", () => {
  const text = plain(statusOfItems(HELD));

  it("starts with what needs a person, grouped, and ends with the table", () => {
    assert.deepEqual(
      lines(text).filter((line) => /^\S.* \(\d+\)$|^SERVICE/.test(line)),
      [
        "Promotion failed, and Kargo does not try again (1)",
        "Wait for a person to promote (2)",
        "Promoted and not synced (1)",
        "Held: auto-promotion pauses (1)",
        "SERVICE  TEAM      dev             staging        prod",
      ],
    );
  });

  it("has the exact command for everything that a person can do", () => {
    assert.deepEqual(
      lines(text)
        .filter((line) => /^ {6}(kargo|argocd) /.test(line))
        .map((line) => line.trim()),
      [
        "kargo promote --project kargo-auth --stage dev --freight 3e4b44627d45014b704afcca18864b454156d9e8",
        "kargo promote --project kargo-api-gw --stage prod --freight 34335e21f9ea1453521570d01ffa512d2e1bb048",
        "kargo promote --project kargo-nginx --stage prod --freight cc00c3c605127c58f2b420b359ea6cbb472171bb",
        "argocd app sync nginx-prod",
        "kargo promote --project kargo-nginx --stage dev --freight cc00c3c605127c58f2b420b359ea6cbb472171bb",
      ],
    );
  });

  it("shows the versions, their age and marks", () => {
    assert.deepEqual(
      lines(text).filter((line) => /^(api-gw|auth|nginx) /.test(line)),
      [
        "api-gw   edge      bbb1234 2 min   bbb1234 1 min  - >",
        "auth     identity  - !             -              -",
        "nginx    edge      abc1234 30 s =  ddd1234 1 min  abc1234 2 min Missing >",
      ],
    );
  });

  it("names each failure once, and shows the end of its reason, where the cause is", () => {
    assert.equal(text.split("auth/dev").length, 2);
    assert.match(text, /step "promote::update" met .* … .*values-dev.yaml: no such file or directory\n/);
  });

  it("is in docs/status.md as it is, except the failure's long reason", () => {
    const [, shown = ""] = /```\n(2 services[\s\S]*?)```/.exec(readFileSync("docs/status.md", "utf8")) ?? [];
    const status = statusOfItems(HELD);
    const services = status.services.filter(({ service }) => service !== "api-gw");
    const short = (shownText: string) =>
      lines(shownText.trimEnd()).filter((line) => !/^ {6}step /.test(line));
    assert.deepEqual(short(shown), short(plain({ ...status, services })));
  });

  it("leaves out ages and then cuts lines where the terminal is narrow", () => {
    assert.match(
      plain(statusOfItems(HELD), 60),
      /^nginx {4}edge {6}abc1234 = {2}ddd1234 {2}abc1234 Missing >$/m,
    );
    for (const width of [20, 40, 60])
      for (const line of lines(plain(statusOfItems(HELD), width)).filter((each) =>
        /^(SERVICE|nginx)/.test(each),
      ))
        assert.ok(line.length <= width, line);
  });

  it("says that nothing needs a person only if everything was read", () => {
    const calm: FleetStatus = {
      at: "2026-11-28T13:41:00.000Z",
      clusters: [{ name: "eu", stacks: [], closed: [] }],
      services: [],
    };
    assert.match(plain(calm), /Nothing needs a person\./);
    const blind = { ...calm, clusters: [{ name: "eu", stacks: [], closed: [], unreadable: "no route" }] };
    assert.doesNotMatch(plain(blind), /Nothing needs a person/);
    assert.match(plain(blind), /Not read: cluster eu: no route/);
  });

  it("names the services that could not be read with the reason, outside the table", () => {
    const status = statusOfItems(HELD);
    const services = status.services.map((each) =>
      each.service === "auth" ? { ...each, stages: [], unreadable: "not for you" } : each,
    );
    const said = plain({ ...status, services });
    assert.match(said, /^Not read: 1 service \(auth\): not for you$/m);
    assert.doesNotMatch(said, /^auth /m);
  });

  it("names at most twenty services of a group", () => {
    const status = statusOfItems(HELD);
    const [apiGw] = status.services;
    const many = Array.from({ length: 50 }, (_, index) => ({
      ...apiGw,
      service: `s-${index}`,
    })) as FleetStatus["services"];
    const said = plain({ ...status, services: many });
    assert.match(said, /^Wait for a person to promote \(50\)$/m);
    assert.match(said, /^ {2}and 30 more: name --team or --services, or use --json$/m);
    assert.equal(said.match(/^ {6}kargo promote/gm)?.length, 20);
  });

  it("shows invisible characters of the cluster's text as numbers", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (message) => {
        const hostile = changed(HELD, "Stage", "kargo-auth/dev", ({ status }) => {
          const last = (status as { lastPromotion: { status: object } }).lastPromotion;
          const promotion = { ...last, status: { ...last.status, message: `\u001b[31m${message}` } };
          return { status: { ...(status as object), lastPromotion: promotion } };
        });
        const said = plain(statusOfItems(hostile));
        assert.doesNotMatch(said.replaceAll("\n", ""), /[\p{Cc}\p{Bidi_Control}]/u);
      }),
      { numRuns: 50 },
    );
  });
});
