import type { ClosedNow } from "../../model/closed-now.ts";

export type { ClosedNow };

/** What `fleet status --json` prints: where each version is and what it waits for, as the clusters said at `at`. */
export interface FleetStatus {
  /** When the clusters were read; ISO 8601, UTC. */
  readonly at: string;
  readonly clusters: readonly ClusterStatus[];
  readonly services: readonly ServiceStatus[];
}

/** A cluster that was read, or could not be. */
export interface ClusterStatus {
  readonly name: string;
  /** The stacks whose services are on it. */
  readonly stacks: readonly string[];
  /** Why it could not be read; its services then have no stages' states. */
  readonly unreadable?: string;
  /** What the caller may not read, one sentence each; the answer lacks it. */
  readonly limits?: readonly string[];
  /** What the API server enforces now: freezes, closed windows, a stopped line. Empty if the cluster could not be read. */
  readonly closed: readonly ClosedNow[];
}

export interface ServiceStatus {
  readonly service: string;
  readonly cluster: string;
  readonly team: string;
  /** Why its namespace could not be read; it then has no stages' states. */
  readonly unreadable?: string;
  /** Why its Warehouse finds no new Freight, in Kargo's words. */
  readonly warehouse?: string;
  readonly stages: readonly StageStatus[];
  /** From the push (the time in the default tag) until the version was in the Stage, newest last; ten per Stage. */
  readonly leadTimes: readonly LeadTime[];
  readonly deliveries: Deliveries;
}

export interface StageStatus {
  readonly stage: string;
  /** The Stages whose verified Freight it takes; empty for the first. */
  readonly after: readonly string[];
  /** Freight only passes it: it deploys nothing, and has no version. */
  readonly controlFlow?: true;
  /** The version in it; undefined before the first Promotion. */
  readonly version?: Version;
  /** Kargo's and Argo CD's word. "Unknown" if neither said one. */
  readonly health: "Healthy" | "Progressing" | "Degraded" | "Unhealthy" | "Suspended" | "Missing" | "Unknown";
  readonly waits: readonly Wait[];
  /** Its latest Promotion, if that failed. */
  readonly failed?: FailedPromotion;
  /** Promotions by hand of older Freight, which pause auto-promotion until the current candidate is promoted. */
  readonly holds: readonly Hold[];
  /** Paths of the Stage's spec that differ from the plan, such as `spec.promotionTemplate`; `spec` if it is missing. */
  readonly drift: readonly string[];
}

/** One piece of Freight, in the words of its images. */
export interface Version {
  readonly freight: string;
  /** The tag of the image; of the first one if the service has several. */
  readonly tag: string;
  /** The tag of each image by its name, if the service has several. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The short commit in the default tag, or Freight's Git commit. */
  readonly commit?: string;
  /** The push's time in the default tag. */
  readonly pushedAt?: string;
  /** When the Stage got it. */
  readonly since?: string;
}

/** What a Stage waits for. */
export interface Wait {
  /**
   * `promotion`: a person must promote; `sync`: promoted, and a person must sync (Git's tag is not the Application's);
   * `soak`: the time upstream is not over; `verification`: upstream has not verified it; `closed`: a freeze, window or
   * stopped line; `failure`: Kargo does not promote the same Freight again after a failure (kargo#4936).
   */
  readonly kind: "promotion" | "sync" | "soak" | "verification" | "closed" | "failure";
  /** The Freight that would come. */
  readonly version: Version;
  /** Since when; ISO 8601. */
  readonly since?: string;
  /** Until when, if it ends by itself; ISO 8601. */
  readonly until?: string;
  /** The group that may act, if a person must. */
  readonly who?: string;
  /** One sentence, from the cluster or from this program. */
  readonly message?: string;
  /** The command that ends the wait, if one does. */
  readonly command?: string;
}

export interface FailedPromotion {
  readonly promotion: string;
  readonly version: Version;
  readonly at?: string;
  readonly reason: string;
}

export interface Hold {
  readonly actor: string;
  readonly version: Version;
  readonly since?: string;
  /** The command that promotes the newest Freight, which ends the hold. */
  readonly command?: string;
}

export interface LeadTime {
  readonly stage: string;
  readonly version: Version;
  /** When its first Promotion succeeded. */
  readonly at?: string;
  /** Seconds from the push until its first Promotion succeeded. */
  readonly seconds: number;
}

/** What the Promotions that the cluster still holds say; Kargo deletes old ones. */
export interface Deliveries {
  /** Succeeded Promotions to the last Stages. */
  readonly succeeded: number;
  /** Failed or errored ones. */
  readonly failed: number;
  /** The earliest Promotion that is still there; counts begin at it. */
  readonly since?: string;
}
