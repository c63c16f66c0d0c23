/*
 * What a status needs of the clusters' objects. Everything else is dropped page by page, because a thousand services
 * have 100 MB of Promotions. Fields are those of kargo.akuity.io/v1alpha1 and argoproj.io/v1alpha1.
 */

/** The pipelines of a cluster, by namespace, and the Applications by name. */
export interface LivePipelines {
  readonly projects: ReadonlyMap<string, LivePipeline>;
  /** Undefined if the caller may not read them. */
  readonly applications: ReadonlyMap<string, LiveApplication> | undefined;
  /** Namespaces that the caller may not read, with the API server's words. */
  readonly refused: ReadonlyMap<string, string>;
  /** What the caller may not read, one sentence each. */
  readonly limits: readonly string[];
}

/** The objects of one Kargo Project. */
export interface LivePipeline {
  readonly stages: LiveStage[];
  readonly freights: LiveFreight[];
  readonly promotions: LivePromotion[];
  /** Why a Warehouse is not ready. */
  warehouse?: string;
}

/** Freight as a Stage or a Promotion names it. */
export interface FreightReference {
  readonly name: string;
  readonly images: readonly LiveImage[];
  readonly commit: string | undefined;
}

export interface LiveImage {
  readonly repoURL: string;
  readonly tag: string;
  readonly digest: string | undefined;
}

export interface LiveFreight extends FreightReference {
  readonly createdAt: string;
  /** Since when each Stage has it. */
  readonly currentlyIn: Readonly<Record<string, string>>;
  readonly verifiedIn: Readonly<Record<string, { readonly at: string | undefined; readonly soaked: number }>>;
  /** The Stages for which a person approved it. */
  readonly approvedFor: readonly string[];
}

export interface LivePromotion {
  readonly stage: string;
  readonly freight: FreightReference;
  readonly phase: string;
  readonly createdAt: string;
  readonly finishedAt: string | undefined;
}

export interface LiveStage {
  readonly name: string;
  readonly spec: unknown;
  readonly autoPromotion: boolean;
  readonly current: FreightReference | undefined;
  readonly health: string | undefined;
  /** The condition Ready, if it is not True. */
  readonly unready: { readonly reason: string; readonly message: string } | undefined;
  readonly holds: readonly LiveHold[];
  readonly last: LiveStagePromotion | undefined;
  readonly running: LiveStagePromotion | undefined;
}

export interface LiveHold {
  readonly actor: string;
  readonly freight: string;
  readonly createdAt: string | undefined;
}

/** A Promotion as its Stage reports it. */
export interface LiveStagePromotion {
  readonly name: string;
  readonly freight: FreightReference;
  readonly phase: string;
  readonly message: string | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  /** The address of the pull request that it opened. */
  readonly pullRequest: string | undefined;
}

export interface LiveApplication {
  readonly sync: string | undefined;
  readonly health: string | undefined;
  /** Images as in manifests: `registry.example/nginx:1.2@sha256:…`. */
  readonly images: readonly string[];
  /** The last sync, if it did not succeed. */
  readonly failedSync: string | undefined;
}
