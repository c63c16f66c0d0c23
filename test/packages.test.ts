import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface Manifest {
  readonly workspaces?: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The folders of each package's code and tests. */
const PACKAGES = {
  ".": {
    code: ["*.{ts,js}", "{components,git-host,manifests,model}/**/*.ts"],
    tests: ["{bench,test}/**/*.ts"],
  },
  fleet: { code: ["fleet/**/*.ts"], tests: ["fleet/test/**/*.ts"] },
  sandbox: { code: ["sandbox/**/*.ts"], tests: ["sandbox/test/**/*.ts"] },
} as const;

/** Tools that scripts run and no code imports. */
const TOOLS = ["@biomejs/biome", "@types/mocha", "@types/node", "typescript7"];

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+\sfrom\s+)?"([^".][^"]*)"/gm;
const LATE = /(?:\bimport|(?:meta|require)\.resolve|createRequire\(import\.meta\.url\))\(\s*"([^".][^"]*)"/g;

/** The packages that these files import. */
function imported(files: readonly string[], kind: "values" | "values and types"): string[] {
  const names = files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    const found = [...text.matchAll(STATIC)].filter(([, type]) => !type || kind !== "values");
    return [
      ...found.map(([, , name = ""]) => name),
      ...[...text.matchAll(LATE)].map(([, name = ""]) => name),
    ];
  });
  const packages = names.flatMap((name) => /^(?:@[a-z\d-]+\/)?[a-z\d.-]+(?=\/|$)/.exec(name)?.[0] ?? []);
  return [...new Set(packages)].sort();
}

const manifestOf = (folder: string) => JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Manifest;

describe("the packages", () => {
  it("are the root program and its workspaces", () => {
    assert.deepEqual([".", ...(manifestOf(".").workspaces ?? [])], Object.keys(PACKAGES));
  });

  for (const [folder, { code, tests }] of Object.entries(PACKAGES)) {
    const { dependencies, devDependencies } = manifestOf(folder);
    const own = globSync([...code], { exclude: ["fleet/test/**", "sandbox/test/**"] });
    const needed = imported(own, "values");

    it(`list exactly what their code imports: ${folder}`, () => {
      assert.ok(needed.length > 5);
      assert.deepEqual(Object.keys(dependencies), needed);
    });

    it(`list exactly what their tests and types need in addition: ${folder}`, () => {
      const all = imported([...own, ...globSync([...tests])], "values and types");
      const besides = all.filter((name) => !needed.includes(name));
      const types = Object.keys(devDependencies).filter((name) =>
        all.includes(name.replace(/^@types\//, "")),
      );
      const tools = folder === "." ? TOOLS : [];
      assert.deepEqual(Object.keys(devDependencies), [...new Set([...besides, ...types, ...tools])].sort());
    });
  }

  it("let the program's own tests run without an engine, a cluster or a toolchain", () => {
    const seen = new Set(globSync("test/{components,git-host,manifests,model}/**/*.test.ts"));
    for (const file of seen) {
      const relatives = readFileSync(file, "utf8").matchAll(/\bfrom "(\.[^"]*)"/g);
      for (const [, name = ""] of relatives) seen.add(join(dirname(file), name));
    }
    assert.ok(seen.has("sandbox/github/server.ts"), "the local GitHub needs none of them");
    const starting = /^test\/engine\/|^sandbox\/(toolchain|crds|control-plane|processes)\b/;
    assert.deepEqual(
      [...seen].filter((file) => starting.test(file)),
      [],
    );
  });

  it("use the same exact version of each library", () => {
    const versions = new Map<string, string>();
    for (const { dependencies, devDependencies } of Object.keys(PACKAGES).map(manifestOf))
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        assert.match(version, /^(npm:\w+@)?\d+\.\d+\.\d+$/, name);
        assert.equal(versions.get(name) ?? version, version, name);
        versions.set(name, version);
      }
  });
});
