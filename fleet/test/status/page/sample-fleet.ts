import type { Matrix } from "../../../audit/matrix.ts";
import type { FleetStatus, ServiceStatus, StageStatus, Version, Wait } from "../../../status/fleet-status.ts";

export const AT = "2026-11-28T13:40:00Z";

const HOUR = 3_600;

export const ago = (seconds: number) => new Date(Date.parse(AT) - seconds * 1000).toISOString();

/** A version that was pushed so many seconds ago and came into a Stage later. */
export function version(number: number, pushedAgo: number, sinceAgo = pushedAgo / 2): Version {
  const commit = (0x1000000 + number * 7_919).toString(16).slice(-7);
  const pushedAt = ago(pushedAgo);
  const time = pushedAt.replace(/\D/g, "").slice(0, 14);
  return {
    freight: commit.repeat(6).slice(0, 40),
    tag: `${time}-${commit}`,
    commit,
    pushedAt,
    since: ago(sinceAgo),
  };
}

export function stage(name: string, rest: Partial<StageStatus> = {}): StageStatus {
  return { stage: name, after: [], health: "Healthy", waits: [], holds: [], drift: [], ...rest };
}

export function service(name: string, rest: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    service: name,
    cluster: "prod-eu",
    team: "edge",
    stages: [stage("dev"), stage("staging", { after: ["dev"] }), stage("prod", { after: ["staging"] })],
    leadTimes: [],
    deliveries: { succeeded: 0, failed: 0 },
    ...rest,
  };
}

export function fleet(services: readonly ServiceStatus[], rest: Partial<FleetStatus> = {}): FleetStatus {
  return { at: AT, clusters: [{ name: "prod-eu", stacks: ["prod-eu"], closed: [] }], services, ...rest };
}

/** What the prod Stage of the nth service says: one of nine states, most often nothing. */
function prodOf(index: number, teams: number): Partial<StageStatus> {
  const next = version(index + 5_000, 5 * HOUR + index * 60);
  const name = serviceName(index);
  const of = `--project kargo-${name} --stage prod --freight ${next.freight}`;
  const wait = (kind: Wait["kind"], rest: Partial<Wait>) => ({ waits: [{ kind, version: next, ...rest }] });
  const failed = (at: string, reason: string) => ({
    failed: { promotion: `prod.${index}`, version: next, at, reason },
  });
  switch (index % 23) {
    case 1:
    case 2: {
      const who = `AD-${teamName(index, teams)}-Release`;
      return wait("promotion", { since: ago(3 * HOUR + index * 97), who, command: `kargo promote ${of}` });
    }
    case 3:
      return wait("sync", { since: ago(index * 61), command: `argocd app sync ${name}-prod` });
    case 4: {
      const since = ago(index * 131);
      const reason =
        'step "promote::push" met error threshold of 18: error pushing to remote: authentication failed';
      return { ...failed(since, reason), ...wait("failure", { since, command: `kargo promote ${of}` }) };
    }
    case 5:
      return failed(ago(index * 17), "context deadline exceeded");
    case 6: {
      const actor = "email:ada@example.com";
      return { holds: [{ actor, version: version(index, 90 * HOUR), since: ago(index * 40) }] };
    }
    case 7:
      return wait("soak", { since: ago(HOUR), until: ago(-2 * HOUR) });
    case 8:
      return { health: "Degraded", drift: index % 2 === 0 ? ["spec.promotionTemplate"] : [] };
    case 9:
      return wait("closed", { message: "Frozen until 2026-12-01: Black Friday. Ask the platform team." });
    default:
      return {};
  }
}

const serviceName = (index: number) => `service-${String(index).padStart(4, "0")}`;
const teamName = (index: number, teams: number) => `team-${String(index % teams).padStart(2, "0")}`;

export const BLACK_FRIDAY = {
  kind: "freeze",
  reason: "Black Friday",
  stages: ["prod"],
  services: [],
} as const;

/** A fleet of that many services on two clusters, in all states. The same numbers give the same fleet. */
export function sampleFleet(count: number, teams = 40): FleetStatus {
  const services = Array.from({ length: count }, (_, index) => {
    const name = serviceName(index);
    const stages = [
      stage("dev", { version: version(index, 3 * HOUR) }),
      stage("staging", { after: ["dev"], version: version(index, 9 * HOUR + index * 30) }),
      ...(index % 10 === 0 ? [stage("perf", { after: ["dev"], version: version(index, 20 * HOUR) })] : []),
      stage("prod", {
        after: index % 10 === 0 ? ["staging", "perf"] : ["staging"],
        version: version(index + 1, (2 + (index % 40)) * 24 * HOUR),
        ...prodOf(index, teams),
      }),
    ];
    const leadTimes = stages.flatMap(({ stage }, depth) =>
      Array.from({ length: 8 }, (_, turn) => ({
        stage,
        version: version(turn, 100),
        seconds: Math.round((3 + (index % 7)) * 60 * 9 ** depth * (1 + turn / 4)),
      })),
    );
    return service(name, {
      team: teamName(index, teams),
      cluster: index % 3 === 0 ? "prod-us" : "prod-eu",
      stages,
      leadTimes,
      deliveries: {
        succeeded: 4 + (index % 17),
        failed: index % 5 === 0 ? 1 : 0,
        since: ago((10 + (index % 9)) * 24 * HOUR),
      },
    });
  });
  return fleet(services, {
    clusters: [
      {
        name: "prod-eu",
        stacks: ["prod-eu-1", "prod-eu-2"],
        closed: [{ ...BLACK_FRIDAY, until: ago(-60 * HOUR) }],
      },
      { name: "prod-us", stacks: ["prod-us"], closed: [] },
    ],
  });
}

/** The access matrix of these services' teams, with one right that differs from the plan. */
export function sampleMatrix({ services }: FleetStatus): Matrix {
  const teams = [...new Set(services.map(({ team }) => team))].sort();
  const rows = teams.flatMap((team) => [`team-${team}`, `approvers-${team}`]);
  return new Map(
    [...rows, "nobody"].map((row) => [
      row,
      new Map(
        services.map(({ service, team }, index) => {
          const cell = row === `team-${team}` ? "team" : row === `approvers-${team}` ? "approver" : "none";
          return [`kargo-${service}`, row === "nobody" && index === 3 ? "wrong" : cell] as const;
        }),
      ),
    ]),
  );
}
