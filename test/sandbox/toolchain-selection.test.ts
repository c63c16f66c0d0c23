import assert from "node:assert/strict";
import fc from "fast-check";
import semver from "semver";
import { type ProgramName, programs } from "../../sandbox/toolchain/programs.ts";
import { fits, select, versionsOf } from "../../sandbox/toolchain/selection.ts";

interface Offer {
  readonly version: string;
  readonly pinned: boolean;
}

const pinned = new Map(programs.map(({ name, version }) => [name, { version, pinned: true }]));

function choose(present: Partial<Record<ProgramName, readonly string[]>>): ReadonlyMap<string, Offer> {
  const candidates = new Map(
    programs.map(({ name, version }) => [
      name,
      [
        ...(present[name] ?? []).map((found) => ({ version: found, pinned: false })),
        { version, pinned: true },
      ],
    ]),
  );
  const chosen = select<Offer>(programs, candidates);
  assert.ok(chosen !== undefined);
  return chosen;
}

/** Every combination of candidates, the preferred ones first, by the plainest means. */
function firstThatFits(
  candidates: ReadonlyMap<string, readonly Offer[]>,
): ReadonlyMap<string, Offer> | undefined {
  let combinations: ReadonlyMap<string, Offer>[] = [new Map()];
  for (const { name } of programs) {
    combinations = combinations.flatMap((combination) =>
      (candidates.get(name) ?? []).map((candidate) => new Map([...combination, [name, candidate]])),
    );
  }
  return combinations.find((combination) =>
    programs.every(({ name, wanted }) =>
      fits(combination.get(name)?.version ?? "0.0.0", wanted(versionsOf(combination))),
    ),
  );
}

const versionOf = (major: number, from: number, to: number) =>
  fc
    .tuple(
      fc.integer({ min: from, max: to }),
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom("", "-gke.1", "-alpha.2"),
    )
    .map(([minor, patch, suffix]) => `${major}.${minor}.${patch}${suffix}`);
const some = (version: fc.Arbitrary<string>) => fc.array(version, { maxLength: 2 });
const machine = fc.record<Partial<Record<ProgramName, string[]>>>({
  pulumi: some(versionOf(3, 274, 278)),
  "pulumi-language-nodejs": some(versionOf(3, 47, 279)),
  "pulumi-resource-kubernetes": some(versionOf(4, 33, 36)),
  "pulumi-resource-github": some(versionOf(6, 14, 16)),
  etcd: some(versionOf(3, 4, 7)),
  "kube-apiserver": some(versionOf(1, 30, 38)),
  "kube-controller-manager": some(versionOf(1, 30, 38)),
  kubectl: some(versionOf(1, 29, 39)),
});

describe("which versions the toolchain takes", () => {
  it("always finds a combination in which every version goes with the others", () => {
    fc.assert(
      fc.property(machine, (present) => {
        const chosen = choose(present);
        const minor = (name: ProgramName) => semver.minor(chosen.get(name)?.version ?? "0.0.0");
        assert.ok(minor("pulumi") >= 276);
        assert.ok(minor("pulumi-language-nodejs") >= 48);
        assert.ok(minor("pulumi-language-nodejs") <= minor("pulumi"));
        assert.ok(minor("etcd") >= 5);
        assert.ok(minor("kube-apiserver") >= 31);
        assert.equal(minor("kube-controller-manager"), minor("kube-apiserver"));
        assert.ok(Math.abs(minor("kubectl") - minor("kube-apiserver")) <= 1);
      }),
    );
  });

  it("takes the first of all combinations that fit", () => {
    fc.assert(
      fc.property(machine, (present) => {
        const candidates = new Map(
          programs.map(({ name, version }) => [
            name,
            [
              ...(present[name] ?? []).map((found) => ({ version: found, pinned: false })),
              { version, pinned: true },
            ],
          ]),
        );
        assert.deepEqual(select<Offer>(programs, candidates), firstThatFits(candidates));
      }),
      { numRuns: 50 },
    );
  });

  it("takes the pinned versions where nothing is there", () => {
    assert.deepEqual(choose({}), pinned);
  });

  it("takes a whole older Kubernetes from PATH", () => {
    const present = {
      "kube-apiserver": ["1.33.1"],
      "kube-controller-manager": ["1.33.4"],
      kubectl: ["1.34.0"],
    };
    const chosen = choose(present);
    assert.equal(chosen.get("kube-apiserver")?.version, "1.33.1");
    assert.equal(chosen.get("kube-controller-manager")?.version, "1.33.4");
    assert.equal(chosen.get("kubectl")?.version, "1.34.0");
  });

  it("leaves an API server on PATH that has no controller manager of its minor version", () => {
    const chosen = choose({ "kube-apiserver": ["1.33.1"], kubectl: ["1.33.0"] });
    assert.deepEqual(chosen.get("kube-apiserver"), { version: "1.37.2", pinned: true });
    assert.deepEqual(chosen.get("kubectl"), { version: "1.37.2", pinned: true });
  });

  it("takes the second of two kubectl on PATH where only that one fits", () => {
    assert.equal(choose({ kubectl: ["1.20.4", "1.38.1"] }).get("kubectl")?.version, "1.38.1");
  });

  it("counts a vendor's suffix as the version that it extends", () => {
    for (const version of ["1.36.0-gke.7", "1.37.1-gke.7", "1.38.2+k3s1"]) {
      assert.equal(choose({ kubectl: [version] }).get("kubectl")?.version, version);
    }
  });

  it("refuses a pre-release of the engine's lowest version", () => {
    assert.equal(choose({ pulumi: ["3.276.0-alpha.1"] }).get("pulumi")?.version, "3.276.0");
  });

  it("refuses a language host that is newer than the engine", () => {
    const chosen = choose({ pulumi: ["3.277.0"], "pulumi-language-nodejs": ["3.278.0", "3.277.0"] });
    assert.equal(chosen.get("pulumi-language-nodejs")?.version, "3.277.0");
  });
});
