import { readCatalogue } from "../../model/catalogue.ts";
import { buildNamespace } from "../../model/names.ts";
import { makePlan, type Plan } from "../../model/plan.ts";
import { readStackConfig } from "../../model/stack-config.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import { type Customization, customization } from "./customize.ts";
import { inventoriesOf, objectRowsOf } from "./objects.ts";
import type { ObjectRow } from "./row.ts";

/** The kind of namespace of a row's object, independent of services and teams. */
export type Place =
  /** Cluster-scoped. */
  | "cluster"
  /** In the namespace of each service's Kargo Project. */
  | "projects"
  /** In each team's build namespace. */
  | "builds"
  /** In the namespace with this name. */
  | { readonly namespace: string };

/** A row of the sample fleet. */
export interface SampleRow extends ObjectRow {
  readonly place: Place;
}

const TEAM = "team";
const SERVICES = ["one", "two"];

const CATALOGUE = {
  teams: { [TEAM]: { group: "people", approvers: "approvers", notify: { slack: "channel" } } },
  services: Object.fromEntries(SERVICES.map((name) => [name, { team: TEAM, repository: `owner/${name}` }])),
};

/** The plan of one of these contains every kind of object, because each kind of route needs its own. */
const WEBHOOKS = [
  { expose: { ingress: {} } },
  { expose: { httpRoute: { gateway: { name: "gateway", namespace: "gateways" } } } },
];

const IMAGE = `registry.example/image@sha256:${"0".repeat(64)}`;
const SECRET = { secure: "v1:sample" };

function planWith(webhooks: object): Plan {
  const config = {
    cluster: { name: "cluster", context: "cluster" },
    registry: "registry.example",
    gitops: { repository: "owner/gitops" },
    github: { owner: "owner" },
    webhooks: { url: "https://hooks.example", receiver: { url: "https://kargo.example" }, ...webhooks },
    builds: {
      images: { clone: IMAGE, build: IMAGE, push: IMAGE, notify: IMAGE },
      network: { apiServer: ["192.0.2.1/32"] },
    },
    notifications: {
      kargo: "https://kargo.example",
      argoCd: "https://argocd.example",
      slack: { existingSecret: "slack" },
    },
    access: { deployer: "deployer" },
    credentials: { git: { username: "git" }, image: { username: "image" } },
    gitPassword: SECRET,
    imagePassword: SECRET,
    webhookMasterSecret: SECRET,
  };
  const keys = Object.entries(config).map(([key, value]) => [`kargo-fleet:${key}`, value]);
  const file = JSON.stringify({ config: Object.fromEntries(keys) });
  return makePlan(
    readCatalogue("services.json", JSON.stringify(CATALOGUE)),
    readStackConfig(parseStackFile("Pulumi.sample.yaml", file)),
    new Date(0),
  );
}

/** The rows by customization, the only thing that they depend on. */
const KNOWN = new WeakMap<Customization, readonly SampleRow[]>();

/**
 * The rows of a sample fleet with everything that the program can create, for two services of one team. Results
 * that depend only on the kinds of objects, such as the deployer's rights, are derived from it, because they must
 * not depend on a stack's services.
 */
export function sampleRows(): readonly SampleRow[] {
  const known = KNOWN.get(customization()) ?? makeRows();
  KNOWN.set(customization(), known);
  return known;
}

function makeRows(): readonly SampleRow[] {
  return WEBHOOKS.map(planWith).flatMap((plan) => {
    const projects = plan.services.map(({ project }) => project);
    const placeOf = (namespace: string | undefined): Place => {
      if (namespace === undefined) return "cluster";
      if (namespace === buildNamespace(TEAM)) return "builds";
      return projects.includes(namespace) ? "projects" : { namespace };
    };
    return objectRowsOf(inventoriesOf(plan)).map((row) => ({
      ...row,
      place: placeOf(row.manifest.metadata.namespace),
    }));
  });
}
