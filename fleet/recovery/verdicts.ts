import { MANAGED_BY, STACK_LABEL } from "../../manifests/objects.ts";
import type { Planned } from "./planned.ts";

/** An object or a hook as it really is. */
export interface Found {
  /** What its provider knows it by: `namespace/name`, `name`, `repository/number`. */
  readonly id: string;
  /** Of an object; a hook has none, and is known by its URL. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether it is being deleted. */
  readonly leaving?: boolean;
  /** The object itself. */
  readonly live?: Readonly<Record<string, unknown>>;
  /** What a hook reports. */
  readonly hook?: { readonly events: readonly string[]; readonly active: boolean };
}

/** Whose something is that the plan names and the state does not know. */
export type Verdict =
  /** Nobody made it: the next `up` will. */
  | { readonly is: "absent" }
  /** It was made for this stack and not recorded. */
  | { readonly is: "ours"; readonly id: string }
  /** Another stack says that it is its own. */
  | { readonly is: "another stack's"; readonly id: string; readonly stack: string }
  /** It is there, and nothing on it says that we made it. */
  | { readonly is: "foreign"; readonly id: string; readonly lacks: string }
  /** It is being deleted, and so can neither be taken over nor made. */
  | { readonly is: "leaving"; readonly id: string };

const OURS: readonly string[] = [...Object.keys(MANAGED_BY), "kargo-fleet/service", STACK_LABEL];

/**
 * Says whose a planned resource is. An object is ours when it carries the labels of ownership that the plan gives it: of
 * this project, of its service, of this stack. A hook that posts to our own endpoint is ours: nobody else's would.
 */
export function verdict(planned: Planned, found: Found | undefined): Verdict {
  if (found === undefined) return { is: "absent" };
  const { id, labels = {} } = found;
  if (found.leaving) return { is: "leaving", id };
  if (planned.is === "hook") return { is: "ours", id };
  const stack = labels[STACK_LABEL];
  if (stack !== undefined && stack !== planned.labels[STACK_LABEL])
    return { is: "another stack's", id, stack };
  const lacking = OURS.find((key) => labels[key] !== planned.labels[key]);
  return lacking === undefined
    ? { is: "ours", id }
    : { is: "foreign", id, lacks: `${lacking}=${planned.labels[lacking]}` };
}
