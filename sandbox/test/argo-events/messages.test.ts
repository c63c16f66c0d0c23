import assert from "node:assert/strict";
import { notificationsInventory } from "../../../manifests/inventory/notifications.ts";
import { objectRowsOf } from "../../../manifests/inventory/objects.ts";
import { planNotifications } from "../../../model/notification-plan.ts";
import { catalogueText, readCatalogueText, readStackText, stackText } from "../../../test/sources.ts";
import type { Outcome } from "./ask.ts";
import {
  AFTER_START,
  bodies,
  find,
  later,
  listening,
  NOTIFICATIONS,
  objectsFor,
  RECORDED,
  SERVICES,
  sentBy,
  TEAMS,
  words,
} from "./message-fixtures.ts";

describe("a message about an Event of Kargo", function () {
  this.timeout(60_000);
  const { ask, objects, tell } = listening();

  it("is sent once for each happening that a team must act on, and for nothing else that was recorded", async () => {
    const evaluation = await tell(AFTER_START);
    assert.equal(evaluation.refused, undefined);
    const slack = sentBy(evaluation).filter(({ trigger }) => trigger.endsWith("slack"));
    assert.deepEqual(
      slack.map((one) => words(one).split("\n")[0]),
      [
        "edge_0_slack *nginx: Freight waits for prod*",
        "edge_0_slack *nginx: Freight waits for prod*",
        "edge_0_slack *nginx: prod is promoted and waits for a sync*",
      ],
    );
    const pager = bodies(evaluation, "identity_0_webhook-pager");
    assert.deepEqual(
      pager.map(({ title }) => title),
      ["auth: promotion to dev failed"],
    );
    assert.deepEqual([...new Set(sentBy(evaluation).map(({ trigger }) => trigger))].sort(), [
      "edge_0_slack",
      "edge_0_webhook-edge",
      "identity_0_webhook-pager",
      "identity_0_webhook-plain",
    ]);
  });

  it("is not repeated when the EventSource starts again, or when an Event changes or goes", async () => {
    assert.deepEqual(sentBy(await tell([], { before: RECORDED })), []);
    assert.deepEqual(sentBy(await tell(RECORDED)), []);
    const errored = find("PromotionErrored", "kargo-auth", "dev");
    const version = (resourceVersion: string) => ({
      ...errored,
      metadata: { ...errored.metadata, resourceVersion },
      count: Number(resourceVersion),
    });
    const changed = await tell([version("2"), version("3")], { before: [version("1")], type: "MODIFIED" });
    assert.equal(sentBy(changed).length, 2, "one for each of the two receivers");
    assert.deepEqual(sentBy(await tell(RECORDED.slice(0, 3), { before: RECORDED, type: "DELETED" })), []);
  });

  it("that a receiver does not take is a failure, which Argo Events repeats", async () => {
    for (const answer of [400, 401, 404, 429, 500, 302]) {
      const { outcomes } = await tell([find("PromotionErrored", "kargo-auth", "dev")], { answer });
      const failed = outcomes.filter(({ result }) => result === "failed");
      assert.equal(failed.length, 2, String(answer));
      assert.match(failed[0]?.why ?? "", new RegExp(`status ${answer} is not allowed`));
    }
  });

  it("is not sent for an Event of another namespace, whatever its annotations say", async () => {
    const event = find("PromotionErrored", "kargo-auth", "dev");
    const from = (namespace: string) =>
      later(event, { metadata: { ...event.metadata, namespace, uid: namespace } });
    const others = ["auth-dev", "kargo-api-gw", "kargo-auth-2", "kargo-au", "x-kargo-auth", "default"].map(
      from,
    );
    assert.deepEqual(sentBy(await tell(others)), []);
  });

  it("tells of failed verifications and of pull requests that wait for their merge", async () => {
    const pipelines =
      "{ standard: [ { stage: dev, promotion: auto, sync: auto }, { stage: prod, promotion: pull-request, sync: auto, after: [dev] } ] }";
    const on = objectsFor({ pipelines });
    const verified = find("FreightVerificationSucceeded", "kargo-nginx", "dev");
    const created = find("PromotionCreated", "kargo-nginx", "prod");
    const events = [
      later(verified, { reason: "FreightVerificationFailed", message: "the smoke test failed" }),
      later(created, { metadata: { ...created.metadata, uid: "2" } }),
      later(verified, { metadata: { ...verified.metadata, uid: "3" } }),
    ].map((event, at) => later(event, { metadata: { ...event.metadata, name: `e${at}`, uid: `e${at}` } }));
    const evaluation = await tell(events, { on });
    const slack = sentBy(evaluation).filter(({ trigger }) => trigger === "edge_0_slack");
    assert.deepEqual(
      slack.map((one) => words(one).split("\n")[0]),
      [
        "edge_0_slack *nginx: verification in dev failed*",
        "edge_0_slack *nginx: prod waits for the merge of its pull request*",
      ],
    );
    assert.match(words(slack[0] as Outcome), /```the smoke test failed```/);
  });

  it("tells of a window that opens, to teams with its Stages, at a time that Argo Events accepts", async () => {
    const windows = [
      { name: "weekdays", cron: "0 8 * * 1-5", zone: "Europe/Berlin", stages: ["prod"] },
      { name: "other", cron: "0 8 * * *", zone: "UTC", stages: ["canary"] },
    ];
    const reading = readCatalogueText(catalogueText(SERVICES, TEAMS));
    const stack = readStackText(stackText({ notifications: NOTIFICATIONS })).value;
    assert.ok(reading.value && stack);
    const plan = planNotifications(reading.value.services, reading.value.teams, stack, windows);
    assert.ok(plan);
    const made = objectRowsOf([notificationsInventory(plan)]).map(({ manifest }) => manifest);
    const of = (kind: string) =>
      JSON.parse(JSON.stringify(made.filter((one) => one.kind === kind))) as object[];
    const on = { ...objects, eventSources: of("EventSource"), sensors: of("Sensor") };
    const evaluation = await ask(on, { changes: [], last: "", answer: 200, ticks: ["weekdays", "other"] });
    assert.deepEqual(
      sentBy(evaluation).map(({ trigger }) => trigger),
      [
        "edge_0_window-weekdays_slack",
        "edge_0_window-weekdays_webhook-edge",
        "identity_0_window-weekdays_webhook-pager",
        "identity_0_window-weekdays_webhook-plain",
      ],
    );
    const [slack] = sentBy(evaluation);
    assert.equal(
      (JSON.parse(slack?.sent?.body ?? "") as { text: string }).text,
      "*A window for prod opens*\nIts name is weekdays. A freeze, another window or a stop may still close it.\n```1 service of the team```\n<https://kargo.acme.example|Kargo> · <https://argocd.acme.example/ui|Argo CD>",
    );
    const [pager] = bodies(evaluation, "identity_0_window-weekdays_webhook-pager");
    const { kind, id, time, project, stage } = pager ?? {};
    assert.deepEqual(
      [kind, id, time, project, stage],
      ["window-opened", "", "2026-11-30 08:00:00 +0000 UTC", "", ""],
    );
  });
});
