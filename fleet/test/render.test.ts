import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { platformObjects, serviceObjects } from "../../manifests/inventory/objects.ts";
import { InvalidInput } from "../../model/diagnostics.ts";
import { STANDARD_PIPELINE } from "../../model/pipelines.ts";
import type { Plan } from "../../model/plan.ts";
import { registered } from "../../test/components/program.ts";
import { plain } from "../../test/components/recording.ts";
import { rawSources, toSources } from "../../test/generated-catalogues.ts";
import { sampled } from "../../test/sampling.ts";
import { catalogueText, planOf, readStackText, service, stackText } from "../../test/sources.ts";
import { drawPipelines } from "../render/mermaid.ts";
import { leftOut, renderObjects, yamlOf } from "../render/objects.ts";
import { type Folder, folderOf } from "./folder.ts";

const CREDENTIALS = {
  credentials: "{ git: { username: kargo }, image: { username: reader } }",
  gitPassword: "{ secure: v1:planted }",
  imagePassword: "{ secure: v1:planted }",
};
const plan = (names: readonly string[], keys: Readonly<Record<string, string>> = {}) =>
  planOf(catalogueText(Object.fromEntries(names.map((name) => [name, service(name)]))), stackText(keys));

function generated(check: (found: Plan) => void, numRuns: number): void {
  fc.assert(
    fc.property(rawSources(), (raw) => {
      const { catalogue, stack } = toSources(raw);
      try {
        check(planOf(catalogue, stack));
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
      }
    }),
    { numRuns },
  );
}

describe("fleet render", function () {
  this.timeout(60_000);

  it("renders exactly the engine's Kubernetes objects, except Secrets", async () => {
    const all = await registered(["nginx", "auth"]);
    const given = all.filter(
      ({ type }) => type.startsWith("kubernetes:") && type !== "kubernetes:core/v1:Secret",
    );
    const { platform, services } = plan(["nginx", "auth"]);
    assert.ok(platform);
    const objects = [...platformObjects(platform), ...services.flatMap(serviceObjects)];
    // Only the engine knows the hash of the hooks' secrets.
    const withoutHash = (text: string) => text.replace(/("kargo-fleet\/secrets":)"[0-9a-f]{16}"/, "$1-");
    const sorted = (all: readonly unknown[]) =>
      all.map((one) => withoutHash(JSON.stringify(one, sortedKeys))).sort();
    assert.deepEqual(sorted(given.map(({ inputs }) => inputs)), sorted(objects.map(plain)));
  });

  it("gives the same bytes for the same files, whatever the order of services", () => {
    const there = renderObjects(plan(["nginx", "auth"]));
    assert.deepEqual(renderObjects(plan(["auth", "nginx"])), there);
  });

  it("changes only the files of one service if only that service changes", () => {
    const before = new Map(renderObjects(plan(["nginx", "auth"])).map(({ path, text }) => [path, text]));
    const changed = renderObjects(
      planOf(
        catalogueText({
          nginx: service("nginx"),
          auth: service("auth", { chart: { path: "charts/other" } }),
        }),
      ),
    ).filter(({ path, text }) => before.get(path) !== text);
    assert.deepEqual(
      changed.map(({ path }) => path),
      ["dev", "prod", "staging"].map((stage) => `services/auth/3-application-auth-${stage}.yaml`),
    );
  });

  it("writes one file per object, in an order that kubectl can apply", () => {
    generated(
      (found) => {
        const paths = renderObjects(found).map(({ path }) => path);
        assert.equal(new Set(paths.map((path) => path.toLowerCase())).size, paths.length);
        assert.deepEqual(paths, [...paths].sort());
      },
      sampled(100, 30),
    );
  });

  it("parses the same as YAML 1.1 (kubectl) and as YAML 1.2", () => {
    generated(
      (found) => {
        const { platform, services } = found;
        for (const object of [
          ...(platform ? platformObjects(platform) : []),
          ...services.flatMap(serviceObjects),
        ]) {
          for (const version of ["1.1", "1.2"] as const)
            assert.deepEqual(parse(yamlOf(object), { version }), plain(object));
        }
      },
      sampled(60, 20),
    );
    for (const text of ["on", "no", "y", "1_000", "1:30", "0x1", "1e3", "null", "~", "2001-01-01"])
      assert.deepEqual(parse(yamlOf({ [text]: text }), { version: "1.1" }), { [text]: text });
  });

  it("contains no secret, and names each omitted Secret", () => {
    const found = plan(["nginx"], CREDENTIALS);
    assert.doesNotMatch(JSON.stringify(renderObjects(found)), /planted|kind: Secret\b/);
    assert.deepEqual(leftOut(found).slice(0, 2), [
      "Secret kargo-shared-resources/kargo-fleet-git, whose content comes from kargo-fleet:gitPassword",
      "Secret kargo-shared-resources/kargo-fleet-image, whose content comes from kargo-fleet:imagePassword",
    ]);
  });
});

