import type { Catalogue } from "./catalogue.ts";
import { notificationGroup, projectName } from "./names.ts";
import type { NotificationsConfig, WEBHOOK_FORMATS } from "./notifications.ts";
import { pipelineOf } from "./pipeline-rollout.ts";
import { type DeployingStage, deploys, type Pipeline, stagesOf } from "./pipelines.ts";
import type { StackConfig } from "./stack-config.ts";
import { DAYS } from "./time-zones.ts";

/** The objects that tell people what they must act on, for all services of a cluster. */
export interface NotificationsPlan {
  /** The addresses of the two UIs, without a slash at the end. */
  readonly kargo: string;
  readonly argoCd: string;
  /** The Sensors with teams, in order. */
  readonly groups: readonly NotificationGroupPlan[];
  /** The windows whose opening is told. */
  readonly windows: readonly WindowPlan[];
}

/** A time from which Promotions are allowed again. */
export interface WindowPlan {
  readonly name: string;
  /** When it opens: five fields, without a zone. */
  readonly cron: string;
  /** The zone of {@link cron}, for example `Europe/Berlin`. */
  readonly zone: string;
  /** The Stages that it opens. */
  readonly stages: readonly string[];
}

/** One Sensor with its routes. */
export interface NotificationGroupPlan {
  readonly name: string;
  readonly routes: readonly RoutePlan[];
}

/** The services of one team whose pipelines wait for people in the same places, and where their messages go. */
export interface RoutePlan {
  readonly team: string;
  /** Its number among the team's routes. */
  readonly index: number;
  /** The namespaces of the Kargo Projects. */
  readonly projects: readonly string[];
  readonly waits: WaitsPlan;
  /** The Stages that deploy. */
  readonly stages: readonly string[];
  /** The directory group that promotes where promotion is manual. */
  readonly approvers: string;
  readonly receivers: readonly ReceiverPlan[];
}

/** Where a pipeline waits for a person. */
interface WaitsPlan {
  /**
   * What waits by the Stage that Freight has just passed. The empty name stands for new Freight, which has passed no
   * Stage.
   */
  readonly promotion: Readonly<Record<string, WaitingPlan>>;
  /** The Stages that wait for the merge of a pull request. */
  readonly merge: readonly string[];
  /** The Stages that wait for a person to sync. */
  readonly sync: readonly string[];
}

/** The Stages that wait after another one. */
interface WaitingPlan {
  /** For example `Freight waits for prod (after a soak of 1h)`. */
  readonly what: string;
  /** The first of them. */
  readonly stage: string;
}

/** A receiver of messages; its credential is only named. */
export interface ReceiverPlan {
  /** `slack`, or `webhook-` and the name of a webhook. */
  readonly name: string;
  readonly format: "slack" | (typeof WEBHOOK_FORMATS)[number];
  /** Its address; undefined if the Secret holds it. */
  readonly url: string | undefined;
  /** The Secret with its Authorization header, or with its address; undefined for a receiver without one. */
  readonly secret: string | undefined;
  /** The Slack channel. */
  readonly channel?: string;
}

/** Slack's method for an app with a token. An incoming webhook of Slack would be a credential in an address. */
const SLACK_URL = "https://slack.com/api/chat.postMessage";

/**
 * When the windows of a stack open. Only those for all services are told: a message is for all services of a team.
 * @see https://pkg.go.dev/github.com/robfig/cron for the form of a schedule
 */
export function openings({ rollout: { windows }, pipelines }: Pick<StackConfig, "rollout" | "pipelines">) {
  const all = [...new Set(Object.values(pipelines).flatMap((stages) => stages.map(({ stage }) => stage)))];
  return windows.flatMap(({ open, zone, stages = all, services, labels }, index): WindowPlan[] => {
    if (services !== undefined || labels !== undefined) return [];
    return open.map(({ days = DAYS, from }, period) => {
      const [hour, minute] = from.split(":").map(Number);
      const weekdays = days.map((day) => DAYS.indexOf(day)).sort();
      const cron = `${minute} ${hour} * * ${weekdays.join(",")}`;
      return { name: `window-${index}-${period}`, cron, zone, stages };
    });
  });
}

/**
 * The routes of these services by group; undefined if nobody gets a message.
 * @param windows whose opening is told; default: those of the stack
 */
