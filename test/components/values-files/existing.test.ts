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

describe("what a tree holds", () => {
  it("is asked for in one call where GitHub lists all of it", async () => {
    const { asked, list } = github(100);
    const types = await existing({ list }, "root/", WANTED);
    assert.deepEqual(asked, ["root/**"]);
    assert.deepEqual(
      WANTED.map((path) => types.get(path)?.type),
      ["blob", undefined, undefined, "blob"],
    );
  });

  for (const limit of [3, 4, 5, 8]) {
    it(`is the same at the wanted paths where GitHub cuts a list after ${limit} entries`, async () => {
      const cut = await existing(github(limit), "root/", WANTED);
      const whole = await existing(github(100), "root/", WANTED);
      for (const path of [...WANTED, "services", "services/nginx", "services/nginx/deep", "services/cart"]) {
        assert.deepEqual(cut.get(path), whole.get(path), path);
      }
    });
  }

  it("is asked for in folders that lead to a wanted path only", async () => {
    const { asked, list } = github(3);
    await existing({ list }, "root/", WANTED);
    assert.deepEqual(asked, ["root/**", "root/", "services/**", "services/", "auth/**", "nginx/**"]);
  });

  it("is an error where one folder alone is too large", async () => {
    await assert.rejects(existing(github(2), "root/", WANTED), /too many entries for GitHub to list/);
  });
});
