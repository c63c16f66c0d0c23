import assert from "node:assert/strict";
import fc from "fast-check";
import { eventSource, sensor } from "../../manifests/argo-events.ts";
import type { BuildTriggersPlan } from "../../model/build-plan.ts";
import { costNotes, githubCost, githubCostText } from "../../model/costs.ts";
import { groupsFor, sensorBytes, TRIGGER_LIMIT } from "../../model/trigger-size.ts";
import { rawSources, toSources } from "../generated-catalogues.ts";
import { BUILDS, catalogueText, planOf, problemsOf, service, servicePlan, stackText } from "../sources.ts";

const WEBHOOKS = (more: string) => `{ url: "https://hooks.acme.example", ${more} }`;

const many = (count: number, more: object = {}) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const name = `service-number-${index}`;
      return [name, service(name, more)];
    }),
  );

function triggersOf(
  services: Readonly<Record<string, object>>,
  keys: Record<string, string> = {},
): BuildTriggersPlan {
  const triggers = planOf(catalogueText(services), stackText(keys)).platform?.buildTriggers;
  assert.ok(triggers);
  return triggers;
}

const base64 = (object: object) => Buffer.from(JSON.stringify(object)).toString("base64").length;

describe("a service's build", () => {
  it("is turned off by false: no hook, no trigger", () => {
    const plan = planOf(catalogueText({ nginx: service("nginx", { build: false }) }));
    assert.equal(plan.services[0]?.build, undefined);
    assert.equal(plan.services[0]?.webhook, undefined);
    assert.equal(plan.platform?.buildTriggers, undefined);
  });

  it("is refused in the GitOps repository, to which each promotion pushes, unless another system builds it", () => {
    const said = (more: object) => problemsOf(catalogueText({ nginx: service("nginx", more) })).join();
    assert.match(
      said({ repository: "acme/GitOps" }),
      /"acme\/GitOps" is the GitOps repository: each promotion/,
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
    assert.deepEqual(triggersOf({ nginx: service("nginx") }, keys).organizationHook, {
      url: "https://hooks.acme.example/github-organization",
      secretPurpose: "webhook/github-organization",
    });
  });

  it("requires the stack's build settings, and the message names the services", () => {
    assert.deepEqual(problemsOf(catalogueText({ nginx: service("nginx") }), stackText({ builds: "" })), [
      'Pulumi.test.yaml:2:3  config.kargo-fleet:builds  is missing, but services are built here (nginx). Say at least builds.images and builds.network.apiServer, or "build": false for those services.',
    ]);
  });

  for (const [what, more, rule] of [
    ["versions", { tags: { strategy: "semver", constraint: "^1" } }, /strategy semver never picks/],
    ["a tag that moves", { tags: { strategy: "digest", tag: "stable" } }, /strategy digest never picks/],
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
      assert.match(problemsOf(catalogueText({ nginx: service("nginx", more) })).join(), rule);
      assert.deepEqual(problemsOf(catalogueText({ nginx: service("nginx", { build: false, ...more }) })), []);
    });
  }

  for (const [what, builds, rule] of [
    ["an image that is not pinned by digest", BUILDS.replace(/@sha256:0+/, ":latest"), /is not pinned/],
    ["no address of the API server", BUILDS.replace('"10.0.0.1/32"', ""), /apiServer/],
    ["every address as the API server's", BUILDS.replace("10.0.0.1/32", "0.0.0.0/0"), /is every address/],
    ["an address that is no network", BUILDS.replace("10.0.0.1/32", "10.0.0.1"), /must be a network/],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.match(
        problemsOf(catalogueText({ nginx: service("nginx") }), stackText({ builds })).join(),
        rule,
      );
    });
  }

  for (const [what, mirror, rule] of [
    [
      "the API server is",
      "10.0.0.0/8",
      /10\.0\.0\.0\/8 has addresses of 10\.0\.0\.1\/32, where the API server is/,
    ],
    ["is a part of where the API server is", "10.0.0.1/32", /builds\.network\.mirrors\[1\]/],
    ["the cluster's own nodes are", "198.51.100.7/32", /of 198\.51\.100\.0\/24, the cluster's own/],
    ["clouds hand out credentials", "169.254.169.254/32", /of 169\.254\.0\.0\/16, where clouds hand/],
    ["clouds hand out credentials, by IPv6", "fd00::/8", /of fd00:ec2::254\/128, where clouds hand/],
    ["everything is", "0.0.0.0/0", /of 10\.0\.0\.1\/32/],
  ] as const) {
    it(`is refused with a mirror if ${what}`, () => {
      const network = `["10.0.0.1/32"], cluster: ["198.51.100.0/24"], mirrors: ["10.20.0.0/24", "${mirror}"]`;
      const builds = BUILDS.replace('["10.0.0.1/32"]', network);
      const problems = problemsOf(catalogueText({ nginx: service("nginx") }), stackText({ builds }));
      assert.equal(problems.length, 1);
      assert.match(problems.join(), rule);
    });
  }

  it("requires curl if builds notify Kargo", () => {
    const keys = {
      builds: BUILDS.replace(/, notify: "[^"]*"/, ""),
      webhooks: WEBHOOKS('receiver: { url: "https://kargo.acme.example/webhooks" }'),
    };
    assert.match(
      problemsOf(catalogueText({ nginx: service("nginx") }), stackText(keys)).join(),
      /kargo-fleet:builds\.images\.notify {2}is missing/,
    );
  });
});

