import { ruled, shown } from "./patterns.ts";

/** The ten rules of `git check-ref-format` for forbidden text in a reference. */
const FORBIDDEN = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|(^|\/)\.|\.lock(\/|$)|^@$/u;

/** The limit of a file's name, because Git stores a branch as a file, with `.lock` for its lock. */
const LIMIT = 250;

/**
 * A branch, without `refs/heads/`.
 *
 * @see https://git-scm.com/docs/git-check-ref-format
 * @see https://docs.github.com/get-started/using-git/dealing-with-special-characters-in-branch-and-tag-names
 */
export const branch = ruled((name) => {
  const wrong = (why: string) => `must be a branch name: ${shown(name)} ${why}.`;
  if (name.startsWith("refs/")) return wrong('is a whole reference; write it without "refs/heads/"');
  if (/^[0-9a-fA-F]{40}$/.test(name)) return wrong("looks like a commit, which GitHub refuses");
  if (name.includes("{{")) return wrong("has {{, which Kargo and Argo Workflows would expand");
  if (name === "" || name === "HEAD" || name.startsWith("-") || FORBIDDEN.test(name))
    return wrong("is refused by git check-ref-format");
  return Buffer.byteLength(name) > LIMIT ? wrong(`has more than ${LIMIT} bytes`) : undefined;
});
