import assert from "node:assert/strict";
import fc from "fast-check";
import { notificationsInventory } from "../../../manifests/inventory/notifications.ts";
import { isObject } from "../../../manifests/inventory/objects.ts";
import { rowsOf } from "../../../manifests/inventory/row.ts";
import { planNotifications } from "../../../model/notification-plan.ts";
import { catalogueText, readCatalogueText, readStackText, stackText } from "../../../test/sources.ts";
import { argoEventsWatching, type Evaluation, type Outcome } from "./ask.ts";
import {
  ADDRESS,
  AFTER_START,
  type KargoEvent,
  LATER,
  lastEvent,
  later,
  NOTIFICATIONS,
  objectsFor,
  RECORDED,
  SERVICES,
  TEAMS,
} from "./message-fixtures.ts";

let count = 0;

describe("a message about an Event of Kargo", function () {
  this.timeout(60_000);
  const ask = argoEventsWatching();
  const objects = objectsFor();
  const tell = (
    events: readonly KargoEvent[],
    {
      type = "ADDED" as const,
      answer = 200,
      before = [],
      on = objects,
    }: Partial<{
      type: "ADDED" | "MODIFIED" | "DELETED";
      answer: number;
      before: readonly KargoEvent[];
      on: typeof objects;
    }> = {},
  ): Promise<Evaluation> => {
    count += 1;
    const last = lastEvent(`last-${count}`);
    const changes = [...events.map((object) => ({ type, object })), { type: "ADDED" as const, object: last }];
    return ask(on, { before, changes, last: last.metadata.uid, answer });
  };
  const sentBy = ({ outcomes }: Evaluation) => outcomes.filter(({ result }) => result === "sent");
  const bodies = (evaluation: Evaluation, trigger: string) =>
    sentBy(evaluation)
      .filter((one) => one.trigger === trigger)
      .map(({ sent }) => JSON.parse(sent?.body ?? "") as Record<string, never>);
  const find = (reason: string, namespace: string, stage: string) => {
    const found = AFTER_START.find(
      (event) =>
        event.reason === reason &&
        event.metadata.namespace === namespace &&
        event.metadata.annotations?.["event.kargo.akuity.io/stage-name"] === stage,
    );
    assert.ok(found, `${reason} ${namespace} ${stage}`);
    return found;
  };
  const words = ({ trigger, sent }: Outcome) =>
    `${trigger} ${(JSON.parse(sent?.body ?? "") as { text: string }).text}`;

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

  it("to Slack is the exact text that chat.postMessage takes, with the token in a header only", async () => {
    const evaluation = await tell([find("FreightVerificationSucceeded", "kargo-nginx", "staging")]);
    const sent = sentBy(evaluation).find(({ trigger }) => trigger === "edge_0_slack")?.sent;
    assert.deepEqual(
      [sent?.method, sent?.url, sent?.headers.Authorization, sent?.headers["Content-Type"]],
      [
        "POST",
        "https://slack.com/api/chat.postMessage",
        ["Bearer xoxb-secret"],
        ["application/json; charset=utf-8"],
      ],
    );
    const { channel, text, ...more } = JSON.parse(sent?.body ?? "") as Record<string, string>;
    assert.deepEqual(more, {});
    assert.equal(channel, "edge-releases");
    assert.match(
      text ?? "",
      /^\*nginx: Freight waits for prod\*\nFreight [a-z-]+ \(\d{14}-[0-9a-f]{7}\)\n```Who may promote: AD-Edge &lt;Release&gt;```\n<https:\/\/kargo\.acme\.example\/project\/kargo-nginx\/stage\/prod\|Kargo> · <https:\/\/argocd\.acme\.example\/ui\/applications\/argocd\/nginx-prod\|Argo CD>$/,
    );
    assert.doesNotMatch(sent?.body ?? "", /xoxb/);
  });

  it("to Teams is an Adaptive Card, sent to the address in the Secret", async () => {
    const evaluation = await tell([find("PromotionSucceeded", "kargo-nginx", "prod")]);
    const sent = sentBy(evaluation).find(({ trigger }) => trigger === "edge_0_webhook-edge")?.sent;
    assert.equal(sent?.url, ADDRESS);
    assert.doesNotMatch(sent?.body ?? "", /sig=/);
    const card = JSON.parse(sent?.body ?? "") as {
      attachments: readonly { contentType: string; content: { body: readonly unknown[] } }[];
    };
    const [attachment, ...others] = card.attachments;
    assert.equal(others.length, 0);
    assert.equal(attachment?.contentType, "application/vnd.microsoft.card.adaptive");
    const run = (text: unknown, more = {}) => ({
      type: "RichTextBlock",
      inlines: [{ type: "TextRun", text, ...more }],
    });
    const { body } = attachment?.content ?? { body: [] };
    assert.deepEqual(body[0], run("nginx: prod is promoted and waits for a sync", { weight: "Bolder" }));
    assert.deepEqual(body[2], run("argocd app sync nginx-prod"));
    assert.deepEqual(
      { ...attachment?.content, body: [] },
      {
        type: "AdaptiveCard",
        version: "1.4",
        body: [],
        actions: [
          {
            type: "Action.OpenUrl",
            title: "Kargo",
            url: "https://kargo.acme.example/project/kargo-nginx/stage/prod",
          },
          {
            type: "Action.OpenUrl",
            title: "Argo CD",
            url: "https://argocd.acme.example/ui/applications/argocd/nginx-prod",
          },
        ],
      },
    );
  });

  it("to a webhook is our JSON, with the header of its Secret", async () => {
    const event = find("PromotionErrored", "kargo-auth", "dev");
    const evaluation = await tell([event]);
    const [pager, plain] = sentBy(evaluation);
    assert.deepEqual(pager?.sent?.headers.Authorization, ["Bearer pager-secret"]);
    assert.equal(plain?.sent?.headers.Authorization, undefined);
    assert.equal(pager?.sent?.url, "https://pager.acme.example/in");
    const annotation = (name: string) => event.metadata.annotations?.[`event.kargo.akuity.io/${name}`];
    const { text, ...body } = JSON.parse(pager?.sent?.body ?? "") as { text: string };
    assert.deepEqual(body, {
      version: "kargo-fleet/v1",
      id: event.metadata.uid,
      time: LATER,
      kind: "promotion-failed",
      team: "identity",
      project: "kargo-auth",
      stage: "dev",
      freight: annotation("freight-name"),
      images: annotation("freight-images"),
      promotion: annotation("promotion-name"),
      actor: "controller:promotion-controller",
      title: "auth: promotion to dev failed",
      links: {
        kargo: "https://kargo.acme.example/project/kargo-auth/stage/dev",
        argoCd: "https://argocd.acme.example/ui/applications/argocd/auth-dev",
      },
    });
    assert.match(
      text,
      /^Freight nobby-puffin \(20261128133800-ccc1234\)\nPromotion Errored: step "promote::update"/,
    );
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
    const made = rowsOf(notificationsInventory(plan))
      .filter(isObject)
      .map(({ manifest }) => manifest);
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

  it("keeps hostile texts text, in every format", async () => {
    const event = find("PromotionErrored", "kargo-auth", "dev");
    const everywhere = {
      ...TEAMS,
      identity: { ...TEAMS.identity, notify: { slack: "x", webhooks: ["edge", "plain"] } },
    };
    const on = objectsFor({}, SERVICES, everywhere);
    const piece = fc.constantFrom(
      "<!channel>",
      "<@U1>",
      "&",
      "{{",
      "}}",
      '"',
      "\\",
      "`",
      "```",
      "\n",
      "*",
      "é",
      "</",
      "${{ secret }}",
      '{{ env "URL_WEBHOOK_EDGE" }}',
      "[x](https://evil.example)",
      "<https://evil.example|x>",
      "@here",
    );
    const hostile = fc
      .array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 5 })), { maxLength: 8 })
      .map((all) => all.join("").replace(/\p{Cs}/gu, ""));
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (message, alias, tag) => {
        const images = JSON.stringify([{ repoURL: "registry.example/x", tag }]);
        const annotations = {
          ...event.metadata.annotations,
          "event.kargo.akuity.io/freight-alias": alias,
          "event.kargo.akuity.io/freight-images": images,
        };
        const evaluation = await tell(
          [later(event, { message, metadata: { ...event.metadata, annotations } })],
          { on },
        );
        const sent = sentBy(evaluation);
        assert.equal(sent.length, 3, JSON.stringify(evaluation.outcomes));
        for (const one of sent) assert.doesNotMatch(one.sent?.body ?? "", /sig=a/);
        const [slack, card, plain] = sent.map(
          (one) => JSON.parse(one.sent?.body ?? "") as Record<string, never>,
        );
        const text = String(slack?.text);
        assert.deepEqual(text.match(/<[^>]*>/g), [
          "<https://kargo.acme.example/project/kargo-auth/stage/dev|Kargo>",
          "<https://argocd.acme.example/ui/applications/argocd/auth-dev|Argo CD>",
        ]);
        assert.equal(text.match(/`/g)?.length, 6);
        assert.deepEqual(Object.keys(slack ?? {}).sort(), ["channel", "text"]);
        assert.equal((card as unknown as { attachments: readonly object[] }).attachments.length, 1);
        assert.equal(plain?.images, images);
        if (message !== "" && message.length < 100) assert.ok(String(plain?.text).includes(message));
      }),
      { numRuns: 60 },
    );
  });
});
