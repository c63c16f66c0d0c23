import { matching } from "./patterns.ts";

/** A valid TCP port. */
const PORT = "(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?";
/** A registry's host and path in the form that Kargo's admission accepts (pkg/subscription/image.go). */
const HOST = `[a-z0-9]+([.-][a-z0-9]+)*${PORT}`;
const FOLDER = "(\\/[a-z0-9]+((\\.|_|__|-)[a-z0-9]+)*)";

/** The maximum length of a repository's name in registries and clients, including the host. */
const LIMIT = 255;

/** The place of images: a host with an optional path. */
export const registry = matching(
  new RegExp(`^${HOST}${FOLDER}*$`),
  "is not a registry: write host or host/path in lower case, without scheme.",
);

/** An image repository without scheme, tag or digest; Kargo rejects `--`. */
export const imageRepository = matching(
  new RegExp(`^(?=.{1,${LIMIT}}$)${HOST}${FOLDER}+$`),
  `is not an image repository of at most ${LIMIT} characters: write host/path in lower case, without scheme, tag or digest, and without --.`,
);

/**
 * An image that runs in every build. It must be pinned, because whoever moves a tag would run code beside the
 * credentials.
 */
export const pinnedImage = matching(
  new RegExp(`^${HOST}(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)+(:[\\w][\\w.-]{0,127})?@sha256:[0-9a-f]{64}$`),
  "is not pinned: write host/path:tag@sha256:<64 hexadecimal digits>.",
);

/** Names of the Docker Hub, which is also the default registry. */
const DOCKER_HUB = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/**
 * The canonical name of an image repository, for comparisons: as `ParseNormalizedNamed` of
 * github.com/distribution/reference, which agrees with Kargo's `NormalizeImage` and registry clients, and without
 * the default port of https.
 */
export function imageIdentity(name: string): string {
  const [first = "", ...rest] = name.toLowerCase().split("/");
  const named = /[.:]/.test(first) || first === "localhost";
  const host = named ? first.replace(/(?<=\..*|localhost):443$/, "") : "docker.io";
  const path = named ? rest : [first, ...rest];
  if (!DOCKER_HUB.includes(host)) return [host, ...path].join("/");
  return ["docker.io", ...(path.length === 1 ? ["library"] : []), ...path].join("/");
}
