import type { ProjectConfig, Stage, Warehouse } from "../manifests/kargo.ts";
import type { ClusterPromotionTask } from "../manifests/kargo-types.ts";
import type { KubernetesObject } from "../manifests/objects.ts";
import type { ImageSubscription } from "../model/subscriptions.ts";

/*
 * The rules of Kargo 1.11.2's admission webhooks beyond its definitions, and the form in which they store objects.
 * Kargo's module is not published, so the rules are rewritten here, independently of our own checks.
 */

/** All violations of Kargo's admission rules in an object. */
export function admissionProblems(object: KubernetesObject): string[] {
  if (isKind<Warehouse>(object, "Warehouse")) {
    return object.spec.subscriptions.flatMap(({ image }) => imageProblems(image));
  }
  if (isKind<Stage>(object, "Stage")) return stageProblems(object);
  if (isKind<ProjectConfig>(object, "ProjectConfig")) return configProblems(object);
  if (isKind<ClusterPromotionTask>(object, "ClusterPromotionTask")) return aliasProblems(object.spec.steps);
  return [];
}

function isKind<Kind extends KubernetesObject>(object: KubernetesObject, kind: Kind["kind"]): object is Kind {
  return object.apiVersion === "kargo.akuity.io/v1alpha1" && object.kind === kind;
}

function imageProblems(image: ImageSubscription): string[] {
  const { repoURL, discoveryLimit, platform } = image;
  const parts = repoURL.split("/");
  const word = (part: string, index: number) =>
    /^\w+([.-]\w+)*$/.test(index === 0 && parts.length > 1 ? part.replace(/:\d+$/, "") : part);
  return [
    ...(parts.every(word) ? [] : [`repoURL ${JSON.stringify(repoURL.slice(0, 80))}`]),
    ...(discoveryLimit >= 1 && discoveryLimit <= 100 ? [] : [`discoveryLimit ${discoveryLimit}`]),
    ...(platform === undefined || platform.includes("/") ? [] : [`platform ${platform}`]),
    ...("constraint" in image && image.constraint === "" ? ["no constraint"] : []),
  ];
}

function stageProblems({ spec: { requestedFreight, promotionTemplate } }: Stage): string[] {
  const origins = requestedFreight.map(({ origin }) => origin.name);
  const steps = promotionTemplate?.spec.steps ?? [];
  return [
    ...(new Set(origins).size === origins.length ? [] : ["an origin twice"]),
    ...requestedFreight.flatMap(({ sources }) => {
      if (sources.autoPromotionOptions?.selectionPolicy !== "MatchUpstream") return [];
      return sources.stages?.length === 1 ? [] : ["MatchUpstream without one upstream"];
    }),
    ...steps.flatMap((step) => ["if", "config", "retry", "continueOnError"].filter((key) => key in step)),
    ...aliasProblems(steps),
  ];
}

function aliasProblems(steps: readonly { readonly as?: string }[]): string[] {
  const aliases = steps.flatMap(({ as }) => as ?? []);
  return [
    ...(new Set(aliases).size === aliases.length ? [] : ["an alias twice"]),
    ...aliases.filter((alias) => /^(step|task)-\d+$/.test(alias)),
  ];
}

function configProblems({ metadata, spec }: ProjectConfig): string[] {
  const names = spec.promotionPolicies.map(({ stageSelector }) => stageSelector.name);
  return [
    ...(metadata.name === metadata.namespace ? [] : [`name ${metadata.name} in ${metadata.namespace}`]),
    ...(new Set(names).size === names.length ? [] : ["a policy twice"]),
    ...names.filter((name) => name.includes(":")),
  ];
}

/** The object as Kargo's admission stores it: durations in Go's form, with defaults, without empty values. */
export function storedByKargo<Kind extends KubernetesObject>(object: Kind): unknown {
  const copy = withShardLabel(structuredClone<KubernetesObject>(object));
  if (isKind<Warehouse>(copy, "Warehouse")) {
    return {
      ...copy,
      spec: {
        ...copy.spec,
        interval: goDuration(copy.spec.interval),
        subscriptions: copy.spec.subscriptions.map(({ image: { ...image } }) => ({
          image: withoutEmpty({
            ...{ imageSelectionStrategy: "SemVer", strictSemvers: true, discoveryLimit: 20 },
            ...image,
          }),
        })),
      },
    };
  }
  if (isKind<Stage>(copy, "Stage")) {
    const requestedFreight = copy.spec.requestedFreight.map(({ origin, sources }) => ({
      origin,
      sources: withoutEmpty(
        sources.requiredSoakTime !== undefined
          ? { ...sources, requiredSoakTime: goDuration(sources.requiredSoakTime) }
          : sources,
      ),
    }));
    return { ...copy, spec: { ...copy.spec, requestedFreight } };
  }
  return copy;
}

/** Kargo keeps the label of a shard as the spec has it: pkg/webhook/kubernetes/{warehouse,stage}/webhook.go. */
function withShardLabel(object: KubernetesObject): KubernetesObject {
  if (!isKind<Warehouse>(object, "Warehouse") && !isKind<Stage>(object, "Stage")) return object;
  const { "kargo.akuity.io/shard": _, ...others } = object.metadata.labels ?? {};
  const { shard } = object.spec;
  const labels = shard === undefined ? others : { ...others, "kargo.akuity.io/shard": shard };
  return { ...object, metadata: { ...object.metadata, labels } };
}

/** Go's JSON omits `false`, `""` and `0` in optional fields. */
function withoutEmpty(value: object): object {
  const kept = ([, item]: [string, unknown]) => item !== false && item !== "" && item !== 0;
  return Object.fromEntries(Object.entries(value).filter(kept));
}

/** The maximum of Go's time.Duration in nanoseconds, about 292 years. */
const LONGEST = 2n ** 63n - 1n;

/**
 * Go's text of a duration: `90m` → `1h30m0s`.
 * @throws Error if Go cannot parse it, or if its text does not match the definition's pattern (h, m, s)
 */
export function goDuration(text: string): string {
  const unit = { h: 3_600_000_000_000n, m: 60_000_000_000n, s: 1_000_000_000n } as const;
  const parts = [...text.matchAll(/(\d+)(?:\.(\d+))?([hms])/g)];
  if (parts.map(([part]) => part).join("") !== text || text === "") throw new Error(`no duration: ${text}`);
  const total = parts.reduce((sum, [, whole = "0", fraction = "", letter]) => {
    const size = unit[letter as keyof typeof unit];
    return sum + BigInt(whole) * size + (BigInt(`0${fraction}`) * size) / 10n ** BigInt(fraction.length);
  }, 0n);
  if (total > LONGEST) throw new Error(`longer than Go can say: ${text}`);
  if (total !== 0n && total < unit.s) throw new Error(`Go prints it in ms or less: ${text}`);
  const fraction = String(total % unit.s)
    .padStart(9, "0")
    .replace(/0+$/, "");
  const seconds = `${(total / unit.s) % 60n}${fraction && `.${fraction}`}s`;
  const [hours, minutes] = [total / unit.h, (total / unit.m) % 60n];
  if (hours > 0n) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${minutes}m${seconds}` : seconds;
}
