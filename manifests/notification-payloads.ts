import type { ReceiverPlan } from "../model/notification-plan.ts";
import { MESSAGE_VERSION, type Texts } from "./notification-texts.ts";
import type { PayloadField } from "./notification-types.ts";

/**
 * The fields of a message to a receiver. Argo Events writes each as a JSON text, so no text can break the JSON.
 * @param texts in the receiver's format
 */
export function payload(
  dependencyName: string,
  team: string,
  texts: Texts,
  receiver: ReceiverPlan,
): readonly PayloadField[] {
  const fields = FORMATS[receiver.format](texts, receiver, team);
  return fields.map(([dest, src]) => ({ src: { dependencyName, ...src }, dest }));
}

type Field = readonly [
  dest: string,
  src: { readonly value: string } | { readonly dataTemplate: string; readonly value?: string },
];

const FORMATS: Readonly<
  Record<ReceiverPlan["format"], (texts: Texts, receiver: ReceiverPlan, team: string) => readonly Field[]>
> = { slack, teams, "kargo-fleet": own };

/** @see https://docs.slack.dev/reference/methods/chat.postMessage */
function slack(
  { title, freight, detail, kargo, argoCd }: Texts,
  { channel = "" }: ReceiverPlan,
): readonly Field[] {
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
function teams({ title, freight, detail, kargo, argoCd }: Texts): readonly Field[] {
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

/** The time of Kargo's Event, or of the calendar that opens a window. */
const TIME =
  "{{ if .Input.eventTime }}{{ .Input.eventTime }}{{ else }}{{ .Input.body.metadata.creationTimestamp }}{{ end }}";

/** Our own JSON, described in docs/notifications.md. A missing value is the empty text. */
function own(
  { kind, title, freight, detail, kargo, argoCd }: Texts,
  _: ReceiverPlan,
  team: string,
): readonly Field[] {
  const annotated = (name: string): Field[1] => ({
    dataTemplate: `{{ get .Input.body.metadata.annotations "event.kargo.akuity.io/${name}" }}`,
    value: "",
  });
  return [
    ["version", { value: MESSAGE_VERSION }],
    ["id", { dataTemplate: "{{ .Input.body.metadata.uid }}", value: "" }],
    ["time", { dataTemplate: TIME }],
    ["kind", { dataTemplate: kind }],
    ["team", { value: team }],
    ["project", { dataTemplate: "{{ .Input.body.metadata.namespace }}", value: "" }],
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
