import { z } from "zod";
import { readCatalogue } from "./catalogue.ts";
import { InvalidInput } from "./diagnostics.ts";
import { dnsLabel } from "./kubernetes-names.ts";
import { pipelinesSchema } from "./pipelines.ts";
import { makePlan, type ServicePlan } from "./plan.ts";
import { service } from "./service-entry.ts";
import { PROJECT, readStackConfig, stackConfigSchema } from "./stack-config.ts";
import { parseStackFile } from "./stack-file.ts";
import { team } from "./team.ts";

const { repository, image, tags, warehouse, chart, labels } = service.shape;

/**
 * The arguments of one service without `services.json` and a stack file: the keys of a service's entry, and the
 * keys of a stack's config that affect it.
 */
export const serviceArgsSchema = z.strictObject({
  team: z
    .strictObject({
      name: dnsLabel.meta({ description: "The team's name." }),
      group: team.shape.group,
      approvers: team.shape.approvers,
    })
    .meta({ description: "The team that owns the service." }),
  repository,
  image: image.unwrap().meta({ description: "The image repository, without a tag." }),
  tags,
  warehouse,
  stages: pipelinesSchema.valueType.optional().meta({
    description:
      "The Stages. Default: dev, staging and prod. Dev and staging promote and sync by themselves, prod waits for a person.",
  }),
  gitops: stackConfigSchema.shape.gitops,
  chart,
  labels,
  cluster: dnsLabel
    .default("cluster")
    .meta({ description: "The cluster's name, which replaces {cluster} in gitops.path and chart.path." }),
});

/** The arguments as a program writes them. */
export type ServiceArgs = z.input<typeof serviceArgsSchema>;

/** Required stack config that does not affect a service without a build. */
const UNUSED = {
  webhooks: { url: "https://unused.invalid" },
  access: { deployer: "unused" },
  webhookMasterSecret: { secure: "unused" },
  platform: false,
};

/**
 * Plans one service with the rules of a catalogue and a stack's config. Another system must build its image,
 * because the build objects serve a whole catalogue.
 * @param name the service's name: a DNS label
 * @throws Error with every problem, one per line: the argument, what is wrong, the rule and the fix
 */
export function planOneService(name: string, args: ServiceArgs): ServicePlan {
  const missing = (["team", "repository", "image", "gitops"] as const).filter(
    (key) => args[key] === undefined,
  );
  if (missing.length > 0)
    throw invalid(
      name,
      missing.map((key) => `${key}  is missing. Add it. [KF011]`),
    );
  const { team: owner, stages, gitops, cluster = "cluster", ...entry } = args;
  const { name: teamName, ...groups } = owner;
  const [organization] = args.repository.split("/");
  const [registry] = args.image.split("/");
  const config = {
    ...UNUSED,
    cluster: { name: cluster },
    github: { owner: organization },
    registry,
    gitops,
    ...(stages && { pipelines: { standard: stages } }),
  };
  const keys = Object.entries(config).map(([key, value]) => [`${PROJECT}:${key}`, value]);
  const catalogue = {
    teams: { [teamName]: groups },
    services: { [name]: { ...entry, team: teamName, build: false } },
  };
  try {
    const plan = makePlan(
      readCatalogue("", JSON.stringify(catalogue)),
      readStackConfig(parseStackFile("", JSON.stringify({ config: Object.fromEntries(keys) }))),
      new Date(),
    );
    return plan.services[0] as ServicePlan;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const lines = error.problems.map(
      ({ path, message, fix, code }) => `${argumentOf(path, name, teamName)}  ${message} ${fix} [${code}]`,
    );
    throw invalid(name, lines);
  }
}

function invalid(name: string, lines: readonly string[]): Error {
  return new Error(
    [`The arguments of ServicePipeline ${name} are not valid:`, ...new Set(lines)].join("\n  "),
  );
}

/** The argument that corresponds to a path in the catalogue or the stack's config. */
function argumentOf(path: string, service: string, teamName: string): string {
  const prefixes: readonly (readonly [string, string])[] = [
    [`services.${service}.`, ""],
    [`services.${service}`, "name"],
    [`teams.${teamName}.`, "team."],
    [`teams.${teamName}`, "team.name"],
    [`config.${PROJECT}:pipelines.standard`, "stages"],
    [`config.${PROJECT}:registry`, "image"],
    [`config.${PROJECT}:github.owner`, "repository"],
    [`config.${PROJECT}:cluster.name`, "cluster"],
    [`config.${PROJECT}:`, ""],
  ];
  const [prefix, argument] = prefixes.find(([start]) => path.startsWith(start)) ?? ["", ""];
  return argument + path.slice(prefix.length);
}
