/** One thing that is not as the list says. */
export interface Finding {
  /** A namespace, `every namespace`, or `the cluster`. */
  readonly where: string;
  /** Whom it concerns, as `group AD-Edge`; nobody where an object names nobody. */
  readonly who: readonly string[];
  /** `may promote stages.kargo.akuity.io/prod`, `Role kargo-fleet-team is missing`. */
  readonly what: string;
  /** The object that is the cause. */
  readonly because: string;
}

/** Where a right of the whole cluster holds. */
export const EVERY_NAMESPACE = "every namespace";
/** Where an object is that has no namespace. */
export const THE_CLUSTER = "the cluster";
