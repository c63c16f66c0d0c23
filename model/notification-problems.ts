import { didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import { planNotifications } from "./notification-plan.ts";
import { messageSensorBytes } from "./notification-size.ts";
import type { NotificationsConfig } from "./notifications.ts";
import { PROJECT } from "./stack-file.ts";
import { type Sources, stackProblem } from "./stack-problem.ts";
import { TRIGGER_LIMIT } from "./trigger-size.ts";

/** Problems of messages: receivers that do not exist, a bus that does not, Sensors that are too large. */
export function notificationProblems(sources: Sources): Problem[] {
  const { notifications, platform } = sources.config;
  if (notifications === undefined) return [];
  return [
    ...unknownReceivers(notifications, sources),
    ...(platform ? [...withoutBus(sources), ...tooLarge(sources)] : []),
  ];
}

function unknownReceivers(
  { slack, webhooks }: NotificationsConfig,
  { catalogue, services, stack }: Sources,
): Problem[] {
  const known = Object.keys(webhooks);
  return Object.entries(catalogue.teams).flatMap(([team, { notify }]) => {
    const unknown = (notify?.webhooks ?? []).flatMap((name, index) => {
      if (known.includes(name)) return [];
      const message = `${JSON.stringify(name)} is not a webhook of ${stack.file} (it has: ${listed(known)}).`;
      const fix = didYouMean(name, known) ?? `Add it under ${PROJECT}:notifications.webhooks, or remove it.`;
      return problem("KF160", services, ["teams", team, "notify", "webhooks", index], message, fix);
    });
    if (notify?.slack === undefined || slack !== undefined) return unknown;
    const message = `${stack.file} has no Slack app, so nothing can write into ${JSON.stringify(notify.slack)}.`;
    const fix = `Set ${PROJECT}:notifications.slack, or remove the channel.`;
    return [...unknown, problem("KF161", services, ["teams", team, "notify", "slack"], message, fix)];
  });
}

/** Messages travel on the EventBus of the builds, which exists if a service is built. */
function withoutBus({ catalogue, config: { builds, webhooks }, stack }: Sources): Problem[] {
  const services = Object.values(catalogue.services);
  const isBuilt = services.some(({ build }) => build !== false);
  if (services.length === 0 || (builds !== undefined && webhooks.owner && isBuilt)) return [];
  const message = "needs the EventBus of the builds, and this stack builds nothing.";
  const fix = `Set ${PROJECT}:builds and build a service here, or remove notifications.`;
  return [stackProblem("KF162", stack, ["notifications"], message, fix, "key")];
}

function tooLarge({ catalogue, config, stack }: Sources): Problem[] {
  const plan = planNotifications(catalogue.services, catalogue.teams, config);
  if (plan === undefined) return [];
  const [fullest] = plan.groups
    .map(({ name, routes }) => ({ name, routes, bytes: messageSensorBytes(routes, plan) }))
    .sort((a, b) => b.bytes - a.bytes);
  if (fullest === undefined || fullest.bytes <= TRIGGER_LIMIT) return [];
  const names = [...new Set(fullest.routes.map(({ team }) => team))];
  const count = plan.groups
    .flatMap(({ routes }) => routes)
    .reduce((sum, { projects }) => sum + projects.length, 0);
  const message = `the Sensor ${fullest.name} of ${listed(names)} is up to ${fullest.bytes} bytes of base64, but its pod takes at most ${TRIGGER_LIMIT}; ${count} services have messages.`;
  const fix =
    names.length > 1
      ? "Raise notifications.groups, for example to twice as many."
      : "Split the team, or give it fewer receivers.";
  return [stackProblem("KF163", stack, ["notifications", "groups"], message, fix)];
}
