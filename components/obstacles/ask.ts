import type { GitHubAuth } from "../../git-host/github/api/auth.ts";
import { NO_REPOSITORIES, type Repositories, repositoriesOf } from "../../git-host/repositories.ts";
import type { Problem } from "../../model/diagnostics.ts";
import { type Answers, type Asking, obstaclesOf } from "../../model/obstacles.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import { type AskNamespace, namespacesOf } from "./namespaces.ts";
import { type NoteUnchecked, uncheckedLines } from "./unchecked.ts";

/** The identity and options for the questions. */
export interface AskOptions {
  /** The identity for GitHub; undefined if there is none, so that GitHub is not asked. */
  readonly auth: GitHubAuth | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Prints a line about a wait. */
  readonly report: (line: string) => void;
}

/** The obstacles, and what could not be checked. */
export interface Asked {
  /** By service; a service without obstacles is missing. */
  readonly obstacles: ReadonlyMap<string, readonly Problem[]>;
  /** One line per reason. */
  readonly unchecked: readonly string[];
}

/** The result without any questions. */
export const NOTHING_ASKED: Asked = { obstacles: new Map(), unchecked: [] };

/** The number of services to ask about in parallel. */
const AT_ONCE = 8;

/** Asks GitHub and the cluster what would prevent the creation of these services. */
export async function askObstacles(
  services: readonly ServicePlan[],
  plan: Pick<Plan, "cluster" | "github">,
  asking: Asking,
  options: AskOptions,
): Promise<Asked> {
  const waiting = services.filter(({ state }) => state === "active");
  if (waiting.length === 0) return NOTHING_ASKED;
  const { note, lines } = uncheckedLines();
  const repositories = askRepositories(plan, options, note);
  const namespaces = await askNamespaces(plan, note);
  const obstacles = new Map<string, readonly Problem[]>();
  const worker = async () => {
    for (let service = waiting.shift(); service !== undefined; service = waiting.shift()) {
      const found = obstaclesOf(service, await answers(service, repositories, namespaces), asking);
      if (found.length > 0) obstacles.set(service.name, found);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { obstacles, unchecked: lines() };
}

/** Opens the GitHub of a plan. */
export function askRepositories(
  { github }: Pick<Plan, "github">,
  { auth, environment, report }: AskOptions,
  note: NoteUnchecked,
): Repositories {
  if (!auth) {
    note("repositories", "There is no token for GitHub: set github:token, or GITHUB_TOKEN");
    return NO_REPOSITORIES;
  }
  return repositoriesOf(github.url, { auth, environment, report }, note);
}

async function askNamespaces({ cluster }: Pick<Plan, "cluster">, note: NoteUnchecked): Promise<AskNamespace> {
  try {
    return await namespacesOf(cluster, note);
  } catch (error) {
    note("namespaces", `The kubeconfig cannot be used (${(error as Error).message.split("\n")[0]})`);
    return async () => ({ is: "unknown" });
  }
}

async function answers(
  { repository, webhook, build, project }: ServicePlan,
  repositories: Repositories,
  namespaces: AskNamespace,
): Promise<Answers> {
  const [place, builds, own] = await Promise.all([
    build ? repositories.hookAnswer(repository, webhook?.url) : "ready",
    build && namespaces(build.namespace),
    namespaces(project),
  ] as const);
  return { repository: place, builds, project: own };
}
