/** A difference between the cluster and the plan. */
export interface Finding {
  /** A namespace, `every namespace`, or `the cluster`. */
  readonly where: string;
  /** The subjects that it concerns, as `group AD-Edge`; empty if the object has none. */
  readonly who: readonly string[];
  /** `may promote stages.kargo.akuity.io/prod`, `Role kargo-fleet-team is missing`. */
  readonly what: string;
  /** The object that causes it. */
  readonly because: string;
}

/** The place of a cluster-wide right. */
export const EVERY_NAMESPACE = "every namespace";
/** The place of an object without a namespace. */
export const THE_CLUSTER = "the cluster";
