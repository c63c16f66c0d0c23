import { copyFile, cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A module whose source is edited before it is compiled. Go lets nothing in its module cache be replaced, so the build
 * takes a copy.
 */
export interface EditedModule {
  /** The module's path, as `go.mod` requires it. */
  readonly path: string;
  /** Files that are left out, relative to the module. */
  readonly leftOut: readonly string[];
  /** Files of the recipe's own that are added: from there to here. */
  readonly added: Readonly<Record<string, string>>;
  /** By file: texts that must stand there exactly once, and what takes their place. */
  readonly replaced: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>;
}

/**
 * Copies a module's source and edits the copy.
 *
 * @param source the module as Go unpacked it
 * @param recipe the folder that the added files come from
 * @param copy the folder to make
 * @throws Error where a text to replace is not there exactly once: the module is of another version
 */
export async function editModule(
  edits: EditedModule,
  source: string,
  recipe: string,
  copy: string,
): Promise<void> {
  await cp(source, copy, { recursive: true, filter: (file) => !file.endsWith("_test.go"), mode: 0 });
  for (const file of edits.leftOut) await rm(join(copy, file));
  for (const [from, to] of Object.entries(edits.added)) await copyFile(join(recipe, from), join(copy, to));
  for (const [file, pairs] of Object.entries(edits.replaced)) {
    let text = await readFile(join(copy, file), "utf8");
    for (const [from, to] of pairs) {
      const parts = text.split(from);
      if (parts.length !== 2) {
        throw new Error(`${edits.path}: ${file} has ${parts.length - 1} times, not once: ${from}`);
      }
      text = parts.join(to);
    }
    await rm(join(copy, file));
    await writeFile(join(copy, file), text);
  }
}
