import assert from "node:assert/strict";
import { BUILDS, catalogueOf, planOf, problemsOf, servicePlan, stackText } from "../sources.ts";
import { triggersOf, WEBHOOKS } from "./many-services.ts";

describe("a service's build", () => {
  it("is turned off by false: no hook, no trigger", () => {
    const plan = planOf(catalogueOf({ nginx: { build: false } }));
    assert.equal(plan.services[0]?.build, undefined);
    assert.equal(plan.services[0]?.webhook, undefined);
    assert.equal(plan.platform?.buildTriggers, undefined);
  });

  it("is refused in the GitOps repository, to which each promotion pushes, unless another system builds it", () => {
    const said = (more: object) => problemsOf(catalogueOf({ nginx: more })).join();
    assert.match(
      said({ repository: "acme/GitOps" }),
      /"acme\/GitOps" is the GitOps repository, so each promotion/,
    );
    assert.equal(said({ repository: "acme/gitops", build: false }), "");
  });

  it("is started only by changes of its folder in a monorepo", () => {
    assert.deepEqual(servicePlan({ build: { context: "services/api" } }).build?.paths, ["services/api"]);
    assert.deepEqual(servicePlan({ build: {} }).build?.paths, []);
    assert.deepEqual(
      servicePlan({ build: { context: "services/api", paths: ["services/api", "libs"] } }).build?.paths,
      ["services/api", "libs"],
    );
  });

  it("has no hook of its own if the organization has one", () => {
    const keys = { webhooks: WEBHOOKS("scope: organization") };
    assert.equal(servicePlan({}, keys).webhook, undefined);
    assert.deepEqual(triggersOf({ nginx: {} }, keys).organizationHook, {
      url: "https://hooks.acme.example/github-organization",
      secretPurpose: "webhook/github-organization",
    });
  });

  for (const [what, more, rule] of [
    ["versions", { tags: { strategy: "semver", constraint: "^1" } }, /strategy semver never matches/],
    ["a tag that moves", { tags: { strategy: "digest", tag: "stable" } }, /strategy digest never matches/],
    [
      "tags of another form",
      { tags: { strategy: "lexical", pattern: "^v[0-9]{8}$" } },
      /the pattern "\^v\[0-9\]\{8\}\$" never/,
    ],
    [
      "dated tags by the time of the build",
      { tags: { strategy: "newest-build", pattern: "^2.*$" } },
      /0123abc/,
    ],
  ] as const) {
    it(`is refused if its Warehouse looks for ${what}, which the build never pushes`, () => {
      assert.match(problemsOf(catalogueOf({ nginx: more })).join(), rule);
      assert.deepEqual(problemsOf(catalogueOf({ nginx: { build: false, ...more } })), []);
    });
  }

  for (const [what, builds, rule] of [
    ["an image that is not pinned by digest", BUILDS.replace(/@sha256:0+/, ":latest"), /is not pinned/],
    ["no address of the API server", BUILDS.replace('"10.0.0.1/32"', ""), /apiServer/],
    ["every address as the API server's", BUILDS.replace("10.0.0.1/32", "0.0.0.0/0"), /is every address/],
    ["an address that is no network", BUILDS.replace("10.0.0.1/32", "10.0.0.1"), /must be a network/],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.match(problemsOf(catalogueOf({ nginx: {} }), stackText({ builds })).join(), rule);
    });
  }

  for (const [what, mirror, rule] of [
    [
      "it contains the API server",
      "10.0.0.0/8",
      /10\.0\.0\.0\/8 contains addresses of 10\.0\.0\.1\/32, the API server/,
    ],
    ["it is the API server", "10.0.0.1/32", /builds\.network\.mirrors\[1\]/],
    ["it is an address of the cluster", "198.51.100.7/32", /of 198\.51\.100\.0\/24, the cluster /],
    [
      "it is a cloud's metadata address",
      "169.254.169.254/32",
      /of 169\.254\.0\.0\/16, the metadata addresses/,
    ],
    [
      "it contains a cloud's IPv6 metadata address",
      "fd00::/8",
      /of fd00:ec2::254\/128, the metadata addresses/,
    ],
    ["it contains every address", "0.0.0.0/0", /of 10\.0\.0\.1\/32/],
  ] as const) {
    it(`is refused with a mirror if ${what}`, () => {
      const network = `["10.0.0.1/32"], cluster: ["198.51.100.0/24"], mirrors: ["10.20.0.0/24", "${mirror}"]`;
      const builds = BUILDS.replace('["10.0.0.1/32"]', network);
      const problems = problemsOf(catalogueOf({ nginx: {} }), stackText({ builds }));
      assert.equal(problems.length, 1);
      assert.match(problems.join(), rule);
    });
  }
});

describe("two services of one repository", () => {
  const built = (build: object | false) => ({ repository: "acme/mono", build });
  const mono = (one: object | false, other: object | false) =>
    problemsOf(catalogueOf({ api: built(one), web: built(other) }));

  it("are distinguished by folders, neither of which contains the other", () => {
    assert.deepEqual(mono({ context: "services/api" }, { context: "services/web" }), []);
    assert.deepEqual(mono({ context: "services/api" }, { context: "services/api-gw" }), []);
  });

  for (const [what, one, other] of [
    ["the same folder", { context: "a" }, { context: "a" }],
    ["one folder inside the other", { context: "a" }, { context: "a/b" }],
    ["all of it", {}, { context: "a" }],
    ["a folder that nobody names", false, { context: "a" }],
  ] as const) {
    it(`are refused with ${what}`, () => {
      assert.match(
        mono(one, other).join(),
        /the repository "acme\/mono" is also used by service "api"\. .*build\.context/,
      );
    });
  }

  it("are limited to twenty, GitHub's number of hooks per event, but not with the organization's hook", () => {
    const services = Object.fromEntries(
      Array.from({ length: 21 }, (_, n) => [`s${n}`, built({ context: `dir${n}` })]),
    );
    assert.match(problemsOf(catalogueOf(services)).join(), /services\.s20\.repository.*21 hooks/);
    const keys = { webhooks: WEBHOOKS("scope: organization") };
    assert.deepEqual(problemsOf(catalogueOf(services), stackText(keys)), []);
  });
});
