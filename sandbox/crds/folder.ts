import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { SandboxError } from "../sandbox-error.ts";
import type { Definition } from "./releases.ts";

/**
 * These definitions out of all `*.yaml` files below a folder: name in the cluster → the document as it is written.
 *
 * @throws SandboxError where the folder is missing or does not hold them all
 */
export async function readFolder(
  folder: string,
  definitions: readonly Definition[],
): Promise<ReadonlyMap<string, string>> {
  const path = resolve(folder);
  const fix = "Set CRDS_DIR to a folder with the definitions of Kargo and the Argo projects, or unset it.";
  const entries = await readdir(path, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "does not exist" : `cannot be read (${error.code})`;
    throw new SandboxError(`CRDS_DIR: the folder ${path} ${why}. ${fix}`);
  });
  const files = entries.filter((entry) => entry.endsWith(".yaml")).sort();
  const found = new Map<string, string>();
  for (const file of files) {
    for (const document of (await readFile(join(path, file), "utf8")).split(/^---.*$/m)) {
      const name = definitionName(document);
      if (definitions.some((definition) => definition.name === name)) found.set(`${name}`, document);
    }
  }
  const missing = definitions.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw new SandboxError(
      `CRDS_DIR: no *.yaml below ${path} holds the CustomResourceDefinition ${missing.join(", ")}. ${fix}`,
    );
  return found;
}

/** The name of the definition that a document is; undefined where it is none. */
function definitionName(document: string): string | undefined {
  // A definition's spec runs to megabytes: everything but it tells what the document is.
  const head = document.replace(/^(spec|status):(\n|.)*?(?=^\S|$(?![\s\S]))/gm, "");
  const { kind, metadata } = (parse(head) ?? {}) as { kind?: string; metadata?: { name?: string } };
  return kind === "CustomResourceDefinition" ? metadata?.name : undefined;
}
