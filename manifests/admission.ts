import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

const ADMISSION_API = "admissionregistration.k8s.io/v1";

/** The requests that a policy applies to. */
export interface ResourceRule {
  readonly apiGroups: readonly [string];
  readonly apiVersions: readonly [string];
  readonly resources: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE" | "*")[];
  readonly scope: "*";
}

export interface ValidatingAdmissionPolicy extends KubernetesObject {
  readonly apiVersion: typeof ADMISSION_API;
  readonly kind: "ValidatingAdmissionPolicy";
  readonly spec: {
    readonly failurePolicy: "Fail";
    readonly matchConstraints: {
      readonly matchPolicy: "Equivalent";
      readonly resourceRules: readonly ResourceRule[];
    };
    readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
    readonly variables: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly {
      readonly expression: string;
      readonly message: string;
      readonly reason: "Forbidden";
    }[];
  };
}

export interface ValidatingAdmissionPolicyBinding extends KubernetesObject {
  readonly apiVersion: typeof ADMISSION_API;
  readonly kind: "ValidatingAdmissionPolicyBinding";
  readonly spec: {
    readonly policyName: string;
    readonly validationActions: readonly ["Deny"];
  };
}

/** A policy with its binding. */
export interface Guard {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
}

/** A condition in CEL, and the message if it is false. */
export interface Demand {
  readonly expression: string;
  readonly message: string;
}

/**
 * A policy's conditions and subjects. It applies in every namespace, because somebody could remove a label that
 * selects namespaces.
 */
export interface GuardRule {
  readonly name: string;
  readonly resources: Omit<ResourceRule, "scope">;
  /** A CEL condition on the user; without it the policy applies to everybody. */
  readonly about?: string;
  /** CEL by name; later variables may use earlier ones. */
  readonly variables: Readonly<Record<string, string>>;
  readonly demands: readonly Demand[];
}

/** One ValidatingAdmissionPolicy, with its binding. */
export function guard(rule: GuardRule): Guard {
  const { name, resources, about, variables, demands } = rule;
  const metadata = { name, labels: { ...MANAGED_BY } };
  return {
    policy: {
      apiVersion: ADMISSION_API,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          matchPolicy: "Equivalent",
          resourceRules: [{ ...resources, scope: "*" }],
        },
        ...(about !== undefined && { matchConditions: [{ name: "about", expression: about }] }),
        variables: Object.entries(variables).map(([key, value]) => ({ name: key, expression: value })),
        validations: demands.map((demand) => ({ ...demand, reason: "Forbidden" })),
      },
    },
    binding: {
      apiVersion: ADMISSION_API,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  };
}
