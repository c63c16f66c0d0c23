import assert from "node:assert/strict";
import { existing } from "../../../components/values-files/existing.ts";
import type { Entry } from "../../../components/values-files/git-data.ts";

/** Folders by id with their entries; an id that ends in `/` is a folder. */
const TREES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "root/": { "README.md": "readme", charts: "charts/", services: "services/" },
  "charts/": { "Chart.yaml": "chart" },
  "services/": { auth: "auth/", nginx: "nginx/", others: "others/" },
  "auth/": { "values-dev.yaml": "a" },
  "nginx/": { "values-dev.yaml": "b", deep: "deep/" },
  "deep/": { "values-prod.yaml": "c" },
  "others/": { "values-dev.yaml": "d" },
};

/** The part of GitHub's API that `existing` uses. A recursive list is truncated after this many entries. */
function github(limit: number) {
  const asked: string[] = [];
  const all = (tree: string, prefix = ""): Entry[] =>
    Object.entries(TREES[tree] ?? {}).flatMap(([name, sha]) => {
      const type = sha.endsWith("/") ? "tree" : "blob";
      return [{ path: prefix + name, type, mode: "100644", sha }, ...all(sha, `${prefix}${name}/`)];
    });
  const list = async (tree: string, recursive: boolean) => {
    asked.push(recursive ? `${tree}**` : tree);
    const entries = recursive ? all(tree) : all(tree).filter(({ path }) => !path.includes("/"));
    return { entries: entries.slice(0, limit), truncated: entries.length > limit };
  };
  return { asked, list };
}

const WANTED = [
  "services/auth/values-dev.yaml",
  "services/cart/values-dev.yaml",
  "services/nginx/values-prod.yaml",
  "services/nginx/deep/values-prod.yaml",
];

describe("the entries of a tree", () => {
  it("are read in one call if GitHub lists all of them", async () => {
    const { asked, list } = github(100);
    const types = await existing({ list }, "root/", WANTED);
    assert.deepEqual(asked, ["root/**"]);
    assert.deepEqual(
      WANTED.map((path) => types.get(path)?.type),
      ["blob", undefined, undefined, "blob"],
    );
  });

  for (const limit of [3, 4, 5, 8]) {
    it(`are the same at the wanted paths if GitHub truncates a list after ${limit} entries`, async () => {
      const cut = await existing(github(limit), "root/", WANTED);
      const whole = await existing(github(100), "root/", WANTED);
      for (const path of [...WANTED, "services", "services/nginx", "services/nginx/deep", "services/cart"]) {
        assert.deepEqual(cut.get(path), whole.get(path), path);
      }
    });
  }

  it("are read only from folders that contain a wanted path", async () => {
    const { asked, list } = github(3);
    await existing({ list }, "root/", WANTED);
    assert.deepEqual(asked, ["root/**", "root/", "services/**", "services/", "auth/**", "nginx/**"]);
  });

  it("cause an error if one folder is too large", async () => {
    await assert.rejects(existing(github(2), "root/", WANTED), /too many entries for GitHub to list/);
  });
});
