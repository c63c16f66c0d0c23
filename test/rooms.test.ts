import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** The table in CONTRIBUTING.md without the folders that may import anything; and whether a folder may import Pulumi. */
const ROOMS: Readonly<Record<string, { readonly rooms: readonly string[]; readonly pulumi: boolean }>> = {
  "index.ts": { rooms: ["customize.ts", "model", "components"], pulumi: false },
  "customize.ts": { rooms: ["model", "manifests"], pulumi: false },
  model: { rooms: ["git-host"], pulumi: false },
  "git-host": { rooms: ["model"], pulumi: true },
  manifests: { rooms: ["model", "git-host"], pulumi: false },
  components: { rooms: ["model", "git-host", "manifests"], pulumi: true },
  fleet: { rooms: ["customize.ts", "model", "git-host", "manifests", "components"], pulumi: true },
  sandbox: { rooms: ["fleet"], pulumi: true },
};

const globs = Object.keys(ROOMS).map((room) => (room.endsWith(".ts") ? room : `${room}/**/*.ts`));
const files = globSync(globs, { exclude: ["*/test/**"] }).sort();

/** All imports of a file, including type and dynamic imports. */
function imports(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].flatMap(([, name]) => name ?? []);
}

/** The imports that remain when the types are gone. */
function runtimeImports(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gm)].flatMap(
    ([, name]) => name ?? [],
  );
}

const roomOf = (path: string) => path.split("/")[0] ?? path;

describe("the folders of the code", () => {
  it("all exist", () => {
    for (const room of Object.keys(ROOMS)) {
      assert.ok(
        files.some((file) => roomOf(file) === room),
        room,
      );
    }
  });

  for (const file of files) {
    const { rooms, pulumi } = ROOMS[roomOf(file)] ?? { rooms: [], pulumi: false };

    it(`let ${file} import only what its folder may`, () => {
      for (const name of imports(file)) {
        if (name.startsWith("@pulumi/")) assert.ok(pulumi, `${file} imports ${name}`);
        if (!name.startsWith(".")) continue;
        const room = roomOf(relative(".", resolve(dirname(file), name)));
        assert.ok(room === roomOf(file) || rooms.includes(room), `${file} imports ${name}`);
      }
    });
  }

  it("keep Pulumi out of what model and manifests import of the Git host", () => {
    const hostImports = (room: RegExp) => {
      const names = files.filter((file) => room.test(file)).flatMap(imports);
      const own = names
        .filter((name) => name.includes("git-host/"))
        .map((name) => name.replace(/^[./]+/, ""));
      return [...new Set(own)].sort();
    };
    assert.deepEqual(hostImports(/^model\//), ["git-host/facts.ts"]);
    assert.deepEqual(hostImports(/^(customize\.ts|manifests\/)/), [
      "git-host/facts.ts",
      "git-host/pushes.ts",
    ]);
    const used = new Set(hostImports(/^(model|manifests)\//));
    for (const file of used)
      for (const name of runtimeImports(file)) {
        assert.ok(!name.startsWith("@pulumi/"), `${file} imports ${name}`);
        if (name.startsWith(".")) used.add(join(dirname(file), name));
      }
    assert.ok(used.has("git-host/github/pushes.ts"));
  });

  it("write the paths and types of GitHub's hooks only in git-host/github and in the sandbox", () => {
    const naming = files.filter((file) =>
      /@pulumi\/github\/|github:index|X-Github|(?:repos|orgs)\/[^\s"`]*\/hooks\b/.test(
        readFileSync(file, "utf8"),
      ),
    );
    assert.ok(naming.includes("git-host/github/hook-list.ts"));
    assert.deepEqual(
      naming.filter((file) => !/^(git-host\/github|sandbox)\//.test(file)),
      [],
    );
  });

  it("keep index.ts within 40 lines", () => {
    assert.ok(readFileSync("index.ts", "utf8").split("\n").length <= 41);
  });
});