describe("fleet render on the command line", function () {
  this.timeout(60_000);
  let folder: Folder;

  beforeEach(async () => {
    folder = await folderOf({
      "services.json": catalogueText({
        nginx: service("nginx"),
        auth: service("auth", { team: "identity" }),
      }),
      "Pulumi.test.yaml": stackText(),
    });
  });
  afterEach(() => folder.remove());

  const render = (...args: string[]) => folder.run("render", "--stack", "test", ...args);

  it("prints every object, and on stderr what it omits", async () => {
    const { exitCode, stdout, stderr } = await render();
    assert.equal(exitCode, 0, stderr);
    const documents = stdout.split("---\n").map((text) => parse(text) as { kind: string });
    assert.equal(documents.filter(({ kind }) => kind === "Stage").length, 6);
    assert.match(stderr, /^Not among them:\n(.*\n)* {2}6 values files in the GitOps repository/);
  });

  it("writes a folder, changes nothing the second time, and removes outdated files", async () => {
    const out = join(folder.path, "out");
    assert.match((await render("--out", out)).stderr, /: (\d+) files written, 0 removed/);
    assert.match((await render("--out", out)).stderr, /: 0 files written, 0 removed/);
    await folder.write("services.json", catalogueText({ nginx: service("nginx") }));
    assert.match((await render("--out", out)).stderr, /, 26 removed/);
    assert.deepEqual(await readdir(join(out, "services")), ["nginx"]);
  });

  it("refuses a folder with other files, and removes nothing there", async () => {
    const out = join(folder.path, "mine");
    await mkdir(out);
    await writeFile(join(out, "notes.txt"), "mine");
    const { exitCode, stderr } = await render("--out", out);
    assert.deepEqual(
      [exitCode, stderr],
      [1, `${out} is not empty, and was not written by fleet render. Name a folder that is new or empty.\n`],
    );
    assert.equal(await readFile(join(out, "notes.txt"), "utf8"), "mine");
  });

  it("lists the stacks if none or a wrong one is named", async () => {
    assert.equal(
      (await folder.run("render")).stderr,
      "Which stack? Name one with --stack (there are: test).\n",
    );
    assert.equal(
      (await folder.run("render", "--stack", "tset")).stderr,
      'There is no stack "tset" here (there are: test). Did you mean "test"?\n',
    );
  });

  it("draws one pipeline, and suggests the nearest name for a typo", async () => {
    assert.match(
      (await render("--mermaid", "standard")).stdout,
      /^flowchart LR\n {2}subgraph p0\["standard"\]/,
    );
    const { exitCode, stderr } = await render("--mermaid", "standrd");
    assert.deepEqual(
      [exitCode, stderr],
      [1, 'Stack test has no pipeline "standrd" (it has: standard). Did you mean "standard"?\n'],
    );
  });

  it("prints the owners of the folders in the GitOps repository", async () => {
    const teams = {
      edge: {
        group: "AD-Edge",
        approvers: "AD-Release",
        github: { team: "edge-engineers", approvers: "release" },
      },
      identity: { group: "AD-Identity" },
    };
    await folder.write(
      "services.json",
      catalogueText({ nginx: service("nginx"), auth: service("auth", { team: "identity" }) }, teams),
    );
    const { stdout } = await folder.run("render", "codeowners");
    assert.deepEqual(stdout.split("\n").slice(2), [
      "/services/auth/ @acme/identity",
      "/services/nginx/ @acme/edge-engineers",
      "/services/nginx/values-prod.yaml @acme/release",
      "",
    ]);
  });

  it("prints the owners of the catalogue's files", async () => {
    const teams = {
      edge: { group: "AD-Edge", github: { team: "edge-engineers" } },
      identity: { group: "AD" },
    };
    const catalogue = JSON.parse(catalogueText({}, teams)) as object;
    await folder.write("services.json", JSON.stringify({ ...catalogue, include: ["catalogue/*.json"] }));
    await folder.write("catalogue/identity.json", '{ "services": {} }');
    const mine = { services: { nginx: { repository: "acme/nginx" } } };
    await folder.write("catalogue/edge.json", JSON.stringify(mine));
    const { stdout, stderr } = await folder.run("render", "codeowners", "--catalogue");
    assert.deepEqual(
      stdout.split("\n").slice(2),
      ["/catalogue/edge.json @acme/edge-engineers", "/catalogue/identity.json @acme/identity", ""],
      stderr,
    );
    await folder.write("services.json", catalogueText({ nginx: service("nginx") }));
    const { exitCode, stderr: why } = await folder.run("render", "codeowners", "--catalogue");
    assert.deepEqual([exitCode, why.trim().split("\n").length], [1, 1]);
    assert.match(why, /^No catalogue includes a file/);
  });
});

describe("a pipeline's diagram", () => {
  it("shows auto-promotion, auto-sync and soak times", () => {
    const pipelines = readStackText(
      stackText({
        pipelines:
          "{ wide: [ { stage: dev, promotion: auto, sync: auto }, { stage: gate, controlFlow: true, after: [dev] }, { stage: prod, promotion: manual, sync: manual, after: [gate, dev], soak: 2h, destination: { cluster: 'eu \"1\"' } } ] }",
      }),
    ).value?.pipelines;
    assert.equal(
      drawPipelines(pipelines ?? {}),
      [
        "flowchart LR",
        '  subgraph p0["wide"]',
        '    p0w[("Warehouse")]',
        '    p0s0["<b>dev</b><br/>promotes by itself<br/>syncs by itself"]',
        '    p0s1(["gate<br/>control flow"])',
        '    p0s2["<b>prod</b><br/>a person promotes<br/>a person syncs<br/>on eu #34;1#34;"]',
        "    p0w ==> p0s0",
        "    p0s0 ==> p0s1",
        '    p0s1 -.->|"soaks 2h"| p0s2',
        '    p0s0 -.->|"soaks 2h"| p0s2',
        "  end",
      ].join("\n"),
    );
  });

  it("draws several pipelines into one chart, each in its own frame", () => {
    const chart = drawPipelines({ standard: STANDARD_PIPELINE, other: STANDARD_PIPELINE });
    assert.equal(chart.match(/subgraph/g)?.length, 2);
    assert.equal(new Set(chart.match(/p\ds\d\[/g)).size, 6);
  });
});

/** Sorts keys, so that two objects can be compared as text. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
