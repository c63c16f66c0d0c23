import assert from "node:assert/strict";
import fc from "fast-check";
import { filesOf } from "../../test/files.ts";
import { rawSources, toSources } from "../../test/generated-catalogues.ts";
import { slipped } from "../../test/generated-slips.ts";
import { sampled } from "../../test/sampling.ts";
import { catalogueText, service, stackText } from "../../test/sources.ts";
import { readFleet } from "../all-stacks.ts";
import { FleetError } from "../fleet-error.ts";
import { removedFolders } from "./folder.ts";

/** The webhooks setting of a stack that does not own the hooks. */
const ELSEWHERE = '{ url: "https://hooks.acme.example", owner: false }';
const RIGHT = {
  "services.json": catalogueText({ nginx: service("nginx"), auth: service("auth") }),
  "Pulumi.eu.yaml": stackText({ cluster: "{ name: eu, context: eu }" }),
};

describe("fleet check", function () {
  this.timeout(60_000);
  const inFolder = removedFolders();

  it("exits with 0 if everything is right, and prints what each stack has and the duration", async () => {
    const folder = await inFolder(RIGHT);
    const { exitCode, stdout, stderr } = await folder.run("check");
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(
      stdout,
      /^eu: 2 services with 6 Stages on the cluster eu\n1 stack checked in \d+ ms: everything is right\.\n$/,
    );
  });

  it("exits with 2 and reports every problem of every stack at once", async () => {
    const folder = await inFolder({
      ...RIGHT,
      "Pulumi.us.yaml": stackText({ cluster: "{ name: us, context: us }", webhooks: ELSEWHERE }),
      "Pulumi.a.yaml": stackText({ registry: "https://registry.example", regisry: "x" }),
      "Pulumi.b.yaml": stackText({ catalogue: "servces.json" }),
    });
    const { exitCode, stdout, stderr } = await folder.run("check");
    assert.equal(exitCode, 2);
    assert.deepEqual(
      stderr
        .trimEnd()
        .split("\n")
        .map((line) => line.split("  ").slice(0, 2).join(" ")),
      [
        "Pulumi.a.yaml:3:25 config.kargo-fleet:registry",
        "Pulumi.a.yaml:10:3 config.kargo-fleet:regisry",
        "Pulumi.b.yaml:10:26 config.kargo-fleet:catalogue",
        "Pulumi.us.yaml:4:23 config.kargo-fleet:gitops.path",
      ],
    );
    assert.match(
      stdout,
      /^a: wrong\nb: wrong\neu: 2 services .*\nus: 2 services .*\n4 stacks .*: 4 problems\.\n$/,
    );
  });

  it("exits with 1 if there is nothing to check", async () => {
    const folder = await inFolder({});
    const { exitCode, stderr } = await folder.run("check");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^There is no stack file \(Pulumi\.<stack>\.yaml\) in .*name it with -C\.\n$/);
  });

  it("reads another folder with -C, and reports a missing one", async () => {
    const folder = await inFolder({});
    const right = await inFolder(RIGHT);
    assert.equal((await folder.run("-C", right.path, "check")).exitCode, 0);
    const nowhere = await folder.run("-C", "nowhere", "check");
    assert.deepEqual([nowhere.exitCode, nowhere.stderr], [1, "nowhere is not an accessible folder (-C).\n"]);
  });

  it("prints the same as JSON", async () => {
    const folder = await inFolder({
      ...RIGHT,
      "services.json": catalogueText({ nginx: service("nginx", { team: "egde" }) }),
    });
    const { exitCode, stdout } = await folder.run("check", "--json");
    assert.equal(exitCode, 2);
    const { right, stacks, problems } = JSON.parse(stdout);
    assert.deepEqual([right, stacks], [false, [{ name: "eu", right: false }]]);
    assert.deepEqual(problems[0].path, "services.nginx.team");
    assert.deepEqual(problems[0].place.file, "services.json");
  });

  it("finds no problem in this repository's own stacks", () => {
    assert.deepEqual(readFleet().problems, []);
  });

  it("reports a problem of a shared catalogue once", async () => {
    const folder = await inFolder({
      ...RIGHT,
      "Pulumi.us.yaml": stackText(),
      "services.json": catalogueText({ nginx: service("nginx", { team: "egde" }) }),
    });
    assert.equal((await folder.run("check")).stderr.split("\n").length, 2);
  });

  it("plans 1,000 services on three clusters", () => {
    const gitops = "{ repository: acme/gitops, path: 'clusters/{cluster}/services/{service}' }";
    const names = Array.from({ length: 1000 }, (_, index) => `service-${index}`);
    const stacks = ["dev", "eu", "us"].map((name) => [
      `Pulumi.${name}.yaml`,
      stackText({
        cluster: `{ name: ${name}, context: ${name} }`,
        gitops,
        webhooks: `{ url: "https://hooks.acme.example", groups: 64, owner: ${name === "dev"} }`,
      }),
    ]);
    const files = filesOf({
      "services.json": catalogueText(Object.fromEntries(names.map((name) => [name, service(name)]))),
      ...Object.fromEntries(stacks),
    });
    const { stacks: found, problems } = readFleet(files);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      found.map(({ plan }) => plan?.services.length),
      [1000, 1000, 1000],
    );
  });

  it("never crashes, whatever the files contain", () => {
    const lines = fc.dictionary(
      fc.constantFrom("cluster", "rollout", "pipelines", "webhooks", "gitops", "access", "x"),
      fc.jsonValue(),
    );
    const stack = fc.oneof(
      fc.string(),
      lines.map((keys) => stackText(texts(keys))),
    );
    const catalogue = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(catalogue, stack, stack, (services, one, two) => {
        const fleet = readTwo(services, one, two);
        for (const { plan } of fleet.stacks) assert.ok(plan !== undefined || fleet.problems.length > 0);
      }),
      { numRuns: sampled(1000, 100) },
    );
  });

  it("never crashes on correct files with one typo", () => {
    fc.assert(
      fc.property(slipped(rawSources()), (raw) => {
        const { catalogue, stack } = toSources(raw);
        readTwo(catalogue, stack, stack);
      }),
      { numRuns: sampled(300, 40) },
    );
  });

  it("finds every pair of stacks that would write the same file", () => {
    fc.assert(
      fc.property(rawSources(), (raw) => {
        const { catalogue, stack } = toSources(raw);
        const { stacks, problems } = readTwo(catalogue, stack, stack);
        const stages = stacks[1]?.plan?.services.length ?? 0;
        assert.ok(stages === 0 || problems.some(({ place }) => place.file === "Pulumi.two.yaml"));
      }),
      { numRuns: sampled(100, 30) },
    );
  });

  for (const [what, texts, rule] of [
    [
      "an alias without its anchor",
      { "Pulumi.eu.yaml": "config: *nowhere\n" },
      /is not valid YAML: Unresolved alias/,
    ],
    [
      "a pipeline that only JavaScript's objects have",
      { "services.json": catalogueText({ nginx: service("nginx", { pipeline: "constructor" }) }) },
      /"constructor" is not a pipeline of Pulumi\.eu\.yaml/,
    ],
  ] as const) {
    it(`reports ${what}`, () => {
      const { problems } = readFleet(filesOf({ ...RIGHT, ...texts }));
      assert.match(problems.map(({ message }) => message).join(), rule);
    });
  }

  it("reports an unreadable folder as a failure", () => {
    assert.throws(() => readFleet(filesOf({})), FleetError);
  });
});

const readTwo = (catalogue: string, one: string, two: string) =>
  readFleet(filesOf({ "services.json": catalogue, "Pulumi.one.yaml": one, "Pulumi.two.yaml": two }));

const texts = (keys: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, JSON.stringify(value)]));
