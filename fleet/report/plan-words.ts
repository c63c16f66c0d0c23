import type { ServicePlan } from "../../model/plan.ts";
import { counted } from "./counts.ts";
import { code, listed, named } from "./escape.ts";
import { type FieldChange, fieldChanges } from "./fields.ts";

/** Describes a changed field; undefined if another field's sentence covers it. */
type Words = (change: FieldChange, name: string) => string | undefined;

const moves =
  (what: string): Words =>
  ({ before, after }) =>
    `${what} moves from ${shown(before)} to ${shown(after)}`;
const becomes =
  (what: string): Words =>
  ({ before, after }) => {
    if (before === undefined) return `${what} is now ${shown(after)}`;
    return after === undefined
      ? `${what} is no longer ${shown(before)}`
      : `${what} becomes ${shown(after)} instead of ${shown(before)}`;
  };
const either =
  (on: string, off: string): Words =>
  ({ after }) =>
    after ? on : off;

/** Fields of a service's plan; `*` is a name, that of a Stage in `stages`, and `**` the rest of a path. */
const WORDS: Readonly<Record<string, Words>> = {
  state: ({ after }) =>
    after === "active"
      ? "is active again"
      : "is decommissioned: its hook is off, no auto-promotion, no protection",
  pipeline: ({ before, after }) => `moves from pipeline ${shown(before)} to ${shown(after)}`,
  promotionTask: ({ before, after }) => `moves from promotion task ${shown(before)} to ${shown(after)}`,
  team: ({ before, after }) => `changes its team from ${shown(before)} to ${shown(after)}`,
  repository: moves("its source"),
  "labels**": (change, name) => becomes(`label ${code(change.path.replace(/^labels\.?/, ""))}`)(change, name),
  "warehouse.image": moves("image"),
  "warehouse.images": ({ before, after }) => `has ${imagesWords(after)} instead of ${imagesWords(before)}`,
  "warehouse.images.*": ({ before, after }, image) => {
    if (before === undefined) return `promotes a further image ${image}: ${shown(after)}`;
    return after === undefined
      ? `no longer promotes image ${image}; its tag stays in the values files`
      : `image ${image} moves from ${shown(before)} to ${shown(after)}`;
  },
  "warehouse.tags**": () => undefined,
  "warehouse.interval": ({ before, after }) =>
    `looks for images every ${time(after)} instead of every ${time(before)}`,
  "warehouse.discoveryLimit": becomes("number of tags that it keeps"),
  "warehouse.cacheByTag": either(
    "treats a tag as always the same image",
    "no longer treats a tag as always the same image",
  ),
  "warehouse.platform": becomes("image's platform"),
  kargoShard: becomes("Kargo's controller"),
  "gitops.repoURL": moves("GitOps repository"),
  "gitops.branch": moves("GitOps branch"),
  "gitops.folder": moves("folder of its values files"),
  "gitops.chart": moves("chart"),
  build: either("is built from now on", "is no longer built here"),
  "build.branch": ({ after }) => `builds from branch ${shown(after)}`,
  "build.context": ({ after }) =>
    after === "." ? "builds from the whole repository" : `builds from folder ${shown(after)}`,
  "build.dockerfile": ({ after }) => `builds by ${shown(after)}`,
  "build.paths": ({ after }) =>
    Array.isArray(after) && after.length > 0
      ? `builds on changes in ${listed(after.map(String))} only`
      : "builds on every push",
  "build.tags": ({ after }) =>
    after === "sortable"
      ? "images are tagged with the time of the push"
      : "images are tagged with the commit alone",
  "build.group": moves("trigger group"),
  webhook: either("gets a webhook", "has no webhook any more"),
  "webhook.active": either("webhook is on", "webhook is off"),
  commitStatus: either("gives a status to each promoted commit", "no longer gives commits a status"),
  "webhook.url": moves("webhook's address"),
  "stages.*": ({ after }, stage) => `Stage ${stage} is ${after === undefined ? "deleted" : "new"}`,
  "stages.*.state": ({ after }, stage) =>
    `${stage} ${after === "retired" ? "is retired: no auto-promotion, no protection" : "is active again"}`,
  "stages.*.after": ({ after }, stage) =>
    `${stage} now gets Freight ${Array.isArray(after) && after.length > 0 ? `after ${listed(after.map(String))}` : "directly from the Warehouse"}`,
  "stages.*.soak": ({ after }, stage) =>
    `${stage} ${after === undefined ? "no longer soaks" : `now soaks ${time(after)}`}`,
  "stages.*.deployment": ({ after }, stage) =>
    after === undefined ? `${stage} no longer deploys: it is control flow` : `${stage} now deploys`,
  "stages.*.deployment.promotion": ({ after }, stage) =>
    `${stage} now has ${PROMOTION[String(after)] ?? `promotion ${shown(after)}`}`,
  "stages.*.deployment.sync": ({ after }, stage) =>
    `${stage} now has ${after === "auto" ? "auto-sync" : "manual sync"}`,
  "stages.*.deployment.autoPromotion": ({ after }, stage) =>
    `auto-promotion of ${stage} is ${after === true ? "on again" : "off"}`,
  "stages.*.deployment.selectionPolicy": ({ after }, stage) =>
    `${stage} now takes ${after === "MatchUpstream" ? "just what the Stage before has" : "the newest Freight"}`,
  "stages.*.deployment.verification**": (_, stage) => `${stage} has another verification`,
  "stages.*.deployment.destination.cluster": ({ after }, stage) =>
    `${stage} now deploys to ${after === undefined ? "Argo CD's own cluster" : `cluster ${shown(after)}`}`,
  "stages.*.deployment.destination.namespace": ({ after }, stage) =>
    `${stage} now deploys to namespace ${shown(after)}`,
  "stages.*.deployment.valuesFile": (change, stage) => moves(`${stage}'s values file`)(change, stage),
  "stages.*.deployment.application": (change, stage) => moves(`${stage}'s Application`)(change, stage),
};

