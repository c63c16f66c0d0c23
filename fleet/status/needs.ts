import type { FleetStatus, ServiceStatus, StageStatus, Version, Wait } from "./fleet-status.ts";

/** One thing that somebody must do, or that ends by itself. */
export interface Need {
  readonly kind: "failed" | "stuck" | "promote" | "sync" | "held" | "drift" | "itself";
  readonly service: string;
  readonly cluster: string;
  readonly stage: string;
  readonly version: Version | undefined;
  readonly since: string | undefined;
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
  const place = { service, cluster, stage };
  // A failed Promotion and the wait for the same Freight are one thing to do.
  const again = waits.find(
    ({ kind, version }) =>
      (kind === "failure" || kind === "promotion") && version.freight === failed?.version.freight,
  );
  return [
    ...(failed
      ? [
          {
            ...place,
            kind: "failed" as const,
            version: failed.version,
            since: failed.at,
            who: again?.who,
            message: failed.reason,
            command: again?.command,
          },
        ]
      : []),
    ...waits
      .filter((wait) => wait !== again)
      .map(({ kind, message, ...rest }) => ({
        ...place,
        kind: KINDS[kind],
        since: undefined,
        ...rest,
        message: KINDS[kind] === "itself" ? `${kind}${message === undefined ? "" : `: ${message}`}` : message,
      })),
    ...holds.map(({ actor, version, since, command }) => ({
      ...place,
      kind: "held" as const,
      version,
      since,
      message: `${actor} promoted this version by hand. Auto-promotion goes on after the newest one is promoted.`,
      command,
    })),
    ...(drift.length > 0
      ? [
          {
            ...place,
            kind: "drift" as const,
            version: undefined,
            since: undefined,
            message:
              drift[0] === "spec" ? "The Stage is not in the cluster." : `Differs in ${drift.join(", ")}.`,
          },
        ]
      : []),
  ];
}

/** Whether somebody should look now: a Promotion failed, Freight is stuck, or a Stage is not as planned. */
export function isWrong({ kind }: Need): boolean {
  return kind === "failed" || kind === "stuck" || kind === "drift";
}