export function planNotifications(
  services: Catalogue["services"],
  teams: Catalogue["teams"],
  stack: StackConfig,
  windows: readonly WindowPlan[] = openings(stack),
): NotificationsPlan | undefined {
  const { notifications } = stack;
  if (notifications === undefined) return undefined;
  const routes = Object.keys(teams).flatMap((team) => routesOf(team, services, teams, stack));
  if (routes.length === 0) return undefined;
  const groups = Map.groupBy(routes, ({ team }) => notificationGroup(team, notifications.groups));
  const { kargo, argoCd } = notifications;
  return {
    kargo,
    argoCd,
    windows,
    groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, own]) => ({ name, routes: own })),
  };
}

/** All receivers of a stack without Slack channels, which the administrator's guard allows. */
export function receiversOf({ slack, webhooks }: NotificationsConfig): readonly ReceiverPlan[] {
  return [...(slack ? [slackReceiver(slack)] : []), ...Object.keys(webhooks).map(webhookReceiver(webhooks))];
}

function routesOf(
  team: string,
  services: Catalogue["services"],
  teams: Catalogue["teams"],
  stack: StackConfig,
): RoutePlan[] {
  const { group, approvers = group, notify } = teams[team] ?? { group: team };
  const { slack, webhooks } = stack.notifications ?? { webhooks: {} };
  const receivers = [
    ...(slack && notify?.slack ? [{ ...slackReceiver(slack), channel: notify.slack }] : []),
    ...(notify?.webhooks ?? []).map(webhookReceiver(webhooks)),
  ];
  if (receivers.length === 0) return [];
  const own = Object.entries(services).filter(([, one]) => one.team === team && one.state === "active");
  const alike = Map.groupBy(own, ([name, { pipeline }]) => {
    const stages = stagesOf(stack.pipelines, pipelineOf(name, pipeline, stack.rollout.pipelines));
    return JSON.stringify({ waits: waitsOf(stages), stages: activeOf(stages).map(({ stage }) => stage) });
  });
  return [...alike].map(([pipeline, entries], index) => ({
    team,
    index,
    projects: entries.map(([name]) => projectName(name)),
    ...(JSON.parse(pipeline) as Pick<RoutePlan, "waits" | "stages">),
    approvers,
    receivers,
  }));
}

function activeOf(pipeline: Pipeline): DeployingStage[] {
  return pipeline.filter(deploys).filter(({ state }) => state === "active");
}

/** Where a pipeline waits for people, from its graph. */
export function waitsOf(pipeline: Pipeline): WaitsPlan {
  const active = activeOf(pipeline);
  const named = (is: (stage: (typeof active)[number]) => boolean) =>
    active.filter(is).map(({ stage }) => stage);
  const waiting = active
    .filter(({ promotion }) => promotion === "manual")
    .flatMap(({ stage, after, soak }) =>
      (after.length === 0 ? [""] : after).map((passed) => {
        const others = after.filter((other) => other !== passed);
        const notes = [
          ...(others.length > 0 ? [`once it has also passed ${others.join(" and ")}`] : []),
          ...(soak === undefined ? [] : [`after a soak of ${soak}`]),
        ];
        return { passed, stage, words: notes.length > 0 ? `${stage} (${notes.join(", ")})` : stage };
      }),
    );
  const byPassed = Map.groupBy(waiting, ({ passed }) => passed);
  return {
    promotion: Object.fromEntries(
      [...byPassed].map(([passed, all]) => {
        const what = `Freight waits for ${all.map(({ words }) => words).join(", ")}`;
        return [passed, { what, stage: all[0]?.stage ?? "" }];
      }),
    ),
    merge: named(({ promotion }) => promotion === "pull-request"),
    sync: named(({ sync }) => sync === "manual"),
  };
}

function slackReceiver({ existingSecret }: NonNullable<NotificationsConfig["slack"]>): ReceiverPlan {
  return { name: "slack", format: "slack", url: SLACK_URL, secret: existingSecret };
}

function webhookReceiver(webhooks: NotificationsConfig["webhooks"]): (name: string) => ReceiverPlan {
  return (name) => {
    const { format, url, existingSecret } = webhooks[name] ?? { format: "kargo-fleet" };
    return { name: `webhook-${name}`, format, url, secret: existingSecret };
  };
}
