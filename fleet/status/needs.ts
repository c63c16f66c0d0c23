import type { FleetStatus, ServiceStatus, StageStatus, Version, Wait } from "./fleet-status.ts";

/** One thing that somebody must do, or that ends by itself. */
export interface Need {
  readonly kind: "failed" | "stuck" | "promote" | "sync" | "held" | "drift" | "itself";
  readonly service: string;
  readonly cluster: string;
  readonly stage: string;
  readonly version?: Version;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly who?: string | undefined;
  readonly message?: string | undefined;
  readonly command?: string | undefined;
}

const KINDS: Readonly<Record<Wait["kind"], Need["kind"]>> = {
  promotion: "promote",
  sync: "sync",
  failure: "stuck",
  soak: "itself",
  verification: "itself",
  closed: "itself",
};

/** What needs a person, and what waits by itself, the longest first. */
export function needsOf({ services }: Pick<FleetStatus, "services">): Need[] {
  return services
    .flatMap((service) => service.stages.flatMap((stage) => stageNeeds(service, stage)))
    .sort((a, b) => (a.since ?? "~").localeCompare(b.since ?? "~"));
}

function stageNeeds({ service, cluster }: ServiceStatus, status: StageStatus): Need[] {
  const { stage, waits, failed, holds, drift } = status;
  // A failed Promotion and the wait for the same Freight are one thing to do.
  const again = waits.find(
    ({ kind, version }) =>
      (kind === "failure" || kind === "promotion") && version.freight === failed?.version.freight,
  );
  const needs: Omit<Need, "service" | "cluster" | "stage">[] = waits
    .filter((wait) => wait !== again)
    .map(({ kind, message, ...rest }) => ({
      kind: KINDS[kind],
      ...rest,
      message: KINDS[kind] === "itself" ? `${kind}${message === undefined ? "" : `: ${message}`}` : message,
    }));
  if (failed) {
    const { version, at: since, reason: message } = failed;
    needs.unshift({ kind: "failed", version, since, who: again?.who, message, command: again?.command });
  }
  for (const { actor, ...rest } of holds) {
    const message = `${actor} promoted this version by hand. Auto-promotion goes on after the newest one is promoted.`;
    needs.push({ kind: "held", message, ...rest });
  }
  if (drift.length > 0) {
    const message =
      drift[0] === "spec" ? "The Stage is not in the cluster." : `Differs in ${drift.join(", ")}.`;
    needs.push({ kind: "drift", message });
  }
  return needs.map((need) => ({ ...need, service, cluster, stage }));
}

/** Whether somebody should look now: a Promotion failed, Freight is stuck, or a Stage is not as planned. */
export function isWrong({ kind }: Need): boolean {
  return kind === "failed" || kind === "stuck" || kind === "drift";
}
