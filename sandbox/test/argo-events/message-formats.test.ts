import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ADDRESS,
  find,
  LATER,
  later,
  listening,
  objectsFor,
  SERVICES,
  sentBy,
  TEAMS,
} from "./message-fixtures.ts";

describe("the formats of a message", function () {
  this.timeout(60_000);
  const { tell } = listening();

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

  it("keeps hostile texts text, in every format", async () => {
    const event = find("PromotionErrored", "kargo-auth", "dev");
    const everywhere = {
      ...TEAMS,
      identity: { ...TEAMS.identity, notify: { slack: "x", webhooks: ["edge", "plain"] } },
    };
    const on = objectsFor({}, SERVICES, everywhere);
    const piece = fc.constantFrom(
      ...'<!channel> <@U1> & {{ }} " \\ ` ``` * é </ [x](https://evil.example) @here'.split(" "),
      ...["\n", "${{ secret }}", '{{ env "URL_WEBHOOK_EDGE" }}', "<https://evil.example|x>"],
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
