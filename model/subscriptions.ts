import { repositories } from "./images.ts";
import type { WarehousePlan } from "./service-plan.ts";

interface ImageSubscriptionBase {
  readonly repoURL: string;
  readonly discoveryLimit: number;
  readonly strictSemvers: true;
  readonly platform?: string;
}

/** One image repository in Kargo's words; each strategy has only the keys that it uses. */
export type ImageSubscription = ImageSubscriptionBase &
  (
    | {
        readonly imageSelectionStrategy: "Lexical" | "NewestBuild";
        readonly allowTagsRegexes: readonly string[];
        readonly cacheByTag?: true;
      }
    | { readonly imageSelectionStrategy: "SemVer"; readonly constraint: string; readonly cacheByTag?: true }
    | { readonly imageSelectionStrategy: "Digest"; readonly constraint: string }
  );

/**
 * What a Warehouse subscribes to. Kargo's definition leaves it open: the API server would accept mistakes in it. This
 * type makes them compile errors. Another kind, such as a chart, is another member here.
 */
export type Subscription = { readonly image: ImageSubscription };

/** The kinds of subscriptions, and the hosts and paths below which the guard allows their repositories. */
export type SubscriptionSources = Readonly<Record<KindOf<Subscription>, readonly string[]>>;

type KindOf<Member> = Member extends unknown ? keyof Member : never;

/** The subscriptions of a service's Warehouse. */
export function subscriptionsOf(warehouse: WarehousePlan): Subscription[] {
  return repositories(warehouse).map((repository) => ({ image: imageSubscription(repository, warehouse) }));
}

function imageSubscription(
  repository: string,
  { tags, discoveryLimit, cacheByTag, platform }: WarehousePlan,
): ImageSubscription {
  const base = {
    repoURL: repository,
    discoveryLimit,
    strictSemvers: true,
    ...(platform !== undefined && { platform }),
  } as const;
  // `false` is Kargo's default and is not stored, so it is not written.
  const cached = cacheByTag ? ({ cacheByTag } as const) : {};
  switch (tags.strategy) {
    case "lexical":
      return { ...base, ...cached, imageSelectionStrategy: "Lexical", allowTagsRegexes: [tags.pattern] };
    case "newest-build":
      return { ...base, ...cached, imageSelectionStrategy: "NewestBuild", allowTagsRegexes: [tags.pattern] };
    case "semver":
      return { ...base, ...cached, imageSelectionStrategy: "SemVer", constraint: tags.constraint };
    case "digest":
      // cacheByTag does not apply, because the tag moves.
      return { ...base, imageSelectionStrategy: "Digest", constraint: tags.tag };
  }
}
