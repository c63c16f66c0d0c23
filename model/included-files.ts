import { posix } from "node:path";
import { z } from "zod";
import { didYouMean, listed, type Problem, problem } from "./diagnostics.ts";
import { parseJson, type SourceDocument } from "./documents.ts";
import { namesIn, readEntries } from "./entries.ts";
import { type CatalogueFolder, expand } from "./include-pattern.ts";
import { dnsLabel } from "./kubernetes-names.ts";
import { service } from "./service-entry.ts";

const entry = service.extend({
  team: z
    .string()
    .optional()
    .meta({ description: "The team in the file's name; may be omitted.", examples: ["edge"] }),
});

/** The schema of an included file. It has no teams, because a team must not change its own members. */
export const includedSchema = z.strictObject({
  $schema: z
    .string()
    .optional()
    .meta({ description: "The JSON Schema, for editors.", examples: ["../included.schema.json"] }),
  services: z.record(dnsLabel, entry).meta({
    description: "The team's services, by name.",
    examples: [{ nginx: { repository: "acme/nginx" } }],
  }),
});

/** An included file. */
export interface IncludedFile {
  /** Relative to the folder of the stack files. */
  readonly path: string;
  /** Its team, by the name of the file or its folder; undefined if no team has that name. */
  readonly team: string | undefined;
  readonly document: SourceDocument;
  /** Its valid services. */
  readonly services: Readonly<Record<string, z.output<typeof service>>>;
}

/**
 * Reads the files that a catalogue's patterns match, each once and for one team.
 * @returns `complete` is false if a file could not be read, so that listed services may be missing
 */
export function readIncluded(patterns: readonly string[], main: SourceDocument, folder: CatalogueFolder) {
  const teams = namesIn(main, "teams");
  const problems: Problem[] = [];
  const files = new Map<string, IncludedFile>();
  const below = posix.dirname(posix.normalize(main.file));
  for (const [index, pattern] of patterns.entries()) {
    const unread = (what: string) => problems.push(unreadable(main, index, what));
    const found = expand(pattern, below === "." ? "" : below, folder);
    if (found.length === 0) unread(`${JSON.stringify(pattern)} matches no file.`);
    for (const { name: path, kind } of found.filter(({ name }) => !files.has(name))) {
      const text = kind === "file" ? folder.read(path) : undefined;
      if (text !== undefined) files.set(path, readFile(path, text, teams, problems));
      else if (kind === "file") unread(`${JSON.stringify(path)} cannot be read.`);
      else unread(`${JSON.stringify(path)} is not a regular file.`);
    }
  }
  const all = [...files.values()];
  return {
    files: all,
    complete:
      problems.every(({ code }) => code !== "KF007") &&
      all.every(({ document, team }) => document.value !== undefined && team !== undefined),
    problems: [...problems, ...listedTwice(main, all)],
  };
}

function readFile(path: string, text: string, teams: readonly string[], problems: Problem[]): IncludedFile {
  const document = parseJson(path, text);
  const { value, problems: own } =
    document.value === undefined ? { value: undefined, problems: [] } : readEntries(includedSchema, document);
  const team = teamOf(path, teams);
  problems.push(...[...document.problems, ...own].map(adaptFix));
  if (team === undefined) problems.push(withoutTeam(path, document, teams));
  else problems.push(...ofOthers(team, document, value?.services ?? {}));
  // Without a team, a file's services have no owner.
  const listed = Object.entries((team && value?.services) || {});
  const services = listed.map(([name, { team: said = team ?? "", ...more }]) => [
    name,
    { ...more, team: said },
  ]);
  return { path, team, document, services: Object.fromEntries(services) };
}

/**
 * `catalogue/edge.json` and `catalogue/edge/api.json` belong to the team `edge`. The team cannot change the path.
 */
function teamOf(path: string, teams: readonly string[]): string | undefined {
  const [name, parent] = [posix.basename(path, ".json"), posix.basename(posix.dirname(path))];
  return [name, parent].find((each) => teams.includes(each));
}

/** Adapts a fix for `services.json` to an included file. */
function adaptFix(problem: Problem): Problem {
  if (problem.code === "KF002") return { ...problem, fix: 'Write at least {"services": {}}.' };
  const moved = problem.code === "KF010" && ["teams", "include"].includes(problem.path);
  return moved ? { ...problem, fix: "It belongs in the file that includes this one." } : problem;
}

function withoutTeam(path: string, document: SourceDocument, teams: readonly string[]): Problem {
  const name = posix.basename(path, ".json");
  const message = `has no name of a team (there are: ${listed(teams)}), but each included file belongs to one.`;
  const fix = didYouMean(name, teams) ?? "Rename it to <team>.json, or put it into a folder of that name.";
  return problem("KF035", document, [], message, fix);
}

function ofOthers(
  team: string,
  document: SourceDocument,
  services: Readonly<Record<string, { readonly team?: string | undefined }>>,
): Problem[] {
  const others = Object.entries(services).filter(([, { team: said = team }]) => said !== team);
  return others.map(([name, { team: said }]) => {
    const message = `is ${JSON.stringify(said)}, but by its name this file belongs to the team ${JSON.stringify(team)}.`;
    const fix = `Move the service to a file of the team ${said}, or omit team.`;
    return problem("KF036", document, ["services", name, "team"], message, fix);
  });
}

function listedTwice(main: SourceDocument, files: readonly IncludedFile[]): Problem[] {
  const first = new Map<string, SourceDocument>();
  return [main, ...files.map(({ document }) => document)].flatMap((document) =>
    namesIn(document, "services").flatMap((name): Problem[] => {
      const earlier = first.get(name);
      if (earlier === undefined) {
        first.set(name, document);
        return [];
      }
      const path = ["services", name];
      const { file, line } = earlier.place(path, "key");
      const message = `the service ${JSON.stringify(name)} is already listed in ${file} on line ${line}.`;
      return [problem("KF019", document, path, message, "Remove or rename one of them.", "key")];
    }),
  );
}

function unreadable(main: SourceDocument, index: number, what: string): Problem {
  const fix = "Add the file, or name another; links are not followed.";
  return problem("KF007", main, ["include", index], what, fix);
}
