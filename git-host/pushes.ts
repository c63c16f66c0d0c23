import type { BuildPlan, WebhookPlan } from "../model/build-plan.ts";
import { githubPushes } from "./github/pushes.ts";

/** A hook that sends the pushes of a repository, or of all of an organization if it names none. */
export type Hook = Pick<WebhookPlan, "active" | "url"> & { readonly repository?: string };

/** A hook's pushes at an EventSource: the repositories, the server that listens, the key of the hook's secret. */
export interface ReceivedPushes extends Pick<BuildPlan, "owner"> {
  readonly repository?: string;
  readonly webhook: {
    readonly endpoint: string;
    readonly port: string;
    readonly method: "POST";
    readonly maxPayloadSize: number;
  };
  readonly secret: { readonly name: string; readonly key: string };
}

/**
 * A Sensor's condition. Strings are unanchored regular expressions, so each must be anchored.
 * @see https://argoproj.github.io/argo-events/sensors/filters/data/
 */
export type DataFilter =
  | { readonly path: string; readonly type: "string"; readonly value: readonly string[] }
  | { readonly path: string; readonly type: "bool"; readonly value: readonly ("true" | "false")[] };

/** The pushes of a Git host, as Argo Events receives them. */
export interface Pushes {
  /** The Pulumi type of a hook. */
  hookType(hook: Pick<Hook, "repository">): string;
  /** The key of an EventSource's spec that contains the host's events. */
  readonly section: string;
  /** One event of that section. */
  event(pushes: ReceivedPushes): object;
  /**
   * The filters for a push that is to be built: this repository, this branch, no deletion. They also check the format
   * of the commit and the time, which pass into a Workflow, because Argo Workflows expands `{{…}}` in parameters.
   */
  filters(build: BuildPlan): DataFilter[];
  /** The path of the pushed commit in an event. */
  readonly commit: string;
  /** The path of the push's time in an event, in seconds since 1970. */
  readonly pushedAt: string;
}

/** The pushes of the Git host in use. */
export const pushes = githubPushes satisfies Pushes;
