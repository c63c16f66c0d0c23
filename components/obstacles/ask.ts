import type { Problem } from "../../model/diagnostics.ts";
import { type Answers, type Asking, obstaclesOf } from "../../model/obstacles.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import type { GitHubAuth } from "../github-api/auth.ts";
import { type AskNamespace, namespacesOf } from "./namespaces.ts";
import { type AskRepository, NO_REPOSITORIES, repositoriesOf } from "./repositories.ts";
import { type Unasked, unaskedLines } from "./unasked.ts";

/** Who asks. */
export interface Eyes {
  /** Who asks GitHub; nothing where nobody does. */
  readonly auth: GitHubAuth | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Takes a line on what is waited for. */
  readonly report: (line: string) => void;
}

/** What is in the way, and what nobody could look at. */
export interface Asked {
  /** By service; of a service without obstacles nothing. */
  readonly obstacles: ReadonlyMap<string, readonly Problem[]>;
  /** One line a reason. */
  readonly unasked: readonly string[];
}

/** Nothing was asked. */
export const NOTHING_ASKED: Asked = { obstacles: new Map(), unasked: [] };

/** So many services at once. */
const AT_ONCE = 8;

/** Asks GitHub and the cluster what would keep these services of a plan from being made. */
export async function askObstacles(
  services: readonly ServicePlan[],
  plan: Pick<Plan, "cluster" | "github">,
  asking: Asking,
  eyes: Eyes,
): Promise<Asked> {
  const waiting = services.filter(({ state }) => state === "active");
  if (waiting.length === 0) return NOTHING_ASKED;
  const { note, lines } = unaskedLines();
  const repositories = askRepositories(plan, eyes, note);
  const namespaces = await askNamespaces(plan, note);
  const obstacles = new Map<string, readonly Problem[]>();
  const worker = async () => {
    for (let service = waiting.shift(); service !== undefined; service = waiting.shift()) {
      const found = obstaclesOf(service, await answers(service, repositories, namespaces), asking);
      if (found.length > 0) obstacles.set(service.name, found);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { obstacles, unasked: lines() };
}

/** Opens the GitHub of a plan. */
export function askRepositories(
  { github }: Pick<Plan, "github">,
  { auth, environment, report }: Eyes,
  note: Unasked,
): AskRepository {
  if (!auth) {
    note("repositories", "There is no token for GitHub: set github:token, or GITHUB_TOKEN");
    return NO_REPOSITORIES;
  }
  return repositoriesOf(github.url, { auth, environment, report }, note);
}

async function askNamespaces({ cluster }: Pick<Plan, "cluster">, note: Unasked): Promise<AskNamespace> {
  try {
    return await namespacesOf(cluster, note);
  } catch (error) {
    note("namespaces", `The kubeconfig cannot be used (${(error as Error).message.split("\n")[0]})`);
    return async () => ({ is: "unknown" });
  }
}

async function answers(
  { repository, webhook, build, project }: ServicePlan,
  repositories: AskRepository,
  namespaces: AskNamespace,
): Promise<Answers> {
  const [place, builds, own] = await Promise.all([
    build ? repositories.hookPlace(repository, webhook?.url) : "ready",
    build && namespaces(build.namespace),
    namespaces(project),
  ] as const);
  return { repository: place, builds, project: own };
}
