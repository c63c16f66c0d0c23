import { host } from "../git-host/facts.ts";
import { listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { SERVICE_LABEL, STACK_LABEL, stackLabel } from "./labels.ts";
import type { ServicePlan } from "./plan.ts";

/** The Git host's answer about a service's repository; `unknown` if it was not asked or did not answer. */
export type RepositoryAnswer = "ready" | "missing" | "archived" | "no-hooks" | "full" | "unknown";

/** The cluster's answer about a namespace; `unknown` if it was not asked or did not answer. */
export type NamespaceAnswer =
  | { readonly is: "absent" | "terminating" | "unknown" }
  | { readonly is: "there"; readonly labels: Readonly<Record<string, string>> };

/** The answers about one service before anything is created. */
export interface Answers {
  readonly repository: RepositoryAnswer;
  /** The namespace of its team's builds; undefined if nothing is built here. */
  readonly builds: NamespaceAnswer | undefined;
  /** The namespace of its Kargo Project. */
  readonly project: NamespaceAnswer;
}

/** The sources of the services. */
export interface Asking {
  /** The catalogue. */
  readonly document: SourceDocument;
  readonly stack: string;
  /**
   * The stack whose name is on the objects.
   * @default stack
   */
  readonly owner?: string;
}

/** The problems that would prevent a service's creation, from the answers of GitHub and the cluster. */
export function obstaclesOf(service: ServicePlan, answers: Answers, asking: Asking): Problem[] {
  return [
    ...repositoryObstacle(service, answers.repository, asking),
    ...buildsObstacle(service, answers.builds, asking),
    ...projectObstacle(service, answers.project, asking),
  ];
}

function repositoryObstacle(service: ServicePlan, is: RepositoryAnswer, asking: Asking): Problem[] {
  const at = ["services", service.name, "repository"];
  const { repository } = service;
  switch (is) {
    case "missing":
      return [
        problem(
          "KF100",
          asking.document,
          at,
          `the program's ${host.name} token sees no repository ${repository}.`,
          "Correct the name, create the repository, or give the token (or its GitHub App) access.",
        ),
      ];
    case "archived":
      return [
        noHook(asking, at, `${repository} is archived, so no webhook can be created.`, "Unarchive it; or"),
      ];
    case "no-hooks":
      return [
        noHook(
          asking,
          at,
          `the program's ${host.name} token may not create webhooks in ${repository}.`,
          "Give the token (or its GitHub App) the repository permission Webhooks: read and write; or",
        ),
      ];
    case "full":
      return [
        noHook(
          asking,
          at,
          `${repository} has ${host.hooksPerRepository} webhooks for pushes, and ${host.name} allows no more.`,
          "Remove one; or",
        ),
      ];
    default:
      return [];
  }
}

function noHook(asking: Asking, at: readonly string[], message: string, first: string): Problem {
  return problem(
    "KF101",
    asking.document,
    at,
    message,
    `${first} write "build": false if another system builds.`,
  );
}

function buildsObstacle(
  { name, team, build }: ServicePlan,
  is: NamespaceAnswer | undefined,
  asking: Asking,
): Problem[] {
  if (is?.is !== "absent" && is?.is !== "terminating") return [];
  const state = is.is === "absent" ? "does not exist" : "is being deleted";
  return [
    problem(
      "KF102",
      asking.document,
      ["services", name, "team"],
      `the build namespace ${build?.namespace} of team ${JSON.stringify(team)} ${state}.`,
      `An administrator creates it: npm run --silent fleet -- deployer --stack ${asking.owner ?? asking.stack} | kubectl apply -f -`,
    ),
  ];
}

function projectObstacle(
  { name, project }: ServicePlan,
  is: NamespaceAnswer,
  { document, stack, owner: family = stack }: Asking,
): Problem[] {
  const taken = (what: string, fix: string) => [
    problem("KF103", document, ["services", name], `the namespace ${project} ${what}.`, fix, "key"),
  ];
  if (is.is === "terminating")
    return taken("is being deleted", "Wait until it is gone; if it stays, look at its finalizers.");
  if (is.is !== "there") return [];
  const { [STACK_LABEL]: owner, [SERVICE_LABEL]: service } = is.labels;
  const own = stackLabel(family);
  if (owner === own && service === name) return [];
  if (owner !== undefined && owner !== own)
    return taken(
      `belongs to the stack ${JSON.stringify(owner)}`,
      "Remove the service from one of the two stacks.",
    );
  return taken(
    "already exists, and this stack did not create it",
    `Import it: npm run fleet -- adopt ${name} --stack ${stack}; or delete it, or give the service another name.`,
  );
}

/**
 * The problem of a service that the engine left incomplete, because a resource or its dependency failed.
 * @param roles of the resources: `webhook`, `stage-dev`
 */
export function incomplete(service: ServicePlan, roles: readonly string[], asking: Asking): Problem {
  const count = roles.length === 1 ? "1 resource was" : `${roles.length} resources were`;
  return problem(
    "KF104",
    asking.document,
    ["services", service.name],
    `${count} not created or changed: ${listed(roles)}.`,
    `The engine's errors say why. Fix the cause and run the up again; or remove the service, starting with "state": "decommissioned".`,
    "key",
  );
}

/** What is registered last because it will fail, so that everything else is done before. */
export interface Last {
  readonly services: ReadonlySet<string>;
  /** Missing build namespaces. All services of their teams are in {@link services}, because their hooks wait. */
  readonly namespaces: ReadonlySet<string>;
}

export function lastOf(
  services: readonly ServicePlan[],
  obstacles: ReadonlyMap<string, readonly Problem[]>,
): Last {
  const lacks = ({ name }: ServicePlan) => obstacles.get(name)?.some(({ code }) => code === "KF102");
  const namespaces = new Set(services.filter(lacks).flatMap(({ build }) => build?.namespace ?? []));
  const waits = ({ name, build }: ServicePlan) =>
    obstacles.has(name) || (build !== undefined && namespaces.has(build.namespace));
  return { namespaces, services: new Set(services.filter(waits).map(({ name }) => name)) };
}
