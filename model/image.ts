import { matching } from "./patterns.ts";

/** A port, as far as TCP counts. */
const PORT = "(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?";
/** A registry's host and the path below it, in the form that Kargo's admission accepts (pkg/subscription/image.go). */
const HOST = `[a-z0-9]+([.-][a-z0-9]+)*${PORT}`;
const FOLDER = "(\\/[a-z0-9]+((\\.|_|__|-)[a-z0-9]+)*)";

/** The longest name of a repository that registries and clients take, host included. */
const LIMIT = 255;

/** Where images are: a host, and perhaps a path. */
export const registry = matching(
  new RegExp(`^${HOST}${FOLDER}*$`),
  "is no registry: write host or host/path in lower case, without scheme.",
);

/** An image repository without scheme, tag or digest; Kargo knows no `--`. */
export const imageRepository = matching(
  new RegExp(`^(?=.{1,${LIMIT}}$)${HOST}${FOLDER}+$`),
  `is no image repository of at most ${LIMIT} characters: write host/path in lower case, without scheme, tag or digest, and without --.`,
);

/** An image that runs in every build: pinned, or whoever moves the tag runs code beside every credential. */
export const pinnedImage = matching(
  new RegExp(`^${HOST}(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)+(:[\\w][\\w.-]{0,127})?@sha256:[0-9a-f]{64}$`),
  "is not pinned: write host/path:tag@sha256:<64 hexadecimal digits>.",
);

/** Names of one registry: the Docker Hub's, which is also meant where no host is named. */
const DOCKER_HUB = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/**
 * The one name of an image repository, to compare it by: as `ParseNormalizedNamed` of github.com/distribution/reference
 * has it, which Kargo's `NormalizeImage` and registry clients agree with, and without the port that https has anyway.
 */
export function imageIdentity(name: string): string {
  const [first = "", ...rest] = name.toLowerCase().split("/");
  const named = /[.:]/.test(first) || first === "localhost";
  const host = named ? first.replace(/(?<=\..*|localhost):443$/, "") : "docker.io";
  const path = named ? rest : [first, ...rest];
  if (!DOCKER_HUB.includes(host)) return [host, ...path].join("/");
  return ["docker.io", ...(path.length === 1 ? ["library"] : []), ...path].join("/");
}
