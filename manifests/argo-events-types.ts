import type { DataFilter, pushes } from "../git-host/pushes.ts";
import type { WorkflowManifest } from "./argo-workflows-types.ts";
import type { KubernetesObject } from "./objects.ts";

/*
 * The part of Argo Events' API (argoproj.io/v1alpha1, Argo Events 1.9) that this project writes. The definitions
 * leave every spec open: the API server accepts mistakes, which then silently lose pushes. These types make them
 * compile errors.
 */

export const ARGO_EVENTS_API = "argoproj.io/v1alpha1";

export interface EventBus extends KubernetesObject {
  readonly apiVersion: typeof ARGO_EVENTS_API;
  readonly kind: "EventBus";
  readonly spec: {
    readonly jetstream: {
      readonly version: string;
      readonly replicas: 3;
      readonly maxPayload: string;
      readonly persistence?: {
        readonly accessMode: "ReadWriteOnce";
        readonly volumeSize: string;
        readonly storageClassName?: string;
      };
    };
  };
}

/** The pod settings that EventSources and Sensors share. */
export interface PodTemplate {
  readonly metadata?: { readonly annotations: Readonly<Record<string, string>> };
  readonly serviceAccountName: string;
  readonly securityContext: { readonly seccompProfile: { readonly type: "RuntimeDefault" } };
  readonly container: {
    readonly resources: {
      readonly requests: { readonly cpu: string; readonly memory: string };
      readonly limits: { readonly memory: string };
    };
    readonly env?: readonly EnvironmentVariable[];
    readonly securityContext: {
      readonly allowPrivilegeEscalation: false;
      readonly capabilities: { readonly drop: readonly ["ALL"] };
    };
  };
}

/** A variable of a pod, written here or in a Secret. */
type EnvironmentVariable = { readonly name: string } & (
  | { readonly value: string }
  | { readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } } }
);

/** The pushes that an EventSource receives, by event name. */
export type HostEvents = {
  readonly [section in typeof pushes.section]: Readonly<Record<string, ReturnType<typeof pushes.event>>>;
};

export interface EventSource extends KubernetesObject {
  readonly apiVersion: typeof ARGO_EVENTS_API;
  readonly kind: "EventSource";
  readonly spec: {
    readonly eventBusName: string;
    readonly replicas: number;
    readonly service: { readonly ports: readonly { readonly port: number; readonly targetPort: number }[] };
    readonly template: PodTemplate;
  } & HostEvents;
}

export interface Sensor extends KubernetesObject {
  readonly apiVersion: typeof ARGO_EVENTS_API;
  readonly kind: "Sensor";
  readonly spec: {
    readonly eventBusName: string;
    readonly replicas: number;
    readonly template: PodTemplate;
    readonly dependencies: readonly Dependency[];
    readonly triggers: readonly Trigger[];
  };
}

export interface Dependency {
  readonly name: string;
  readonly eventSourceName: string;
  readonly eventName: string;
  readonly filters: { readonly data: readonly DataFilter[] };
}

export interface Trigger {
  readonly template: {
    readonly name: string;
    /** The dependency that must have happened. */
    readonly conditions: string;
    readonly k8s: {
      readonly operation: "create";
      readonly source: { readonly resource: WorkflowManifest };
      readonly parameters: readonly TriggerParameter[];
    };
  };
  /** Bare numbers; strings would lose the push. */
  readonly retryStrategy: RetryStrategy;
  readonly atLeastOnce: true;
  /** Queues events without dropping any; zero would panic the Sensor. */
  readonly rateLimit: { readonly unit: "Minute"; readonly requestsPerUnit: number };
}

/** How often a trigger tries again, and how long it waits in between: `duration` times a power of `factor`. */
export interface RetryStrategy {
  readonly steps: number;
  readonly duration: string;
  readonly factor: number;
  readonly jitter: number;
}

interface TriggerParameter {
  readonly src: { readonly dependencyName: string } & (
    | { readonly dataKey: string }
    | { readonly dataTemplate: string }
  );
  readonly dest: string;
  readonly operation?: "append";
}
