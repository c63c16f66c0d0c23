import type { KubernetesObject } from "../../manifests/objects.ts";
import type { Problem } from "../../model/diagnostics.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import type { Movement } from "../../model/rollout-changes.ts";

/** What happens to an object between base and head. */
export type Action = "create" | "update" | "delete";

/** A Kubernetes object that differs between two plans. Secrets are not included. */
export interface ObjectChange {
  readonly action: Action;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Undefined if it is created. */
  readonly before: KubernetesObject | undefined;
  /** Undefined if it is deleted. */
  readonly after: KubernetesObject | undefined;
}

/** A leaf in which the files of base and head differ. */
export interface InputChange {
  /** Its keys, for example `["services", "nginx", "image"]`. */
  readonly path: readonly string[];
  /** Undefined if it did not exist. */
  readonly before: unknown;
  /** Undefined if it is removed. */
  readonly after: unknown;
}

/** A service whose plan or objects differ. */
export interface ServiceChange {
  readonly service: string;
  readonly action: Action;
  readonly before: ServicePlan | undefined;
  readonly after: ServicePlan | undefined;
  readonly objects: readonly ObjectChange[];
}

/** The difference between two revisions of one stack, computed from the plans without an engine. */
export interface StackChange {
  readonly stack: string;
  readonly cluster: string;
  /** Undefined if the base has no such stack, or its files have problems. */
  readonly before: Plan | undefined;
  /** Undefined if the head has no such stack, or its files have problems. */
  readonly after: Plan | undefined;
  readonly services: readonly ServiceChange[];
  /** Changed objects that all services share. */
  readonly shared: readonly ObjectChange[];
  /** Whether other shared settings differ: names of secrets, the provider, protection. */
  readonly sharedDiffers: boolean;
  /** The changed leaves of the files. */
  readonly inputs: readonly InputChange[];
  /** Services that move together to another promotion task or pipeline. */
  readonly movements: readonly Movement[];
  /** Problems of the head's files; if there are any, nothing was previewed. */
  readonly problems: readonly Problem[];
  /** What the loss check refuses: services or Stages that are removed without the first step. */
  readonly losses: readonly Problem[];
}

/** A resource that the engine would change, or changed. */
export interface EngineStep {
  readonly urn: string;
  /** The engine's operation: `create`, `update`, `replace`, `delete`, … */
  readonly op: string;
  readonly type: string;
  /** The Pulumi name: `<service>/<role>`, or `platform/…`. */
  readonly name: string;
  readonly protect: boolean;
  /** The paths of the changed properties, never their values. */
  readonly paths: readonly string[];
}

/** The engine's result for one stack. */
export interface EngineRun {
  /** `affected`: only the affected services were registered and targeted. */
  readonly scope: "affected" | "full";
  /** Why everything was previewed; undefined if the scope is `affected`. */
  readonly because: string | undefined;
  readonly steps: readonly EngineStep[];
  /** The number of unchanged resources. */
  readonly unchanged: number;
  readonly outcome: "succeeded" | "refused" | "failed";
  /** The error messages of the program or the engine, if it failed. */
  readonly errors: readonly string[];
  readonly milliseconds: number;
}

/** One stack in a report. */
export interface StackReport {
  readonly change: StackChange;
  /** Undefined if the engine did not run, because nothing is affected or the files have problems. */
  readonly engine: EngineRun | undefined;
}

/** The data of a report, which `fleet preview` and `fleet report` print. */
export interface FleetReport {
  /** Whether the changes are planned or done. */
  readonly tense: "planned" | "done";
  /** The names of base and head as the user typed them. Untrusted text: escape it. */
  readonly base: string;
  readonly head: string;
  readonly stacks: readonly StackReport[];
  /** Problems between stacks, and of files without a stack. */
  readonly problems: readonly Problem[];
  /** Changed files of the program, lockfile or toolchain. If there are any, everything was previewed. */
  readonly program: readonly string[];
}
