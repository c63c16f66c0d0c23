import type { Files } from "../fleet/files.ts";

/** The files of a repository in memory. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  const paths = Object.keys(texts);
  const entries: Files["entries"] = (folder) => {
    const below = folder === "" ? "" : `${folder}/`;
    const inside = paths.filter((path) => path.startsWith(below)).map((path) => path.slice(below.length));
    const names = new Map(inside.map((path) => [path.split("/")[0] ?? "", path.includes("/")]));
    return [...names].map(([name, isFolder]) => ({ name, kind: isFolder ? "folder" : "file" }));
  };
  const list = () => paths.filter((path) => !path.includes("/"));
  return { list, entries, read: (file) => texts[file], where: "/somewhere" };
}
