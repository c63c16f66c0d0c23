import type { Catalogue } from "./catalogue.ts";
import { didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { planNotifications } from "./notification-plan.ts";
import { messageSensorBytes } from "./notification-size.ts";
import { PROJECT, type StackConfig } from "./stack-config.ts";
import { TRIGGER_LIMIT } from "./trigger-size.ts";

/** Problems of messages: receivers that do not exist, a bus that does not, Sensors that are too large. */
export function notificationProblems(
  catalogue: Catalogue,
  config: StackConfig,
  services: SourceDocument,
  stack: SourceDocument,
): Problem[] {
  if (config.notifications === undefined) return [];
  return [
    ...unknownReceivers(catalogue, config, services, stack),
    ...(config.platform
      ? [...withoutBus(catalogue, config, stack), ...tooLarge(catalogue, config, stack)]
      : []),
  ];
}

function unknownReceivers(
  { teams }: Catalogue,
  { notifications }: StackConfig,
  services: SourceDocument,
  stack: SourceDocument,
): Problem[] {
  const known = Object.keys(notifications?.webhooks ?? {});
  return Object.entries(teams).flatMap(([team, { notify }]) => {
    const unknown = (notify?.webhooks ?? []).flatMap((name, index) => {
      if (known.includes(name)) return [];
      const message = `${JSON.stringify(name)} is not a webhook of ${stack.file} (it has: ${listed(known)}).`;
      const fix = didYouMean(name, known) ?? `Add it under ${PROJECT}:notifications.webhooks, or remove it.`;
      return [problem("KF160", services, ["teams", team, "notify", "webhooks", index], message, fix)];
    });
    if (notify?.slack === undefined || notifications?.slack !== undefined) return unknown;
    const message = `${stack.file} has no Slack app, so nothing can write into ${JSON.stringify(notify.slack)}.`;
    const fix = `Set ${PROJECT}:notifications.slack, or remove the channel.`;
    return [...unknown, problem("KF161", services, ["teams", team, "notify", "slack"], message, fix)];
  });
}

/** Messages travel on the EventBus of the builds, which exists if a service is built. */
function withoutBus(
  { services }: Catalogue,
  { builds, webhooks }: StackConfig,
  stack: SourceDocument,
): Problem[] {
  const isBuilt = Object.values(services).some(({ build }) => build !== false);
  if (Object.keys(services).length === 0 || (builds !== undefined && webhooks.owner && isBuilt)) return [];
  const message = "needs the EventBus of the builds, and this stack builds nothing.";
  const fix = `Set ${PROJECT}:builds and build a service here, or remove notifications.`;
  return [problem("KF162", stack, ["config", `${PROJECT}:notifications`], message, fix, "key")];
}

function tooLarge({ services, teams }: Catalogue, config: StackConfig, stack: SourceDocument): Problem[] {
  const plan = planNotifications(services, teams, config);
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
  return [problem("KF163", stack, ["config", `${PROJECT}:notifications`, "groups"], message, fix)];
}
