import type { KubernetesObject } from "../../manifests/objects.ts";
import type { Problem } from "../../model/diagnostics.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import type { Movement } from "../../model/rollout-changes.ts";

/** What happens to a thing between base and head. */
export type Action = "create" | "update" | "delete";

/** One Kubernetes object that two plans have differently. There is no Secret among them. */
export interface ObjectChange {
  readonly action: Action;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Nothing where it is created. */
  readonly before: KubernetesObject | undefined;
  /** Nothing where it is deleted. */
  readonly after: KubernetesObject | undefined;
}

/** One leaf in which the files of base and head differ. */
export interface InputChange {
  /** Its keys, for example `["services", "nginx", "image"]`. */
  readonly path: readonly string[];
  /** Nothing where it was not there. */
  readonly before: unknown;
  /** Nothing where it goes. */
  readonly after: unknown;
}

/** One service whose plan or whose objects differ. */
export interface ServiceChange {
  readonly service: string;
  readonly action: Action;
  readonly before: ServicePlan | undefined;
  readonly after: ServicePlan | undefined;
  readonly objects: readonly ObjectChange[];
}

/** What two revisions of the files mean for one stack, as plans say it: pure, without an engine. */
export interface StackChange {
  readonly stack: string;
  readonly cluster: string;
  /** Nothing where the base has no such stack, or its files are wrong there. */
  readonly before: Plan | undefined;
  /** Nothing where the head has no such stack, or its files are wrong there. */
  readonly after: Plan | undefined;
  readonly services: readonly ServiceChange[];
  /** The objects that all services share. */
  readonly shared: readonly ObjectChange[];
  /** Whether anything else that the stack's services share differs: secrets' names, the provider, protection. */
  readonly sharedDiffers: boolean;
  /** What the files themselves say otherwise. */
  readonly inputs: readonly InputChange[];
  /** What moves together from one promotion task or pipeline to another. */
  readonly movements: readonly Movement[];
  /** What is wrong with the head's files: nothing was previewed. */
  readonly problems: readonly Problem[];
  /** What the guard refuses: services or Stages that nobody said leave. */
  readonly losses: readonly Problem[];
}

/** One resource that the engine would touch, or touched. */
export interface EngineStep {
  readonly urn: string;
  /** The engine's word: `create`, `update`, `replace`, `delete`, … */
  readonly op: string;
  readonly type: string;
  /** The name that the program gave: `<service>/<role>`, or `platform/…`. */
  readonly name: string;
  readonly protect: boolean;
  /** The paths of the properties that differ, never their values. */
  readonly paths: readonly string[];
}

/** What the engine said of one stack. */
export interface EngineRun {
  /** `affected`: the affected services alone were registered and targeted. */
  readonly scope: "affected" | "full";
  /** Why everything was previewed, or who asked for it; nothing where the scope is `affected`. */
  readonly because: string | undefined;
  readonly steps: readonly EngineStep[];
  /** How many resources stay as they are. */
  readonly unchanged: number;
  readonly outcome: "succeeded" | "refused" | "failed";
  /** The program's or the engine's own words where it did not succeed. */
  readonly errors: readonly string[];
  readonly milliseconds: number;
}

/** One stack in a report. */
export interface StackReport {
  readonly change: StackChange;
  /** Nothing where no engine was asked: nothing is affected, or the files are wrong. */
  readonly engine: EngineRun | undefined;
}

/** What a report is made from: `fleet preview` and `fleet report` both print it. */
export interface FleetReport {
  /** What happened: it is planned, or it was done. */
  readonly tense: "planned" | "done";
  /** What the base and the head are called, as a person typed them. Hostile text: escape it. */
  readonly base: string;
  readonly head: string;
  readonly stacks: readonly StackReport[];
  /** Problems between stacks, and of files that no stack is known by. */
  readonly problems: readonly Problem[];
  /** The changed files that are program code, lockfile or toolchain; where there are any, everything was previewed. */
  readonly program: readonly string[];
}
