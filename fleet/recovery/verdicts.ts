import { MANAGED_BY } from "../../manifests/objects.ts";
import { SERVICE_LABEL, STACK_LABEL } from "../../model/labels.ts";
import type { Fields, Planned } from "./planned.ts";

/** An existing object or hook. */
export interface Found {
  /** The provider's id: `namespace/name`, `name`, `repository/number`. */
  readonly id: string;
  /** Labels of an object. A hook has none; its URL identifies it. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether it is being deleted. */
  readonly deleting?: boolean;
  /** The object itself. */
  readonly live?: Fields;
  /** The settings of a hook. */
  readonly hook?: { readonly events: readonly string[]; readonly active: boolean };
}

/** Who owns a planned resource that is missing from the state. */
export type Verdict =
  /** It does not exist; the next `up` creates it. */
  | { readonly is: "absent" }
  /** It was created for this stack and not recorded. */
  | { readonly is: "ours"; readonly id: string }
  /** Its label names another stack. */
  | { readonly is: "another stack's"; readonly id: string; readonly stack: string }
  /** It exists without our labels. */
  | { readonly is: "foreign"; readonly id: string; readonly lacks: string }
  /** It is being deleted, so it can be neither imported nor created. */
  | { readonly is: "deleting"; readonly id: string };

const OWN_LABELS: readonly string[] = [...Object.keys(MANAGED_BY), SERVICE_LABEL, STACK_LABEL];

/**
 * Decides who owns a planned resource. An object is ours if it carries the planned labels: of this project, its
 * service and this stack. A hook is ours if it posts to our own endpoint.
 */
export function verdict(planned: Planned, found: Found | undefined): Verdict {
  if (found === undefined) return { is: "absent" };
  const { id, labels = {} } = found;
  if (found.deleting) return { is: "deleting", id };
  if (planned.is === "hook") return { is: "ours", id };
  const stack = labels[STACK_LABEL];
  if (stack !== undefined && stack !== planned.labels[STACK_LABEL])
    return { is: "another stack's", id, stack };
  const lacking = OWN_LABELS.find((key) => labels[key] !== planned.labels[key]);
  return lacking === undefined
    ? { is: "ours", id }
    : { is: "foreign", id, lacks: `${lacking}=${planned.labels[lacking]}` };
}
