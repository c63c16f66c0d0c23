import { NAME_LIMIT, stableHash } from "../model/names.ts";
import type { ServicePlan } from "../model/plan.ts";

/** The common fields of Kubernetes objects. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
}

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Marks an object as ours; `recover` and `adopt` import no others. */
export const MANAGED_BY: Readonly<Record<string, string>> = { "app.kubernetes.io/managed-by": "kargo-fleet" };

/** The labels of everything that belongs to one service. */
export function serviceLabels({ name, team }: Pick<ServicePlan, "name" | "team">): Record<string, string> {
  return { ...MANAGED_BY, "kargo-fleet/service": name, "kargo-fleet/team": team };
}

/** The label with an object's stack; `recover` and `adopt` import nothing of another stack. */
export const STACK_LABEL = "kargo-fleet/stack";

/**
 * A stack's name as a label value, which is shorter and must end in a letter or digit. A name that is no valid
 * label value is cut and gets a hash.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function stackLabel(stack: string): string {
  if (stack.length <= NAME_LIMIT && /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(stack)) return stack;
  const start = stack.slice(0, 50).replace(/^[^A-Za-z0-9]+/, "");
  return `${start}-${stableHash("stack", stack).toString(36)}`.replace(/^-/, "");
}