describe("two services of one repository", () => {
  const mono = (one: object | false, other: object | false) =>
    problemsOf(
      catalogueText({
        api: service("mono", { build: one }),
        web: service("mono", { build: other }),
      }),
    );

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
        /the repository "acme\/mono" is also that of service "api"\. .*build\.context/,
      );
    });
  }

  it("are limited to twenty, GitHub's number of hooks per event, but not with the organization's hook", () => {
    const services = Object.fromEntries(
      Array.from({ length: 21 }, (_, n) => [`s${n}`, service("mono", { build: { context: `dir${n}` } })]),
    );
    assert.match(problemsOf(catalogueText(services)).join(), /services\.s20\.repository.*21 hooks/);
    const keys = { webhooks: WEBHOOKS("scope: organization") };
    assert.deepEqual(problemsOf(catalogueText(services), stackText(keys)), []);
  });
});

describe("groups of triggers", () => {
  it("hold 1,000 services in 32 groups, with each EventSource and Sensor under 131,000 bytes of base64", () => {
    const { groups, path } = triggersOf(many(1000), { webhooks: WEBHOOKS("groups: 32") });
    assert.equal(groups.length, 32);
    const sizes = groups.flatMap((group) => [
      base64(sensor(group, false)),
      base64(eventSource(group, path, "0123456789abcdef")),
    ]);
    assert.ok(Math.max(...sizes) < 0.85 * TRIGGER_LIMIT, `${Math.max(...sizes)} bytes`);
  });

  it("do not move a service when one is added or removed: exactly one group changes", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const property = fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 40 }), (names) => {
      const [added, ...others] = names;
      const entries = (list: readonly string[]) => Object.fromEntries(list.map((one) => [one, service(one)]));
      const before = new Map(triggersOf(entries(others)).groups.map((group) => [group.name, group]));
      const after = triggersOf(entries(names)).groups;
      const changed = after.filter(
        (group) => JSON.stringify(group) !== JSON.stringify(before.get(group.name)),
      );
      assert.equal(changed.length, 1);
      assert.ok(changed[0]?.builds.some((build) => build.service === added));
      // Existing groups keep their place, whatever the order of the catalogue.
      for (const group of before.values()) assert.ok(after.some((one) => one.name === group.name));
    });
    fc.assert(property, { numRuns: 50 });
  });

  it("are at most as long as the model's estimate, and not much shorter", () => {
    const property = fc.property(rawSources({ services: 12 }), (raw) => {
      const { catalogue, stack } = toSources({
        ...raw,
        stack: { ...raw.stack, platform: true, rollout: {} },
      });
      if (problemsOf(catalogue, stack).length > 0) return;
      const triggers = planOf(catalogue, stack).platform?.buildTriggers;
      for (const group of triggers?.groups ?? []) {
        const reckoned = sensorBytes(group.builds);
        const own = base64(sensor(group, triggers?.organizationHook !== undefined));
        assert.ok(own <= reckoned, `${own} bytes, reckoned ${reckoned}`);
        assert.ok(reckoned < own * 1.35, `${own} bytes, reckoned ${reckoned}`);
        const source = base64(eventSource(group, triggers?.path ?? "", "0123456789abcdef"));
        assert.ok(source <= reckoned, `an EventSource of ${source} bytes, its Sensor reckoned ${reckoned}`);
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("that are too large are refused, with a sufficient number of groups", () => {
    const problems = problemsOf(catalogueText(many(200)), stackText({ webhooks: WEBHOOKS("groups: 1") }));
    assert.match(
      problems.join(),
      /kargo-fleet:webhooks\.groups {2}of 1 groups, github-00 has 200 services: .* Set it to (\d+)/,
    );
    const wanted = /Set it to (\d+)/.exec(problems.join())?.[1];
    assert.deepEqual(
      problemsOf(catalogueText(many(200)), stackText({ webhooks: WEBHOOKS(`groups: ${wanted}`) })),
      [],
    );
  });

  it("have room at the recommended number", () => {
    for (const total of [10_000, 500_000, 2_500_000, 5_000_000]) {
      const groups = groupsFor(total);
      assert.ok((total / groups) * 1.5 <= TRIGGER_LIMIT * 0.6, `${groups} groups for ${total} bytes`);
    }
  });

  it("contain all shards' services in the platform's stack", () => {
    const services = many(20);
    const names = (keys: Record<string, string>) =>
      triggersOf(services, keys).groups.flatMap(({ builds }) => builds.map(({ service: name }) => name));
    assert.deepEqual(names({ rollout: "{ shard: { index: 1, of: 3 } }" }), names({}));
  });

  it("are deleted with the last of their services", () => {
    const one = triggersOf({ a: service("a", { state: "decommissioned" }) });
    assert.deepEqual([one.groups[0]?.leaves, one.namespaces[0]?.leaves], [true, true]);
    const webhooks = WEBHOOKS("groups: 1");
    const two = triggersOf({ a: service("a", { state: "decommissioned" }), b: service("b") }, { webhooks });
    assert.deepEqual([two.groups[0]?.leaves, two.namespaces[0]?.leaves], [false, false]);
  });
});

describe("a stack's GitHub calls", () => {
  const costOf = (count: number, keys: Record<string, string> = {}) =>
    githubCost(planOf(catalogueText(many(count)), stackText(keys)));

  it("are one per hook, which takes two hours for a thousand", () => {
    assert.deepEqual(costOf(3), { hooks: 3, minutes: 1 });
    assert.deepEqual(costOf(1000), { hooks: 1000, minutes: 120 });
    assert.match(githubCostText(costOf(1000)), /1000 webhooks .* 2 h 0 min .*scope: organization/);
  });

  it("are mentioned in the preview beside the registry requests of Warehouses that read every tag", () => {
    const plain = planOf(catalogueText({ nginx: service("nginx", { tags: { strategy: "newest-build" } }) }));
    const notes = costNotes(plain);
    assert.match(notes[0] ?? "", /^GitHub: 1 webhook/);
    assert.match(notes[1] ?? "", /^Registry: .*newest-build \(nginx\) .*every tag/);
    assert.equal(costNotes(planOf(catalogueText({ nginx: service("nginx") }))).length, 1);
  });

  it("are one with the organization's hook", () => {
    const keys = { webhooks: WEBHOOKS("scope: organization") };
    assert.deepEqual(costOf(1000, keys), { hooks: 1, minutes: 1 });
    assert.match(githubCostText(costOf(1000, keys)), /^GitHub: 1 webhook of this stack; .* 1 min /);
  });
});
