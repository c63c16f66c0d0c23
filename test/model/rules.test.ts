import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import type { z } from "zod";
import { branch } from "../../model/branch.ts";
import { duration, durationSeconds, goDuration } from "../../model/durations.ts";
import { contextFolder, dockerfile, folder, watchedPath } from "../../model/folders.ts";
import { repositoryName, repositoryOwner } from "../../model/git-host-names.ts";
import { imageIdentity, imageRepository, registry } from "../../model/image.ts";
import { labelKey, objectName } from "../../model/kubernetes-names.ts";
import { quantity } from "../../model/quantity.ts";
import { groupName, userName } from "../../model/subjects.ts";
import { githubAddress, webAddress } from "../../model/web-address.ts";
import { sampled } from "../sampling.ts";

const inSeconds = duration({ example: "30m", least: "0s", whole: true });
const long = (letter: string, length: number) => letter.repeat(length);
const words = (text: string) => text.split(" ");

/** Valid and invalid values of each rule. */
const RULES: Readonly<
  Record<string, readonly [z.ZodType, taken: readonly unknown[], refused: readonly unknown[]]>
> = {
  "a branch": [
    branch,
    words("main feature/#123-login a+b release/1.x größe a@b heads/main x.lockx @x"),
    [
      ...words("refs/heads/main a..b a~1 a^ a:b a? a* a[b a\\b /a a/ a//b a. .a a/.b a.lock a.lock/b @"),
      ...words("a@{b -a HEAD a\u007f a{{b}}"),
      ...["", "a b", long("0", 40), long("x", 251)],
    ],
  ],
  "a quantity": [
    quantity,
    ["1", 1, 0.5, "500m", "4Gi", "10k", "2Pi", "4e9", "1E3", "1E", ".5", "5.", "+1", "100u", "1e-1"],
    ["", "0", 0, "-1", -1, "10GB", "20000000K", "1 Gi", "1gi", "1e", "e3", "1.2.3", "0Gi", "Gi", null],
  ],
  "a length in whole seconds": [
    inSeconds,
    ["1.1h", "90s", "0s", "1h30m", "0.5m"],
    ["1.5s", "0.0001h", "1ms", "9000h", "1", "", "-1h"],
  ],
  "an address": [
    webAddress,
    [
      ...words("https://a.example https://a.example:8443/x/y https://10.0.0.1:6443"),
      ...words("https://xn--bcher-kva.example https://[2001:db8::1]:6443"),
    ],
    [
      ...words("http://a.example https://u:p@a.example https://t@a.example https://a.example?x https://"),
      ...words("https://a.example#x https://a.example/ https://A.example https://a.example:443 a.example"),
      ...words("https://a.example/a/../b https://bücher.example https://a.example/%2e https://a.example//b"),
      ...words("https://a'+b.example https://a\"b.example https://a${b}.example https://{{env`x`}}"),
      ...["https://a(b).example", "https://a.example/a b"],
    ],
  ],
  "GitHub's address": [
    githubAddress,
    words("https://github.com https://ghe.acme.example https://acme.ghe.com"),
    [
      ...words("https://github.com/acme https://api.github.com https://www.github.com"),
      "https://api.acme.ghe.com",
    ],
  ],
  "a group": [
    groupName,
    ["AD-Edge", "CN=Edge,OU=Groups", "CN=Edge Team\\, Inc", "edge@acme", "/edge", "a  b", 'a"b'],
    [
      ...words("system:masters system:authenticated role:admin proj:a:b *"),
      ...[" a", "a ", "a\tb", "", long("x", 257)],
    ],
  ],
  "a user": [
    userName,
    ["ci", "system:serviceaccount:ci:kargo-fleet", 'o"brien'],
    ["system:admin", "system:serviceaccount:ci", "system:serviceaccounts:ci", "*", ""],
  ],
  "an owner": [
    repositoryOwner,
    ["acme", "a-b", "jane_acme", "A1"],
    ["-a", "a-", "a--b", "_a", "a_", "a_b_c", long("a", 40), "a.b"],
  ],
  "a repository": [
    repositoryName,
    ["acme/x", "jane_acme/.github"],
    words("acme https://github.com/acme/x acme/x.git acme/x.GIT acme/x.wiki acme/.. -a/b a/b/c"),
  ],
  "a registry": [
    registry,
    ["r.example", "localhost:5000/x"],
    ["https://r.example", "r.example:99999", "R.example", "r.example/"],
  ],
  "an image": [
    imageRepository,
    ["acme/app", "r.example:443/a/b"],
    [
      ...words("app https://r.example/a r.example/a--b r.example/a:1 r.example/a@sha256:00 R.example/a"),
      `r.example/${long("a", 246)}`,
    ],
  ],
  "an object's name": [
    objectName,
    ["nginx", "a.b-c"],
    ["Hooks_TLS", "-a", "a.", "a..b", "a b", long("x", 254)],
  ],
  "a key of a label": [
    labelKey,
    ["tier", "acme.example/tier", "nginx.ingress.kubernetes.io/x-y"],
    ["nginx ingress/x", "/x", "a/b/c", "x/", "-x"],
  ],
  "a context": [
    contextFolder,
    [".", "services/api", ".hidden/x", "@scope/pkg"],
    ["..", "./a", "a/", "/a", "a//b", "a/../b", "a b", ".git", "a/*"],
  ],
  "a watched path": [
    watchedPath,
    [".", "package.json", "libs/a", ".dockerignore"],
    ["**/*.go", "libs/", "./x", "{service}"],
  ],
  "a Dockerfile": [
    dockerfile,
    ["Dockerfile", "docker/prod.Dockerfile"],
    [".", "docker/", "..", "../Dockerfile", ""],
  ],
  "a folder of GitOps": [
    folder(),
    ["charts/x", "charts/{service}", "{cluster}/x"],
    ["charts/{servce}", "a/*", "/a", "a/", "..", "a;b", "a/{"],
  ],
};

