import type {
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
} from "@kubernetes/client-node";
import type { Immutable } from "./definitions.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

const ADMISSION_API = "admissionregistration.k8s.io/v1";

/** The requests that a policy applies to. */
export interface ResourceRule {
  readonly apiGroups: readonly [string];
  readonly apiVersions: readonly [string];
  readonly resources: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE" | "*")[];
}

/** What happens to a request that violates a policy: it is refused, or its sender is warned, or it is recorded. */
type ValidationAction = "Deny" | "Warn" | "Audit";

/** The ConfigMap that a policy reads as `params`. */
interface ParameterName {
  readonly name: string;
  readonly namespace: string;
}

/** The fields without which a policy would let everything pass. */
interface Strict {
  readonly spec: {
    readonly failurePolicy: "Fail";
    readonly matchConstraints: { readonly matchPolicy: "Equivalent"; readonly resourceRules: object[] };
    readonly validations: readonly { readonly reason: "Forbidden" }[];
  };
}

type Binding = KubernetesObject & Immutable<V1ValidatingAdmissionPolicyBinding>;

/** The objects of guards. */
export function guardObjects(guards: readonly Guard[]): readonly KubernetesObject[] {
  return guards.flatMap(({ policy, bindings }) => [policy, ...bindings]);
}

/** A condition in CEL, and the message if it is false. */
export interface Demand {
  readonly expression: string;
  readonly message: string;
  /** CEL of a better message; if it fails, the API server uses `message`. */
  readonly messageExpression?: string;
}

/**
 * A policy's conditions and subjects. It applies in every namespace, because somebody could remove a label that
 * selects namespaces.
 */
export interface GuardRule {
  readonly name: string;
  readonly resources: ResourceRule;
  /** A CEL condition on the user; without it the policy applies to everybody. */
  readonly about?: string;
  /** CEL by name; later variables may use earlier ones. */
  readonly variables: Readonly<Record<string, string>>;
  readonly demands: readonly Demand[];
  /** The ConfigMaps that a request must pass, one after the other. */
  readonly parameters?: {
    readonly each: readonly ParameterName[];
    /** What happens while one is missing. */
    readonly ifMissing: "Deny" | "Allow";
  };
  /** @default Deny */
  readonly actions?: readonly ValidationAction[];
}

/** A policy with its bindings: one, or one for each parameter. */
export type Guard = ReturnType<typeof guard>;

/** One ValidatingAdmissionPolicy, with its bindings. */
export function guard(rule: GuardRule) {
  const { name, resources, about, variables, demands, parameters, actions = ["Deny"] } = rule;
  const metadata = { name, labels: { ...MANAGED_BY } };
  return {
    policy: {
      apiVersion: ADMISSION_API,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        failurePolicy: "Fail",
        ...(parameters && { paramKind: { apiVersion: "v1", kind: "ConfigMap" } }),
        matchConstraints: {
          matchPolicy: "Equivalent",
          resourceRules: [{ ...resources, scope: "*" }],
        },
        ...(about !== undefined && { matchConditions: [{ name: "about", expression: about }] }),
        variables: Object.entries(variables).map(([key, value]) => ({ name: key, expression: value })),
        validations: demands.map((demand) => ({ ...demand, reason: "Forbidden" })),
      },
    } satisfies KubernetesObject & Immutable<V1ValidatingAdmissionPolicy> & Strict,
    bindings: (parameters?.each ?? [undefined]).map(
      (parameter): Binding => ({
        apiVersion: ADMISSION_API,
        kind: "ValidatingAdmissionPolicyBinding",
        metadata: {
          ...metadata,
          name: parameter ? `${name}-${parameter.name.replace(/^kargo-fleet-/, "")}` : name,
        },
        spec: {
          policyName: name,
          ...(parameter && {
            paramRef: { ...parameter, parameterNotFoundAction: parameters?.ifMissing ?? "Deny" },
          }),
          validationActions: actions,
        },
      }),
    ),
  };
}
