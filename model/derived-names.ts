import { builtImages } from "./build-plan.ts";
import type { Catalogue } from "./catalogue.ts";
import type { DocumentPath } from "./diagnostics.ts";
import {
  applicationName,
  appProjectName,
  buildNamespace,
  destinationNamespace,
  HELM_RELEASE_LIMIT,
  NAME_LIMIT,
  projectName,
  RESERVED_NAMESPACES,
  WORKFLOW_COMMIT_DIGITS,
  workflowPrefix,
} from "./names.ts";
import { pipelinesAhead } from "./pipeline-rollout.ts";
import { deploys, stagesOf } from "./pipelines.ts";
import type { ProblemCode } from "./problem-codes.ts";
import type { StackConfig } from "./stack-config.ts";

/** A name derived from a service, with its scope. */
interface DerivedName {
  readonly service: string;
  /** The owner, if several services share the name on purpose. @default the service */
  readonly owner?: string;
  /** The kind of the named object: `namespace`, `Application`. */
  readonly kind: "namespace" | "Application" | "AppProject" | "Workflow";
  readonly name: string;
  /** Its cluster; the same name on two clusters is no conflict. */
  readonly cluster: string;
  /** The origin of the name, for the message. */
  readonly from: string;
  /** The parts of the name, if they are not just the service's name. */
  readonly parts?: Readonly<Partial<Record<"service" | "team" | "stage", string>>>;
  readonly limit: number;
  readonly limitOf: string;
}

/** A service with an invalid derived name, and a fix. */
interface NameConflict {
  readonly code: ProblemCode;
  /** The path in the catalogue. */
  readonly path: DocumentPath;
  readonly message: string;
  readonly fix: string;
}

const HERE = "";

/**
 * Every name derived from the whole catalogue, including services that this stack does not select, so that
 * selecting more causes no conflict.
 */
export function derivedNames(catalogue: Catalogue, config: StackConfig): DerivedName[] {
  const kubernetes = { limit: NAME_LIMIT, limitOf: "a Kubernetes name (RFC 1123)" };
  const helm = { limit: HELM_RELEASE_LIMIT, limitOf: "a Helm release, which takes the Application's name," };
  return Object.entries(catalogue.services).flatMap(([service, { build, images, pipeline, team }]) => {
    const derived = (
      kind: DerivedName["kind"],
      name: string,
      from: string,
      more: Partial<DerivedName> = {},
    ): DerivedName => ({ service, kind, name, cluster: HERE, from, ...kubernetes, ...more });
    const ofBuild = () => [
      derived("namespace", buildNamespace(team), `the builds of team ${team}`, {
        owner: `team ${team}`,
        parts: { team },
      }),
      ...builtImages({ service, image: "", images, dockerfile: "" }).map(({ name }) =>
        derived("Workflow", `${workflowPrefix(name)}${"0".repeat(WORKFLOW_COMMIT_DIGITS)}`, "its builds"),
      ),
    ];
    // Includes the pipelines that it may move to, so that raising a canary's percent causes no conflict.
    const perStage = pipelinesAhead(pipeline, config.rollout.pipelines)
      .flatMap((name) => stagesOf(config.pipelines, name))
      .filter(deploys)
      .flatMap(({ stage, destination }) => {
        const namespace = destinationNamespace(destination.namespace, service, stage);
        const from = `its stage ${stage}`;
        return [
          derived("Application", applicationName(service, stage), from, {
            parts: { service, stage },
            ...helm,
          }),
          derived("namespace", namespace, from, {
            cluster: destination.cluster ?? HERE,
            parts: { service, ...(destination.namespace.includes("{stage}") && { stage }) },
          }),
        ];
      });
    return [
      derived("namespace", projectName(service), "its Kargo Project"),
      derived("AppProject", appProjectName(service), "its name"),
      ...(build === false ? [] : ofBuild()),
      ...perStage,
    ];
  });
}

/** Names that are too long, reserved, or used by two services. */
export function nameConflicts(names: readonly DerivedName[]): NameConflict[] {
  const owners = new Map<string, DerivedName>();
  return names.flatMap((derived): NameConflict[] => {
    const { service, kind, name, cluster, from, limit, limitOf } = derived;
    const path = ["services", service];
    const what = `the ${kind} ${JSON.stringify(name)} (from ${from})`;
    const key = `${kind} ${cluster} ${name}`;
    const other = owners.get(key);
    owners.set(key, other ?? derived);
    if (name.length > limit) {
      const message = `${what} has ${name.length} characters; ${limitOf} has at most ${limit}.`;
      const parts = Object.entries(derived.parts ?? { service });
      const [part, text] = parts.reduce((one, other) => (other[1].length > one[1].length ? other : one));
      const fix = `Shorten the ${part}'s name by ${name.length - limit} or more.`;
      return [{ code: "KF060", path: part === "team" ? ["teams", text] : path, message, fix }];
    }
    if (taken(derived)) {
      const message = `${what} is reserved in the cluster.`;
      return [{ code: "KF061", path, message, fix: "Give the service another name." }];
    }
    if (other && ownerOf(other) !== ownerOf(derived)) {
      const message = `${what} is also used by service ${JSON.stringify(other.service)} (from ${other.from}).`;
      return [{ code: "KF062", path, message, fix: "Rename one of the two services, or the stage." }];
    }
    return [];
  });
}

function ownerOf({ owner, service }: DerivedName): string {
  return owner ?? service;
}

function taken({ kind, name }: DerivedName): boolean {
  // Argo CD ships the AppProject "default", which allows everything.
  if (kind === "AppProject") return name === "default";
  return kind === "namespace" && (RESERVED_NAMESPACES.includes(name) || name.startsWith("kube-"));
}
