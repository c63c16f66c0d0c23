import type { Catalogue } from "./catalogue.ts";
import { type DocumentPath, type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import { imageIdentity } from "./image.ts";
import { listedImages } from "./images.ts";
import type { Sources } from "./stack-problem.ts";

/**
 * Checks ownership: nobody else may use what a team owns, and two services may not share an image or repository,
 * because one push would be promoted by two teams.
 */
export function ownershipProblems({ catalogue, config, services }: Sources): Problem[] {
  const claims = Object.entries(catalogue.services).flatMap(
    ([service, { build, team, repository, ...images }]): Claim[] => [
      {
        service,
        team,
        what: "repository",
        name: repository,
        identity: repository.toLowerCase(),
        ...(build !== false && { context: build.context }),
        path: ["services", service, "repository"],
      },
      ...listedImages(service, images, config.registry).map(
        ({ repository: name, path }): Claim => ({
          service,
          team,
          what: "image",
          name,
          identity: imageIdentity(name),
          path,
        }),
      ),
    ],
  );
  // A decommissioned service gets no pushes, so its successor may share its repository and image.
  const active = claims.filter(({ service }) => catalogue.services[service]?.state === "active");
  return [
    ...overlappingTeams(catalogue, services),
    ...claims.flatMap((claim) => notOwned(claim, catalogue, services)),
    ...shared(active, services),
  ];
}

interface Claim {
  readonly service: string;
  readonly team: string;
  readonly what: "repository" | "image";
  /** As written in the file. */
  readonly name: string;
  /** The canonical form, for comparisons. */
  readonly identity: string;
  /** The folder of the repository that is built. */
  readonly context?: string;
  readonly path: DocumentPath;
}

/** A service may only use what its team owns (if the team has `owns`), and nothing that another team owns. */
function notOwned(claim: Claim, { teams }: Catalogue, document: SourceDocument): Problem[] {
  const own = teams[claim.team]?.owns;
  const owner = Object.entries(teams).find(([, { owns = [] }]) =>
    owns.some((prefix) =>
      (claim.what === "image" ? imagePrefixes(prefix) : [prefix]).some((one) => covers(one, claim.identity)),
    ),
  );
  if (owner && owner[0] !== claim.team) {
    const message = `the ${claim.what} ${JSON.stringify(claim.name)} is owned by team ${JSON.stringify(owner[0])}, not by ${JSON.stringify(claim.team)}.`;
    const fix = `Let team ${owner[0]} list the service, or remove it from that team's owns.`;
    return [problem("KF021", document, claim.path, message, fix)];
  }
  if (own === undefined || owner) return [];
  const message = `the ${claim.what} ${JSON.stringify(claim.name)} is not in the owns of team ${JSON.stringify(claim.team)}.`;
  const fix = `Add it to teams.${claim.team}.owns, or use one from there.`;
  return [problem("KF022", document, claim.path, message, fix)];
}

/** Two services may share a repository only if they build different folders. */
function shared(claims: readonly Claim[], document: SourceDocument): Problem[] {
  const earlier = new Map<string, Claim[]>();
  return claims.flatMap((claim) => {
    const key = `${claim.what} ${claim.identity}`;
    const others = earlier.get(key) ?? [];
    earlier.set(key, [...others, claim]);
    const other = others.find(
      (one) => one.service !== claim.service && !disjoint(one.context, claim.context),
    );
    if (other === undefined) return [];
    const message = `the ${claim.what} ${JSON.stringify(claim.name)} is also used by service ${JSON.stringify(other.service)}.`;
    const fix =
      claim.what === "image"
        ? "Give each service its own image."
        : "Give each service its own repository, or a build.context outside the other's.";
    return problem("KF023", document, claim.path, message, fix);
  });
}

/** Whether neither folder contains the other. */
function disjoint(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const inside = (a: string, b: string) => b === "." || a === b || a.startsWith(`${b}/`);
  return !inside(one, other) && !inside(other, one);
}

function overlappingTeams({ teams }: Catalogue, document: SourceDocument): Problem[] {
  const all = Object.entries(teams).flatMap(([team, { owns = [] }]) =>
    owns.map((prefix, index) => ({ team, prefix, index })),
  );
  return all.flatMap(({ team, prefix, index }, position) => {
    const other = all.slice(0, position).find((one) => one.team !== team && overlap(one.prefix, prefix));
    if (!other) return [];
    const message = `${JSON.stringify(prefix)} overlaps ${JSON.stringify(other.prefix)} of team ${JSON.stringify(other.team)}.`;
    const fix = "Change one of the two patterns in `owns` so that they do not overlap.";
    return problem("KF024", document, ["teams", team, "owns", index], message, fix);
  });
}

/** Whether an entry of `owns` covers a name: exactly, or as a prefix that ends in `*`. */
export function covers(prefix: string, name: string): boolean {
  const lower = prefix.toLowerCase();
  return lower.endsWith("*")
    ? name.toLowerCase().startsWith(lower.slice(0, -1))
    : name.toLowerCase() === lower;
}

/** The canonical forms of an image prefix; on the Docker Hub also with `library/`. */
function imagePrefixes(prefix: string): string[] {
  if (!prefix.endsWith("*")) return [imageIdentity(prefix)];
  const start = imageIdentity(prefix.replace(/\*$/, "x")).slice(0, -1);
  return [`${start}*`, `${start.replace(/^docker\.io\/library\//, "docker.io/")}*`];
}

function overlap(one: string, other: string): boolean {
  const within = (a: string, b: string) => covers(a, b.replace(/\*$/, "")) || covers(b, a.replace(/\*$/, ""));
  return within(one, other) || imagePrefixes(one).some((a) => imagePrefixes(other).some((b) => within(a, b)));
}
