import { matching, ruled } from "./patterns.ts";

/** Git allows longer paths, but not every file system does. */
const LIMIT = 500;

function parts(path: string): string | undefined {
  if (path.length > LIMIT) return `must have at most ${LIMIT} characters`;
  return path.split("/").some((part) => part === ".." || part === "." || part === "")
    ? 'must be inside the repository: no slash at either end, no "..", "." or empty parts'
    : undefined;
}

/**
 * A folder of the GitOps repository. Argo CD separates paths by `;` and treats `*`, `?` and `[` as patterns, so
 * such a folder would match others.
 * @param must a required placeholder
 */
export function folder(must?: "service") {
  return ruled((path) => {
    if (/[\s\\;*?[\]]/.test(path)) return "must be a folder: no spaces, none of ; * ? [ ] \\";
    const holes = [...path.matchAll(/\{(.*?)\}/g)].map(([, name]) => name ?? "");
    if (must !== undefined && !holes.includes(must)) return `must contain {${must}}`;
    if (/[{}]/.test(path.replaceAll(/\{(service|cluster)\}/g, "")))
      return "may contain {service} and {cluster}, and no other braces";
    return parts(path);
  });
}

/** A file or folder of a service's repository, with characters that need no quoting in a build's arguments. */
const PATH = /^(?!\.git(\/|$))(?!.*(^|\/)\.{1,2}(\/|$))[\w.@+-]+(\/[\w.@+-]+)*$/;
const RULE = 'letters, digits, "_", "-", ".", "@", "+" and single slashes';

/** A folder of a monorepo, or the whole repository. */
export const contextFolder = matching(
  new RegExp(`^\\.$|${PATH.source}`),
  `is not a folder of a repository: ${RULE}, or "." for all of it.`,
);

/** A folder or a file that is watched for changes; `.` is everything. */
export const watchedPath = matching(
  new RegExp(`^\\.$|${PATH.source}`),
  `is neither a folder nor a file of a repository: ${RULE}, or "." for all of it; no pattern.`,
);

/** A file below the context. */
export const dockerfile = matching(PATH, `is not a file of the context: ${RULE}; not a folder.`);
