import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  /** Whether it is a package of this repository. */
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
  packages: Readonly<Record<string, Locked>>;
};

const REMEDY = "move node_modules away, then: npm install --package-lock-only";

/** Whether Node would find a package from a folder: in its `node_modules` or in that of a parent folder. */
function found(name: string, from: string): boolean {
  const above = from.includes("/node_modules/") ? from.slice(0, from.lastIndexOf("/node_modules/")) : "";
  const here = from === "" ? `node_modules/${name}` : `${from}/node_modules/${name}`;
  return here in packages || (from !== "" && found(name, above));
}

function missing(kind: "dependencies" | "optionalDependencies"): string[] {
  return Object.entries(packages).flatMap(([folder, locked]) =>
    Object.keys(locked[kind] ?? {})
      .filter((name) => !found(name, folder))
      .map((name) => `${name}, of ${folder || "this project"}`),
  );
}

describe("package-lock.json", () => {
  it("has every dependency of every package", () => {
    assert.deepEqual(missing("dependencies"), []);
  });

  it("has the optional packages of all platforms, not only of the one where it was written", () => {
    assert.deepEqual(missing("optionalDependencies"), [], `npm ci fails elsewhere; ${REMEDY}`);
    const platforms = Object.keys(packages).filter((folder) => /@biomejs\/cli-/.test(folder));
    assert.ok(platforms.length > 4, "the formatter is a program of each platform");
  });

  it("marks packages that only one platform needs", () => {
    const optional = Object.entries(packages).filter(([, locked]) => locked.optional);
    const everywhere = optional.filter(([, { os, cpu }]) => !os?.length || !cpu?.length);
    assert.deepEqual(everywhere, [], "npm ci would download it on every platform");
    assert.ok(optional.length > 30, "formatter, compiler and Node are programs of each platform");
  });

  it("has the checksum of every package", () => {
    const others = Object.entries(packages).filter(
      ([folder, { link }]) => folder.includes("node_modules/") && !link,
    );
    assert.ok(others.length > 100);
    const without = others.filter(([, { integrity }]) => !integrity);
    assert.deepEqual(without, [], `npm takes anything for it; ${REMEDY}`);
  });

  it("names no registry host, so that it works with any registry", () => {
    assert.doesNotMatch(readFileSync("package-lock.json", "utf8"), /"resolved": "https?:/);
  });
});
