import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CatalogueFolder } from "../model/include-pattern.ts";

/** The files below a path, read at each call. */
export function filesBelow(path: string): CatalogueFolder {
  return {
    entries: (folder) => {
      try {
        return readdirSync(join(path, folder), { withFileTypes: true }).map((entry) => ({
          name: entry.name,
          kind: entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "other",
        }));
      } catch {
        return [];
      }
    },
    read: (file) => {
      try {
        return readFileSync(join(path, file), "utf8");
      } catch {
        return undefined;
      }
    },
  };
}

/** The files of the working directory. */
export const workingFolder = filesBelow(".");
