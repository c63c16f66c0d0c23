import { ToolchainError } from "./errors.ts";
import { goarch, goos } from "./places.ts";
import type { ProgramDefinition } from "./programs.ts";

/** A published program for this platform. */
export interface Download {
  readonly version: string;
  /** The address of the archive, or of the program itself. */
  readonly url: string;
  /** The address of the document with its checksum, in the same folder. */
  readonly checksums: string;
  /** The path of the program in the archive; undefined if the file is the program. */
  readonly member?: string;
}

/**
 * The makers' names for a program's file. Placeholders: `{version}`, `{program}`; `{os}` and `{arch}` in Go's
 * names; `{cpu}` in Node's; `{archive}`, which is `zip` on macOS, else `tar.gz`.
 */
export interface Publication {
  readonly site: keyof typeof sites;
  readonly file: string;
  /** The document of checksums in the same folder. */
  readonly checksums: string;
  readonly member?: string;
  /** The only platform with a download. @default all */
  readonly only?: NodeJS.Platform | undefined;
  /** The downloaded version, if it differs from the built one. */
  readonly version?: string;
}

/** The makers' sites, and the environment variables that set a mirror. */
const sites = {
  github: { setting: "KARGO_FLEET_GITHUB_URL", url: "https://github.com" },
  kubernetes: { setting: "KARGO_FLEET_KUBERNETES_URL", url: "https://dl.k8s.io" },
  helm: { setting: "KARGO_FLEET_HELM_URL", url: "https://get.helm.sh" },
} as const;

/** The download of a program; undefined if nothing is published for this platform. */
export function downloadOf(
  { name, version: built, download }: Pick<ProgramDefinition, "name" | "version" | "download">,
  environment: NodeJS.ProcessEnv,
  platform: { readonly os: string; readonly arch: string } = { os: goos(), arch: goarch() },
): Download | undefined {
  const { os, arch } = platform;
  if (download === undefined || (download.only ?? os) !== os) return undefined;
  const { site, file, checksums, member, version = built } = download;
  const words: Record<string, string> = {
    version,
    program: name,
    os,
    arch,
    cpu: arch === "amd64" ? "x64" : arch,
    archive: os === "darwin" ? "zip" : "tar.gz",
  };
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, word: string) => words[word] ?? "");
  const base = (environment[sites[site].setting] || sites[site].url).replace(/\/+$/, "");
  const url = `${base}/${filled(file)}`;
  if (!URL.canParse(url)) {
    const { setting } = sites[site];
    throw new ToolchainError(
      "setting",
      `${setting} is "${base}", but must be an address such as ${sites[site].url}.`,
    );
  }
  return {
    version,
    url,
    checksums: new URL(filled(checksums), url).href,
    ...(member === undefined ? {} : { member: filled(member) }),
  };
}

/** The environment variable that limits the origin of programs. */
export const ORIGINS = "KARGO_FLEET_TOOLCHAIN";

/**
 * The only allowed origin: `build` for programs built here, `download` for published ones. With either, PATH is not
 * searched.
 * @throws ToolchainError if the variable has another value
 */
export function onlyOrigin(environment: NodeJS.ProcessEnv): "build" | "download" | undefined {
  const only = environment[ORIGINS] || undefined;
  if (only === undefined || only === "build" || only === "download") return only;
  throw new ToolchainError("setting", `${ORIGINS} is "${only}", but must be "build" or "download".`);
}
