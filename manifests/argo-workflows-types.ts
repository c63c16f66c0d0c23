import type { KubernetesObject } from "./objects.ts";

/* The part of Argo Workflows' API (argoproj.io/v1alpha1, Argo Workflows 3.7 and 4) that this project writes. */

export const ARGO_WORKFLOWS_API = "argoproj.io/v1alpha1";

export interface Parameter {
  readonly name: string;
  /** Undefined in a template means that the caller must set it. */
  readonly value?: string;
}

/** A Workflow of the shared template: only its arguments. */
export interface WorkflowManifest extends KubernetesObject {
  readonly apiVersion: typeof ARGO_WORKFLOWS_API;
  readonly kind: "Workflow";
  readonly spec: {
    readonly workflowTemplateRef: { readonly name: string; readonly clusterScope: true };
    readonly arguments: { readonly parameters: readonly Required<Parameter>[] };
  };
}

export interface ClusterWorkflowTemplate extends KubernetesObject {
  readonly apiVersion: typeof ARGO_WORKFLOWS_API;
  readonly kind: "ClusterWorkflowTemplate";
  readonly spec: {
    readonly entrypoint: string;
    readonly serviceAccountName: string;
    readonly automountServiceAccountToken: false;
    readonly executor: { readonly serviceAccountName: string };
    readonly securityContext: { readonly fsGroup: number; readonly seccompProfile: SeccompProfile };
    readonly activeDeadlineSeconds: number;
    readonly synchronization: {
      readonly mutexes: readonly { readonly name: string }[];
      readonly semaphores: readonly {
        readonly configMapKeyRef: { readonly name: string; readonly key: string };
      }[];
    };
    readonly ttlStrategy: { readonly secondsAfterSuccess: number; readonly secondsAfterFailure: number };
    readonly podGC: { readonly strategy: "OnPodSuccess"; readonly deleteDelayDuration: string };
    readonly volumeClaimGC: { readonly strategy: "OnWorkflowCompletion" };
    readonly volumeClaimTemplates: readonly VolumeClaimTemplate[];
    readonly arguments: { readonly parameters: readonly Parameter[] };
    /** The metadata of every Workflow of the template. */
    readonly workflowMetadata: { readonly labels: Readonly<Record<string, string>> };
    readonly templates: readonly Template[];
  };
}

interface SeccompProfile {
  readonly type: "RuntimeDefault";
}

interface VolumeClaimTemplate {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly accessModes: readonly ["ReadWriteOnce"];
    readonly storageClassName?: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
}

type Template = StepsTemplate | ContainerTemplate | ResourceTemplate;

export interface StepsTemplate {
  readonly name: string;
  readonly steps: readonly (readonly WorkflowStep[])[];
  readonly outputs?: {
    readonly parameters: readonly {
      readonly name: string;
      readonly valueFrom: { readonly parameter: string };
    }[];
  };
}

interface WorkflowStep {
  readonly name: string;
  readonly template: string;
  readonly arguments?: { readonly parameters: readonly Required<Parameter>[] };
  readonly continueOn?: { readonly failed: true; readonly error: true };
}

/** One pod. */
export interface ContainerTemplate {
  readonly name: string;
  readonly inputs?: { readonly parameters: readonly Parameter[] };
  readonly outputs?: {
    readonly parameters: readonly { readonly name: string; readonly valueFrom: { readonly path: string } }[];
  };
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly retryStrategy: RetryStrategy;
  readonly volumes?: readonly Volume[];
  /** They run one after the other before the container. */
  readonly initContainers?: readonly (Container & { readonly name: string })[];
  readonly container: Container;
}

/** One pod in which Argo's own program creates an object and waits for its end. */
export interface ResourceTemplate {
  readonly name: string;
  readonly inputs: { readonly parameters: readonly Parameter[] };
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly serviceAccountName: string;
  readonly executor: { readonly serviceAccountName: string };
  readonly retryStrategy: RetryStrategy;
  readonly resource: {
    readonly action: "apply";
    readonly setOwnerReference: true;
    /** A label selector over the fields of the object. */
    readonly successCondition: string;
    readonly failureCondition: string;
    /** JSON after Argo has filled it in. */
    readonly manifest: string;
  };
}

export interface RetryStrategy {
  readonly limit: number;
  /** `OnError`: the pod was lost. A failing program is not retried. */
  readonly retryPolicy: "Always" | "OnError";
  readonly backoff: { readonly duration: string; readonly factor: number; readonly maxDuration: string };
}

type Volume =
  | {
      readonly name: string;
      readonly secret: {
        readonly secretName: string;
        readonly optional: boolean;
        readonly items?: readonly { readonly key: string; readonly path: string }[];
      };
    }
  | { readonly name: string; readonly emptyDir: Readonly<Record<string, never>> };

export interface Container {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly resources: {
    readonly requests: Readonly<Record<"cpu" | "memory", string>>;
    readonly limits: Readonly<Record<"cpu" | "memory", string>>;
  };
  readonly securityContext: {
    readonly runAsUser: number;
    readonly runAsGroup: number;
    readonly runAsNonRoot: boolean;
    readonly allowPrivilegeEscalation: false;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly ["ALL"]; readonly add?: readonly string[] };
  };
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
    readonly readOnly?: true;
  }[];
}
