import { SERVICE_LABEL, TEAM_LABEL } from "../model/labels.ts";
import type { ServicePlan } from "../model/plan.ts";

/** The common fields of Kubernetes objects. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
}

interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Marks an object as ours; `recover` and `adopt` import no others. */
export const MANAGED_BY: Readonly<Record<string, string>> = { "app.kubernetes.io/managed-by": "kargo-fleet" };

/** The labels of everything that belongs to one service. */
export function serviceLabels({ name, team }: Pick<ServicePlan, "name" | "team">): Record<string, string> {
  return { ...MANAGED_BY, [SERVICE_LABEL]: name, [TEAM_LABEL]: team };
}
