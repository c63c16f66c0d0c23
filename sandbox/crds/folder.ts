import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { SandboxError } from "../sandbox-error.ts";
import type { Definition } from "./releases.ts";

/**
 * Finds the definitions in all `*.yaml` files below a folder. Returns each document by its name in the cluster.
 * @throws SandboxError if the folder or a definition is missing
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

/** The name of the CustomResourceDefinition in a document, or undefined for another document. */
function definitionName(document: string): string | undefined {
  // The spec has megabytes; the rest is enough to identify the document.
  const head = document.replace(/^(spec|status):(\n|.)*?(?=^\S|$(?![\s\S]))/gm, "");
  const { kind, metadata } = (parse(head) ?? {}) as { kind?: string; metadata?: { name?: string } };
  return kind === "CustomResourceDefinition" ? metadata?.name : undefined;
}
