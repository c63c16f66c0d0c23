import { z } from "zod";

/** Git takes longer ones, but not every file system that checks them out. */
const LIMIT = 500;

/**
 * A folder inside a repository. Argo CD separates several by `;`, and takes `*`, `?` and `[` in them for patterns: a folder
 * of that name would be another's too.
 */
export const folder = z
  .string()
  .max(LIMIT, `must have at most ${LIMIT} characters`)
  .regex(
    /^(?!\/)[^\s\\;*?[\]]+(?<!\/)$/,
    "must be a folder inside the repository: no slash at either end, no spaces, none of ; * ? [ ]",
  )
  .refine((path) => !path.split("/").some((part) => part === ".." || part === "." || part === ""), {
    error: 'must not contain "..", "." or empty parts',
  });
