import { type KubernetesObject, MANAGED_BY } from "./objects.ts";

const ADMISSION_API = "admissionregistration.k8s.io/v1";

/** What a policy is asked about. */
export interface ResourceRule {
  readonly apiGroups: readonly [string];
  readonly apiVersions: readonly [string];
  readonly resources: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  readonly scope: "*";
}

interface NamespaceSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
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
    readonly matchResources?: { readonly namespaceSelector: NamespaceSelector };
  };
}

/** A policy with the binding that puts it into force. */
export interface Guard {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
}

/** What one policy asks, of whom, and where. */
export interface GuardRule {
  readonly name: string;
  readonly resources: Omit<ResourceRule, "scope">;
  /** The namespaces in which it holds; every one without it. */
  readonly namespaces?: NamespaceSelector;
  /** CEL, whom it is about; everybody without it. */
  readonly about?: string;
  /** CEL, by name, in an order in which later ones may use earlier ones. */
  readonly variables: Readonly<Record<string, string>>;
  /** CEL, what must be true. */
  readonly expression: string;
  readonly message: string;
}

/** One ValidatingAdmissionPolicy, with its binding. */
export function guard(rule: GuardRule): Guard {
  const { name, resources, namespaces, about, variables, expression, message } = rule;
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
        validations: [{ expression, message, reason: "Forbidden" }],
      },
    },
    binding: {
      apiVersion: ADMISSION_API,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        ...(namespaces && { matchResources: { namespaceSelector: namespaces } }),
      },
    },
  };
}

/** A CEL string literal. */
export function text(value: string): string {
  return JSON.stringify(value);
}
