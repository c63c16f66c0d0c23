import { host } from "../git-host/facts.ts";
import { counted, listed, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { SERVICE_LABEL, STACK_LABEL, stackLabel } from "./labels.ts";
import type { ServicePlan } from "./plan.ts";
import type { ProblemCode } from "./problem-codes.ts";

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

function repositoryObstacle(
  { name, repository }: ServicePlan,
  is: RepositoryAnswer,
  { document }: Asking,
): Problem[] {
  const at = (code: ProblemCode, message: string, fix: string) => [
    problem(code, document, ["services", name, "repository"], message, fix),
  ];
  const noHook = (message: string, first: string) =>
    at("KF101", message, `${first}; or write "build": false if another system builds.`);
  switch (is) {
    case "missing":
      return at(
        "KF100",
        `the program's ${host.name} token sees no repository ${repository}.`,
        "Correct the name, create the repository, or give the token (or its GitHub App) access.",
      );
    case "archived":
      return noHook(`${repository} is archived, so no webhook can be created.`, "Unarchive it");
    case "no-hooks":
      return noHook(
        `the program's ${host.name} token may not create webhooks in ${repository}.`,
        "Give the token (or its GitHub App) the repository permission Webhooks: read and write",
      );
    case "full":
      return noHook(
        `${repository} has ${host.hooksPerRepository} webhooks for pushes, and ${host.name} allows no more.`,
        "Remove one",
      );
    default:
      return [];
  }
}

function buildsObstacle(
  { name, team, build }: ServicePlan,
  is: NamespaceAnswer | undefined,
  { document, stack, owner = stack }: Asking,
): Problem[] {
  if (is?.is !== "absent" && is?.is !== "terminating") return [];
  const state = is.is === "absent" ? "does not exist" : "is being deleted";
  const message = `the build namespace ${build?.namespace} of team ${JSON.stringify(team)} ${state}.`;
  const fix = `An administrator creates it: npm run --silent fleet -- deployer --stack ${owner} | kubectl apply -f -`;
  return [problem("KF102", document, ["services", name, "team"], message, fix)];
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
  const fix = `Import it: npm run fleet -- adopt ${name} --stack ${stack}; or delete it, or give the service another name.`;
  return taken("already exists, and this stack did not create it", fix);
}

/**
 * The problem of a service that the engine left incomplete, because a resource or its dependency failed.
 * @param roles of the resources: `webhook`, `stage-dev`
 */
export function incomplete(service: ServicePlan, roles: readonly string[], { document }: Asking): Problem {
  const were = roles.length === 1 ? "was" : "were";
  const message = `${counted(roles.length, "resource")} ${were} not created or changed: ${listed(roles)}.`;
  const fix = `The engine's errors say why. Fix the cause and run the up again; or remove the service, starting with "state": "decommissioned".`;
  return problem("KF104", document, ["services", service.name], message, fix, "key");
}

/** What is registered last because it will fail, so that everything else is done before. */
export interface RegisteredLast {
  readonly services: ReadonlySet<string>;
  /** Missing build namespaces. All services of their teams are in {@link services}, because their hooks wait. */
  readonly namespaces: ReadonlySet<string>;
}

export function lastOf(
  services: readonly ServicePlan[],
  obstacles: ReadonlyMap<string, readonly Problem[]>,
): RegisteredLast {
  const lacks = ({ name }: ServicePlan) => obstacles.get(name)?.some(({ code }) => code === "KF102");
  const namespaces = new Set(services.filter(lacks).flatMap(({ build }) => build?.namespace ?? []));
  const waits = ({ name, build }: ServicePlan) =>
    obstacles.has(name) || (build !== undefined && namespaces.has(build.namespace));
  return { namespaces, services: new Set(services.filter(waits).map(({ name }) => name)) };
}
