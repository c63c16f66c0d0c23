import { ARGOCD_NAMESPACE, applicationName, projectName } from "../model/names.ts";
import type { NotificationsPlan, ReceiverPlan, RoutePlan, WindowPlan } from "../model/notification-plan.ts";

/** The version of our own JSON. A change of a field's meaning raises it. */
export const MESSAGE_VERSION = "kargo-fleet/v1";

/** Reasons of Kargo's Events for what went wrong (its api/v1alpha1/event.go). */
export const PROMOTION_FAILED: readonly string[] = ["PromotionFailed", "PromotionErrored"];
export const VERIFICATION_FAILED: readonly string[] = [
  "FreightVerificationFailed",
  "FreightVerificationErrored",
  "FreightVerificationInconclusive",
];

/** Reasons for Freight that a manual promotion may now take. */
export const PASSED: readonly string[] = ["FreightVerificationSucceeded", "FreightCreated"];

/** The longest detail of a message, in characters. */
const MOST = 500;

const ANNOTATIONS = ".Input.body.metadata.annotations";

/** The value of one of Kargo's annotations in a template; the empty text if it is missing. */
function annotation(name: string): string {
  return `get ${ANNOTATIONS} "event.kargo.akuity.io/${name}"`;
}

/**
 * A text literal of Go's templates. Its escapes are those of JSON for the characters of our names. The guard refuses the
 * words that read a pod's environment, so a Stage called `env` is written with an escape.
 */
const text = (value: string) => JSON.stringify(value).replace(/\be(?=nv\b|xpandenv\b)/g, "\\u0065");

/**
 * Only `&`, `<` and `>` have a meaning in Slack's texts: unescaped, `<!channel>` would notify everybody. A backtick
 * would end a code block.
 */
const SLACK = ' | replace "&" "&amp;" | replace "<" "&lt;" | replace ">" "&gt;" | replace "`" "\'"';

/** What a message says, as Go templates over an event of the EventSource. */
export interface Texts {
  /** For example `promotion-failed`. */
  readonly kind: string;
  readonly title: string;
  /** The Freight by its alias and the tags of its images. */
  readonly freight: string;
  /** What failed, or who acts. */
  readonly detail: string;
  /** The Stage that failed or waits, and its Application. */
  readonly kargo: string;
  readonly argoCd: string;
}

/**
 * The texts of a route's messages. Sprig's functions are those of Argo Events. Every dynamic text passes the escape.
 */
export function textsOf(
  route: RoutePlan,
  { kargo, argoCd }: Pick<NotificationsPlan, "kargo" | "argoCd">,
  { format }: Pick<ReceiverPlan, "format">,
): Texts {
  const safe = format === "slack" ? SLACK : "";
  const start = [
    "$r := .Input.body.reason",
    `$s := ${annotation("stage-name")}`,
    "$p := .Input.body.metadata.namespace",
    `$n := trimPrefix ${text(projectName(""))} $p`,
  ];
  const set = start.map((one) => `{{ ${one} }}`).join("");
  const promotion = (of: "what" | "stage") =>
    `get (dict ${Object.entries(route.waits.promotion)
      .flatMap(([passed, waiting]) => [text(passed), text(waiting[of])])
      .join(" ")}) $s`;
  const failure = `{{ .Input.body.message | default "Kargo gives no reason." | trunc ${MOST}${safe} }}`;
  const about = `${set}{{ $on := $s }}{{ if eq $r ${PASSED.map(text).join(" ")} }}{{ $on = ${promotion("stage")} }}{{ end }}`;
  return {
    kind: set + cases(route, KINDS),
    title: `${set}{{ $n }}: ${cases(route, {
      promotionFailed: "promotion to {{ $s }} failed",
      verificationFailed: "verification in {{ $s }} failed",
      merge: "{{ $s }} waits for the merge of its pull request",
      sync: "{{ $s }} is promoted and waits for a sync",
      promotion: `{{ ${promotion("what")} }}`,
    })}`,
    freight: `{{ $t := list }}{{ range (fromJson (${annotation("freight-images")})) }}{{ $t = append $t (printf "%v" .tag) }}{{ end }}Freight {{ ${annotation("freight-alias")} | default (${annotation("freight-name")})${safe} }}{{ if $t }} ({{ join ", " $t | trunc ${MOST}${safe} }}){{ end }}`,
    detail:
      set +
      cases(route, {
        promotionFailed: failure,
        verificationFailed: failure,
        merge: "Kargo opens the pull request in the GitOps repository.",
        sync: `argocd app sync ${applicationName("{{ $n }}", "{{ $s }}")}`,
        promotion: `Who may promote: {{ ${text(route.approvers)}${safe} }}`,
      }),
    kargo: `${about}${kargo}/project/{{ $p }}/stage/{{ $on }}`,
    argoCd: `${about}${argoCd}/applications/${ARGOCD_NAMESPACE}/${applicationName("{{ $n }}", "{{ $on }}")}`,
  };
}

/** The texts about a window that opens. Names of Stages and windows need no escape (RFC 1123). */
export function windowTexts(
  { name, stages }: WindowPlan,
  { projects, stages: own }: RoutePlan,
  { kargo, argoCd }: Pick<NotificationsPlan, "kargo" | "argoCd">,
): Texts {
  const opened = stages.filter((stage) => own.includes(stage)).join(", ");
  return {
    kind: "window-opened",
    title: `A window for {{ ${text(opened)} }} opens`,
    freight: `Its name is ${name}. A freeze, another window or a stop may still close it.`,
    detail: `${projects.length} service${projects.length === 1 ? "" : "s"} of the team`,
    kargo,
    argoCd,
  };
}

type Case = "promotionFailed" | "verificationFailed" | "merge" | "sync" | "promotion";

const KINDS: Readonly<Record<Case, string>> = {
  promotionFailed: "promotion-failed",
  verificationFailed: "verification-failed",
  merge: "waits-for-merge",
  sync: "waits-for-sync",
  promotion: "waits-for-promotion",
};

/** A template that takes one of these by the Event's reason. */
function cases({ waits }: RoutePlan, of: Readonly<Record<Case, string>>): string {
  const is = (reasons: readonly string[]) => `eq $r ${reasons.map(text).join(" ")}`;
  const branches: readonly (readonly [condition: string, then: string, used: boolean])[] = [
    [is(PROMOTION_FAILED), of.promotionFailed, true],
    [is(VERIFICATION_FAILED), of.verificationFailed, true],
    [is(["PromotionCreated"]), of.merge, waits.merge.length > 0],
    [is(["PromotionSucceeded"]), of.sync, waits.sync.length > 0],
  ];
  const used = branches.filter(([, , is]) => is);
  return `${used.map(([condition, then], at) => `{{ ${at === 0 ? "" : "else "}if ${condition} }}${then}`).join("")}{{ else }}${of.promotion}{{ end }}`;
}
