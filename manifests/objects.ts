import type { ServicePlan } from "../model/plan.ts";

/** What every Kubernetes object has. */
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

/** Says that an object is ours; `recover` and `adopt` take over nothing without it. */
export const MANAGED_BY: Readonly<Record<string, string>> = { "app.kubernetes.io/managed-by": "kargo-fleet" };

/** The labels of everything that belongs to one service. */
export function serviceLabels({ name, team }: Pick<ServicePlan, "name" | "team">): Record<string, string> {
  return { ...MANAGED_BY, "kargo-fleet/service": name, "kargo-fleet/team": team };
}
