import { patternsIn } from "../../model/catalogue.ts";
import { isIncluded } from "../../model/include-pattern.ts";
import type { Files } from "../files.ts";
import { stackFileTrust } from "./stack-file.ts";

/** A file that a pull request changes. */
export interface ChangedFile {
  /** From the root of the repository. */
  readonly path: string;
  /** Its kind after the change. Links, submodules and executables are `other`. */
  readonly kind: "file" | "gone" | "other";
  /** Its size after the change. Like the text, it is read only for possible data files. */
  bytes(): number;
  text(): string;
}

/** Why a change is more than data. */
export interface Reason {
  /** A file name, which is untrusted text. */
  readonly file: string;
  readonly why: string;
}

/** Larger than any catalogue, and small enough to parse. */
export const LARGEST = 5_000_000;

/** Files that neither the program nor the engine reads. */
const NEVER_READ = /^(docs\/.*|[^/]+\.md|LICENSE)$/;
const STACK_FILE = /^Pulumi\.[\w.-]+\.yaml$/;

/**
 * Divides a pull request's changes into data, which the base's program may read beside its secrets, and everything
 * else, which needs an approval. Unknown files need an approval. Included files are those of the base's patterns,
 * because the head's patterns could name any file of the folder.
 * @param base the base's files
 * @param catalogues the catalogues of the base's stacks
 * @param prefix the folder relative to the root of the repository, with a trailing slash; empty at the root
 * @returns the data as the texts that replace the base's files, by path in the folder; none if an approval is needed
 */
export function trustedChanges(
  base: Files,
  catalogues: readonly string[],
  changed: readonly ChangedFile[],
  prefix = "",
) {
  const patterns = new Set(catalogues.flatMap((file) => patternsIn(file, base.read(file) ?? "")));
  const isListed = (path: string) =>
    catalogues.includes(path) || [...patterns].some((pattern) => isIncluded(pattern, path));
  const reasons: Reason[] = [];
  const data = new Map<string, string>();
  for (const file of changed) {
    const path = file.path.startsWith(prefix) ? file.path.slice(prefix.length) : undefined;
    const refuse = (why: string) => reasons.push({ file: file.path, why });
    if (path === undefined) refuse("it is outside the folder of the stacks");
    else if (NEVER_READ.test(path)) continue;
    else if (!isListed(path) && !STACK_FILE.test(path)) refuse("it is not data");
    else if (file.kind === "gone") refuse("it is deleted");
    else if (file.kind === "other") refuse("it is not a regular file");
    else if (file.bytes() > LARGEST) refuse(`it is larger than ${LARGEST} bytes`);
    else if (isListed(path)) {
      const text = file.text();
      const more = catalogues.includes(path) && patternsIn(path, text).some((each) => !patterns.has(each));
      if (more) refuse("it includes other files");
      else data.set(path, text);
    } else {
      const before = base.read(path);
      const trust = before === undefined ? undefined : stackFileTrust(path, before, file.text());
      if (trust === undefined) refuse("it is a new stack");
      else if (trust.text !== undefined) data.set(path, trust.text);
      else for (const why of trust.reasons) refuse(why);
    }
  }
  if (reasons.length > 0) data.clear();
  return { verdict: reasons.length > 0 ? "needs approval" : "data only", reasons, data } as const;
}