const PATTERNS: Readonly<Record<string, string>> = { ".": "\\.", "*": "([^.]+)", "**": "\\b.*" };
const RULES = Object.entries(WORDS).map(([path, words]) => {
  const pattern = path.replace(/\.|\*+/g, (part) => PATTERNS[part] ?? part);
  return { path: new RegExp(`^${pattern}$`), words };
});

const PROMOTION: Readonly<Record<string, string>> = {
  auto: "auto-promotion",
  manual: "manual promotion",
  "pull-request": "promotion by pull request",
};

/** Fields that follow from another field, and that field. They are omitted if that field differs too. */
const DERIVED: readonly (readonly [RegExp, RegExp])[] = [
  [/^build\.(team|namespace)$/, /^team$/],
  [/^access\./, /^team$|^stages\.|^pipeline$/],
  [/^build\.images?\b/, /^warehouse\.images?\b/],
  [/^warehouse\.(image|together)$/, /^warehouse\.images\b|^build$/],
  [/^build\.(owner|repository)$|^webhook\.repository$/, /^repository$/],
  [/^build\.state$|^webhook\.active$/, /^state$/],
  [/^webhook\.url$/, /^build\.group$/],
  [/^stages\.[^.]+\.deployment\.promotionTask$/, /^promotionTask$|\.promotion$|^warehouse\.images$/],
  [/^stages\.[^.]+\.deployment\.autoPromotion$/, /^state$|^stages\.[^.]+\.(state|deployment\.promotion)$/],
  [/^stages\.[^.]+\.deployment\.valuesFile$/, /^gitops\.folder$/],
  [/^commands\./, /^stages\.|^pipeline$/],
];

/** Describes the changes of a service; changes without a description are counted. */
export function planWords(before: ServicePlan, after: ServicePlan): string[] {
  const changes = fieldChanges(byStage(before), byStage(after), "whole");
  const derived = ({ path }: FieldChange) =>
    DERIVED.some(([of, from]) => of.test(path) && changes.some((other) => from.test(other.path)));
  const words: string[] = [];
  let others = 0;
  for (const change of changes.filter((one) => !derived(one))) {
    const rule = RULES.find(({ path }) => path.test(change.path));
    const [, name = ""] = rule?.path.exec(change.path) ?? [];
    const said = rule?.words(change, named(name));
    if (rule === undefined) others += 1;
    else if (said !== undefined) words.push(said);
  }
  words.push(...tagWords(before, after));
  if (others > 0) words.push(`${words.length === 0 ? "" : "and "}${counted(others, "other field")}`);
  return words;
}

function tagWords({ warehouse: { tags: was } }: ServicePlan, { warehouse: { tags: is } }: ServicePlan) {
  if (JSON.stringify(was) === JSON.stringify(is)) return [];
  const by = (tags: typeof is) => {
    if (tags.strategy === "semver") return `semver ${code(tags.constraint)}`;
    if (tags.strategy === "digest") return `the digest of tag ${code(tags.tag)}`;
    return `${tags.strategy} ${code(tags.pattern)}`;
  };
  return [`tags are selected by ${by(is)} instead of ${by(was)}`];
}

/** The plan with its Stages by name, so that a new one does not shift the others. */
function byStage(service: ServicePlan): object {
  return { ...service, stages: Object.fromEntries(service.stages.map((stage) => [stage.name, stage])) };
}

function imagesWords(images: unknown): string {
  return images === undefined ? "one image" : `the images ${listed(Object.keys(Object(images)))}`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? named(value) : code(JSON.stringify(value) ?? "nothing");
}

/** `2 h` for Go's `2h0m0s`. */
export function time(duration: unknown): string {
  if (typeof duration !== "string") return shown(duration);
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  if (parts.map(([part]) => part).join("") !== duration) return code(duration);
  const units: Readonly<Record<string, string>> = { h: "h", m: "min", s: "s", ms: "ms" };
  const words = parts
    .filter(([, count]) => Number(count) !== 0)
    .map(([, count, unit = ""]) => `${count} ${units[unit] ?? unit}`);
  return words.length === 0 ? "0 s" : words.join(" ");
}