describe("a rule of the schema", () => {
  for (const [what, [rule, taken, refused]] of Object.entries(RULES))
    it(`explains ${what}`, () => {
      for (const value of taken)
        assert.ok(rule.safeParse(value).success, `${JSON.stringify(value)} is refused`);
      for (const value of refused)
        assert.ok(!rule.safeParse(value).success, `${JSON.stringify(value)} is taken`);
    });

  it("refuses a text of four million characters at once, and does not repeat it", () => {
    const before = process.cpuUsage();
    for (const [rule] of Object.values(RULES)) {
      const { error } = rule.safeParse(long("a", 4_000_000));
      assert.match(error?.issues[0]?.message ?? "", /^.{1,200}$/);
    }
    assert.ok(process.cpuUsage(before).user < 2_000_000);
  });

  it("accepts exactly the branches that git accepts", () => {
    const letter = fc.constantFrom(..."ab/.@{-~^:?*[\\ #+_é", "..", ".lock", "//", "@{");
    const isOne = (name: string) => {
      try {
        execFileSync("git", ["check-ref-format", `refs/heads/${name}`]);
        return !name.startsWith("-");
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.array(letter, { minLength: 1, maxLength: 6 }), (letters) => {
        const name = letters.join("");
        fc.pre(name !== "@" && !name.includes("{{"));
        assert.equal(branch.safeParse(name).success, isOne(name), JSON.stringify(name));
      }),
      { numRuns: sampled(1000, 100) },
    );
  });

  it("counts a duration to the nanosecond, as Go does", () => {
    const [count, fraction] = [fc.nat({ max: 8759 }), fc.nat({ max: 999_999_999 })];
    fc.assert(
      fc.property(count, fraction, fc.constantFrom("h", "m", "s"), (whole, part, unit) => {
        const written = `${whole}.${String(part).padStart(9, "0")}${unit}`;
        assert.equal(durationSeconds(goDuration(written)), durationSeconds(written));
      }),
    );
    assert.deepEqual([durationSeconds("1.1h"), goDuration("1.1h")], [3960, "1h6m0s"]);
  });

  it("gives an image one name, whatever its spelling", () => {
    for (const names of [
      [
        "acme/app",
        "docker.io/acme/app",
        "index.docker.io/acme/app",
        "Docker.IO/acme/app",
        "docker.io:443/acme/app",
      ],
      ["docker.io/nginx", "docker.io/library/nginx", "registry-1.docker.io/library/nginx"],
      ["r.example/a", "R.example:443/a"],
    ])
      assert.equal(new Set(names.map(imageIdentity)).size, 1, names.join());
    assert.notEqual(imageIdentity("r.example/a"), imageIdentity("r.example:5000/a"));
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,5}(\.[a-z]{1,3})?(:443)?(\/[a-z]{1,4}){1,3}$/), (name) => {
        assert.equal(imageIdentity(imageIdentity(name)), imageIdentity(name));
      }),
    );
  });
});
