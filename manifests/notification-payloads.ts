import type { NotificationsPlan, ReceiverPlan, RoutePlan } from "../model/notification-plan.ts";
import { MESSAGE_VERSION, textsOf } from "./notification-texts.ts";
import type { PayloadField } from "./notification-types.ts";

type Links = Pick<NotificationsPlan, "kargo" | "argoCd">;

/** The fields of a message to a receiver. Argo Events writes each as a JSON text, so no text can break the JSON. */
export function payload(
  dependencyName: string,
  route: RoutePlan,
  receiver: ReceiverPlan,
  links: Links,
): readonly PayloadField[] {
  const fields = FORMATS[receiver.format](route, receiver, links);
  return fields.map(([dest, src]) => ({ src: { dependencyName, ...src }, dest }));
}

type Field = readonly [
  dest: string,
  src: { readonly value: string } | { readonly dataTemplate: string; readonly value?: string },
];

const FORMATS: Readonly<
  Record<ReceiverPlan["format"], (route: RoutePlan, receiver: ReceiverPlan, links: Links) => readonly Field[]>
> = { slack, teams, "kargo-fleet": own };

/** @see https://docs.slack.dev/reference/methods/chat.postMessage */
function slack(route: RoutePlan, { channel = "" }: ReceiverPlan, links: Links): readonly Field[] {
  const { title, freight, detail, kargo, argoCd } = textsOf(route, links, "slack");
  const text = `*${title}*\n${freight}\n\`\`\`${detail}\`\`\`\n<${kargo}|Kargo> · <${argoCd}|Argo CD>`;
  return [
    ["channel", { value: channel }],
    ["text", { dataTemplate: text }],
  ];
}

/**
 * An Adaptive Card for a workflow of Teams. A TextRun knows no Markdown, so no text becomes a link or a mention.
 * @see https://adaptivecards.io/explorer/TextRun.html
 */
function teams(route: RoutePlan, _: ReceiverPlan, links: Links): readonly Field[] {
  const { title, freight, detail, kargo, argoCd } = textsOf(route, links, "plain");
  const card = "attachments.0.content";
  const line = (index: number, dataTemplate: string, more: readonly Field[] = []): Field[] => [
    [`${card}.body.${index}.type`, { value: "RichTextBlock" }],
    [`${card}.body.${index}.inlines.0.type`, { value: "TextRun" }],
    [`${card}.body.${index}.inlines.0.text`, { dataTemplate }],
    ...more,
  ];
  const link = (index: number, title: string, dataTemplate: string): Field[] => [
    [`${card}.actions.${index}.type`, { value: "Action.OpenUrl" }],
    [`${card}.actions.${index}.title`, { value: title }],
    [`${card}.actions.${index}.url`, { dataTemplate }],
  ];
  return [
    ["type", { value: "message" }],
    ["attachments.0.contentType", { value: "application/vnd.microsoft.card.adaptive" }],
    [`${card}.type`, { value: "AdaptiveCard" }],
    [`${card}.version`, { value: "1.4" }],
    ...line(0, title, [[`${card}.body.0.inlines.0.weight`, { value: "Bolder" }]]),
    ...line(1, freight),
    ...line(2, detail),
    ...link(0, "Kargo", kargo),
    ...link(1, "Argo CD", argoCd),
  ];
}

/** Our own JSON, described in docs/notifications.md. A missing value is the empty text. */
function own(route: RoutePlan, _: ReceiverPlan, links: Links): readonly Field[] {
  const { kind, title, freight, detail, kargo, argoCd } = textsOf(route, links, "plain");
  const annotated = (name: string): Field[1] => ({
    dataTemplate: `{{ get .Input.body.metadata.annotations "event.kargo.akuity.io/${name}" }}`,
    value: "",
  });
  return [
    ["version", { value: MESSAGE_VERSION }],
    ["id", { dataTemplate: "{{ .Input.body.metadata.uid }}" }],
    ["time", { dataTemplate: "{{ .Input.body.metadata.creationTimestamp }}" }],
    ["kind", { dataTemplate: kind }],
    ["team", { value: route.team }],
    ["project", { dataTemplate: "{{ .Input.body.metadata.namespace }}" }],
    ["stage", annotated("stage-name")],
    ["freight", annotated("freight-name")],
    ["images", annotated("freight-images")],
    ["promotion", annotated("promotion-name")],
    ["actor", annotated("actor")],
    ["title", { dataTemplate: title }],
    ["text", { dataTemplate: `${freight}\n${detail}` }],
    ["links.kargo", { dataTemplate: kargo }],
    ["links.argoCd", { dataTemplate: argoCd }],
  ];
}
