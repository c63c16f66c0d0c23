import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { didYouMean, listed } from "../../model/diagnostics.ts";
import { dnsLabel } from "../../model/kubernetes-names.ts";
import { projectName } from "../../model/names.ts";
import { FleetError } from "../fleet-error.ts";
import { readJson } from "../read-json.ts";

/**
 * One service of a release: the Freight that goes to its Stage. A reviewer reads the service, so nothing else may decide
 * what is promoted.
 */
const entrySchema = z
  .strictObject({
    service: dnsLabel,
    /** The Pulumi stack that has the service. */
    stack: z.string(),
    /** The Kargo Project, which is also the namespace. */
    project: z.string(),
    /** The Stage that is to get the Freight, usually the one that a person promotes to. */
    stage: dnsLabel,
    /** The name of the Freight. */
    freight: z.string(),
    /** Its images and charts with versions, for people. */
    images: z.array(z.string()),
    /** The Stages that had verified it when the release was made. */
    verifiedIn: z.array(z.string()),
  })
  .refine(({ service, project }) => project === projectName(service), { path: ["project"] });

const releaseSchema = z.strictObject({
  name: z.string(),
  /** ISO 8601, UTC. */
  createdAt: z.iso.datetime(),
  /** The services in waves. A wave starts when every service of the one before has its Freight. */
  waves: z.array(z.array(entrySchema).min(1)).min(1),
});

export type ReleaseEntry = z.output<typeof entrySchema>;
export type Release = z.output<typeof releaseSchema>;

const FOLDER = "releases";
const NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

/** The file of a release. @throws FleetError if the name cannot be a file's name */
export function releaseFile(name: string): string {
  if (!NAME.test(name))
    throw new FleetError(
      `${JSON.stringify(name)} is not a release's name. Use at most 63 small letters, digits, dots and dashes, such as 2026-12.`,
    );
  return join(FOLDER, `${name}.json`);
}

/** Writes a new release. @throws FleetError if there already is one of this name: it may be half promoted. */
export function writeRelease(release: Release): string {
  const file = releaseFile(release.name);
  mkdirSync(FOLDER, { recursive: true });
  try {
    writeFileSync(file, `${JSON.stringify(release, null, 2)}\n`, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new FleetError(`${file} already exists. Choose another name, or delete the file.`);
  }
  return file;
}

/** Reads a release. @throws FleetError if there is none, or if the file has another form */
export function readRelease(name: string): Release {
  const file = releaseFile(name);
  const names = releaseNames();
  if (!names.includes(name)) {
    const hint = didYouMean(name, names) ?? (names.length > 0 ? `There are: ${listed(names)}.` : "");
    throw new FleetError(
      `There is no ${file}. ${hint || "Make one with: npm run fleet -- release create <name>"}`,
    );
  }
  return readJson(releaseSchema, readFileSync(file, "utf8"), file);
}

function releaseNames(): string[] {
  try {
    return readdirSync(FOLDER).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
  } catch {
    return [];
  }
}
