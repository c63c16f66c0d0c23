import { ARGOCD_NAMESPACE, TEAMS_NAMESPACE } from "../../model/names.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import { distinct, type Row } from "./actors.ts";
import { namespaceChecks, serviceChecks, sharedChecks } from "./checks.ts";
import { type Finding, withoutRepeats } from "./findings.ts";
import { inquiryOf } from "./inquiry.ts";
import { inParallel } from "./parallel.ts";
import type { Reviews } from "./reviews.ts";
import { standings } from "./standings.ts";

/** What the API server said about everybody and everything. */
export interface Census {
  /** Cells of the matrix that the answers decide: actors × checks × namespaces. */
  readonly cells: number;
  readonly findings: readonly Finding[];
}

export interface CensusOptions {
  readonly plan: Plan;
  /** Of the plan's services, those to look at. */
  readonly services: readonly ServicePlan[];
  readonly rows: readonly Row[];
  readonly reviews: Reviews;
  /** How many questions are under way at once. */
  readonly concurrency: number;
  /** Told after each step how many of how many are done. */
  progress(done: number, total: number): void;
}

/**
 * Asks about every actor, namespace and check. Whoever has rights in a namespace is asked about check by check, and
 * so is everybody once in a namespace that does not exist, where just what they have cluster-wide shows. For all
 * others a service's namespace is one where nothing is bound to them: there the API server lists all their rules in
 * one answer, and only where that list is longer than the cluster-wide one is each check asked.
 *
 * Directory groups without rights there are listed all at once, as one person in all of them: RBAC only ever adds, so
 * what that person may not do, no group of them may.
 */
export async function takeCensus(options: CensusOptions): Promise<Census> {
  const { plan, services, rows, concurrency, progress } = options;
  const actors = distinct(rows);
  const kargo = plan.platform?.guard.kargoNamespace ?? "kargo";
  const stages = [...new Set(plan.services.flatMap((service) => service.stages.map(({ name }) => name)))];
  const everywhere = [...namespaceChecks(stages), ...sharedChecks(kargo)];
  const shared = [...new Set([ARGOCD_NAMESPACE, "kargo-shared-resources", TEAMS_NAMESPACE, kargo])];
  const inquiry = inquiryOf(options.reviews);

  function* steps(): Generator<() => Promise<unknown>> {
    for (const actor of actors) {
      yield () => inquiry.clusterWide(actor, everywhere);
      for (const namespace of shared) yield () => inquiry.outsider(actor, [], { namespace });
    }
    for (const service of services) {
      const place = { namespace: service.project, service };
      const checks = serviceChecks(service);
      const { own, groups, accounts } = standings(actors, service);
      for (const { actor, rights } of own) yield () => inquiry.insider(actor, checks, rights, place);
      for (const actor of accounts) yield () => inquiry.outsider(actor, checks, place);
      yield () => inquiry.outsiders(groups, checks, place);
    }
  }
  const total = [...steps()].length;
  await inParallel(steps(), concurrency, (done) => progress(done, total));

  const perService = services.map((service) => serviceChecks(service).length * actors.length);
  const cells = perService.reduce((sum, count) => sum + count, everywhere.length * actors.length);
  return { cells, findings: withoutRepeats(inquiry.findings) };
}
