import { setTimeout as pause } from "node:timers/promises";
import { downloadReleases } from "./crds/download.ts";
import { readFolder } from "./crds/folder.ts";
import { permissiveDefinition } from "./crds/permissive.ts";
import { type Definition, nameOf, RELEASES, type Release, VERSION } from "./crds/releases.ts";
import { connectionOf, type KubernetesApi, kubernetesApi } from "./kubernetes-api.ts";
import { SandboxError } from "./sandbox-error.ts";

/** Which CustomResourceDefinitions were installed, and where they came from. */
export interface InstalledDefinitions {
  /** `CRDS_DIR`: that folder; `releases`: the files of the pinned releases; `permissive`: made here, see `note`. */
  readonly source: "CRDS_DIR" | "releases" | "permissive";
  /** For example `stages.kargo.akuity.io`. */
  readonly names: readonly string[];
  /** What a person must know: which definitions are permissive, and why. */
  readonly note?: string;
}

/** How long the API server may take to serve all of them, in milliseconds. */
const LIMIT = 120_000;

/**
 * Installs the definitions of Kargo and the Argo projects by server-side apply, and returns when all are served:
 * those below `CRDS_DIR` where it is set; else the files of the pinned releases (`CRDS_BASE_URL`, checked by SHA-256
 * and cached); what cannot be had is replaced by a permissive definition, which the note says.
 *
 * @throws SandboxError where `CRDS_DIR` is missing or empty, where a release's file is not the published one, or
 * where the API server refuses a definition
 */
export async function installDefinitions(options: {
  /** The administrator's kubeconfig. */
  admin: string;
  /** @default process.env */
  environment?: NodeJS.ProcessEnv;
  /** What to install. @default RELEASES */
  releases?: readonly Release[];
}): Promise<InstalledDefinitions> {
  const releases = options.releases ?? RELEASES;
  const { source, textOf, reason } = await chooseSource(options.environment ?? process.env, releases);
  const wanted = releases.flatMap((release) =>
    release.definitions.map((definition) => ({ release, definition })),
  );
  const texts = wanted.map(({ release, definition }) => textOf(release, definition));
  const missing = wanted
    .filter((_, index) => texts[index] === undefined)
    .map(({ definition }) => definition.kind);
  const names = wanted.map(({ release, definition }) => nameOf(release, definition));
  const api = kubernetesApi(await connectionOf(options.admin), 60_000);
  try {
    await Promise.all(
      wanted.map(({ release, definition }, index) =>
        api.apply(
          `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${names[index]}`,
          texts[index] ?? permissiveDefinition(release, definition),
        ),
      ),
    );
    await untilServed(api, releases);
  } finally {
    api.close();
  }
  if (missing.length === 0) {
    return { source, names };
  }
  const all = missing.length === wanted.length;
  const which = all ? "All definitions are" : `The definitions of ${missing.join(", ")} are`;
  const note =
    `${which} permissive: they accept every field, so that a misspelt one goes unnoticed (${reason}). ` +
    "For the real ones put the projects' files into a folder and set CRDS_DIR to it.";
  return { source: all ? "permissive" : source, names, note };
}

interface Source {
  readonly source: "CRDS_DIR" | "releases";
  readonly textOf: (release: Release, definition: Definition) => string | undefined;
  /** Why a definition may be missing. */
  readonly reason: string;
}

async function chooseSource(environment: NodeJS.ProcessEnv, releases: readonly Release[]): Promise<Source> {
  const folder = environment.CRDS_DIR;
  if (folder) {
    const found = await readFolder(folder);
    const textOf = (release: Release, definition: Definition) => found.get(nameOf(release, definition));
    return { source: "CRDS_DIR", textOf, reason: `${folder} does not hold them` };
  }
  const { texts, reason = "" } = await downloadReleases(environment, releases);
  return { source: "releases", textOf: (_, definition) => texts.get(definition.sha256), reason };
}

/** Waits until the API server tells clients of every kind; only then do kubectl and Pulumi know them. */
async function untilServed(api: KubernetesApi, releases: readonly Release[]): Promise<void> {
  const deadline = Date.now() + LIMIT;
  for (const { group } of releases) {
    const wanted = releases
      .filter((release) => release.group === group)
      .flatMap(({ definitions }) => definitions.map(({ plural }) => plural));
    for (;;) {
      const { status, text } = await api.send("GET", `/apis/${group}/${VERSION}`);
      const served = status === 200 ? (JSON.parse(text) as { resources: { name: string }[] }).resources : [];
      const waiting = wanted.filter((plural) => !served.some(({ name }) => name === plural));
      if (waiting.length === 0) {
        break;
      }
      if (Date.now() > deadline) {
        throw new SandboxError(
          `The API server does not serve ${waiting.join(", ")} of ${group} after ${LIMIT / 1000} s.`,
        );
      }
      await pause(100);
    }
  }
}
