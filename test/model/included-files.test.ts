import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { readCatalogue } from "../../model/catalogue.ts";
import { formatProblem } from "../../model/diagnostics.ts";
import {
  type CatalogueFolder,
  includePattern,
  isIncluded,
  PROGRAM_FOLDERS,
} from "../../model/include-pattern.ts";
import { makePlan } from "../../model/plan.ts";
import { filesOf } from "../files.ts";
import { NOW, planOf, readStackText, stackText } from "../sources.ts";

const TEAMS = { edge: { group: "AD-Edge" }, identity: { group: "AD-Identity" } };
const own = (...names: string[]) => ({
  services: Object.fromEntries(names.map((name) => [name, { repository: `acme/${name}` }])),
});
const text = (value: unknown) => JSON.stringify(value, null, 2);
const main = (more: object = {}) => ({ include: ["catalogue/*.json"], teams: TEAMS, services: {}, ...more });

type Texts = Readonly<Record<string, unknown>>;
const folderOf = (files: Texts) =>
  filesOf(
    Object.fromEntries(
      Object.entries(files).map(([path, each]) => [path, typeof each === "string" ? each : text(each)]),
    ),
  );

function read(files: Texts, list: object = main(), folder: CatalogueFolder = folderOf(files)) {
  return readCatalogue("services.json", text(list), folder);
}

/** The messages without the code. */
const said = (...args: Parameters<typeof read>) => read(...args).problems.map(formatProblem);

/** Asserts that there is one problem, with this text. */
function told(problems: readonly string[], text: string): void {
  assert.ok(problems[0]?.includes(text), problems.join("\n"));
  assert.equal(problems.length, 1);
}

describe("a catalogue that includes files", () => {
  it("is one catalogue, with the same plan as a single file in any order", () => {
    const files = { "catalogue/edge.json": own("nginx", "api"), "catalogue/identity.json": own("auth") };
    const reading = read(files);
    assert.deepEqual(reading.problems, []);
    const plan = makePlan(reading, readStackText(stackText()), NOW);
    const single = { team: "edge" };
    const services = {
      nginx: { ...single, repository: "acme/nginx" },
      auth: { team: "identity", repository: "acme/auth" },
      api: { ...single, repository: "acme/api" },
    };
    const by = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    const alone = planOf(text({ teams: TEAMS, services }));
    assert.deepEqual([...plan.services].sort(by), [...alone.services].sort(by));
    assert.equal(plan.services.length, 3);
  });

  it("may have services in the main file too", () => {
    const services = { web: { team: "identity", repository: "acme/web" } };
    const { value, problems } = read({ "catalogue/edge.json": own("nginx") }, main({ services }));
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.keys(value?.services ?? {}).sort(), ["nginx", "web"]);
  });

  it("reports the right file, line and column for problems of one service and between two", () => {
    const edge = '{\n  "services": {\n    "nginx": { "repository": "acme/nginx", "pipline": "x" }\n  }\n}';
    assert.deepEqual(said({ "catalogue/edge.json": edge }), [
      'catalogue/edge.json:3:44  services.nginx.pipline  "pipline" is not a valid key here (there are: team, repository, image, images, tags, warehouse, pipeline, build, chart, labels, state). Did you mean "pipeline"? [KF010]',
    ]);
    const same = { nginx: { repository: "acme/one" } };
    const other = { auth: { repository: "acme/one" } };
    const reading = read({
      "catalogue/edge.json": { services: same },
      "catalogue/identity.json": { services: other },
    });
    assert.throws(
      () => makePlan(reading, readStackText(stackText()), NOW),
      /catalogue\/(edge|identity)\.json:4:\d+ {2}services\.(nginx|auth)\.repository .*KF023/,
    );
  });

  it("refuses a service that two files list", () => {
    const files = { "catalogue/edge.json": own("nginx"), "catalogue/identity.json": own("nginx") };
    const twice = 'services.nginx  the service "nginx" is already listed in';
    assert.deepEqual(said(files), [
      `catalogue/identity.json:3:5  ${twice} catalogue/edge.json on line 3. Remove or rename one of them. [KF019]`,
    ]);
    const services = { nginx: { team: "edge", repository: "acme/nginx" } };
    assert.match(
      said({ "catalogue/edge.json": own("nginx") }, main({ services })).join(),
      /in services\.json on line/,
    );
  });

  it("refuses another team's service in a team's file", () => {
    const services = {
      auth: { team: "identity", repository: "acme/auth" },
      nginx: { team: "edge", repository: "acme/nginx" },
    };
    assert.deepEqual(said({ "catalogue/edge.json": { services } }), [
      'catalogue/edge.json:4:15  services.auth.team  is "identity", but by its name this file belongs to the team "edge". Move the service to a file of the team identity, or omit team. [KF036]',
    ]);
  });

  it("reads the team from the folder or the file's name, and refuses a file without a team", () => {
    const include = ["catalogue/*/*.json"];
    const { value, problems } = read(
      { "catalogue/edge/a.json": own("nginx"), "catalogue/edge/b.json": own("api") },
      main({ include }),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      Object.values(value?.services ?? {}).map(({ team }) => team),
      ["edge", "edge"],
    );
    assert.deepEqual(said({ "catalogue/egde.json": own("nginx") }), [
      'catalogue/egde.json:1:1  (document)  has no name of a team (there are: edge, identity), but each included file belongs to one. Did you mean "edge"? [KF035]',
    ]);
  });

  for (const [what, pattern, message] of [
    ["matches no file", "catalogue/*.json", 'include[0]  "catalogue/*.json" matches no file.'],
    ["names a missing file", "catalogue/edge.json", 'include[0]  "catalogue/edge.json" matches no file.'],
    [
      "leads out of the repository",
      "catalogue/../../x.json",
      'include[0]  "catalogue/../../x.json" is not a path below this folder',
    ],
    ["is absolute", "/etc/x.json", "is not a path below this folder"],
    ["has a backslash", "catalogue\\x.json", "must begin with a folder"],
    ["is hidden", ".github/x.json", "none beginning with a dot"],
    ["has two stars in a row", "catalogue/**/x.json", "at most one * in each"],
    ["names no folder", "*.json", "must begin with a folder, by its name"],
    ["has a pattern as its folder", "*/edge.json", "must begin with a folder, by its name"],
    ["is in a folder of the program", "Model/edge.json", "is in a folder of the program"],
    ["is not JSON", "catalogue/*", "must end in .json"],
  ] as const)
    it(`refuses a pattern that ${what}`, () => told(said({}, main({ include: [pattern] })), message));

  for (const [what, path, file, message] of [
    ["is a folder", "edge.json/x", "", '"catalogue/edge.json" is not a regular file.'],
    [
      "includes others",
      "edge.json",
      { include: [], services: {} },
      'include  "include" is not a valid key here (there are: $schema, services). It belongs in the file that includes this one.',
    ],
    ["has teams", "edge.json", { teams: {}, services: {} }, 'teams  "teams" is not a valid key here'],
    ["is empty", "edge.json", "", 'edge.json:1:1  (document)  is empty. Write at least {"services": {}}.'],
    ["is truncated", "edge.json", '{ "services": {', "edge.json:1:16  (document)  is not valid JSON"],
  ] as const)
    it(`refuses an included file that ${what}`, () =>
      told(said({ [`catalogue/${path}`]: file }, main({ include: ["catalogue/edge.json"] })), message));

  it("refuses an include that is no list", () =>
    told(said({}, main({ include: "catalogue/*.json" })), "must be of type array"));

  it("does not report an unknown service if an included file is unreadable", () => {
    const reading = read({ "catalogue/edge.json": "{" });
    const config = readStackText(stackText({ rollout: "{ include: [ { names: [nginx] } ] }" }));
    assert.throws(
      () => makePlan(reading, config, NOW),
      (error: Error) => !/KF016/.test(error.message),
    );
  });

  it("follows no symbolic link", () => {
    const folder: CatalogueFolder = {
      entries: (path) =>
        path === "" ? [{ name: "catalogue", kind: "folder" }] : [{ name: "edge.json", kind: "other" }],
      read: () => assert.fail("a link was read"),
    };
    assert.match(said({}, main(), folder).join(), /"catalogue\/edge\.json" is not a regular file/);
  });

  it("finds the files relative to itself", () => {
    const folder = folderOf({ "lists/catalogue/edge.json": own("nginx") });
    const { problems, included } = readCatalogue("lists/services.json", text(main()), folder);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      included.map(({ path, team }) => [path, team]),
      [["lists/catalogue/edge.json", "edge"]],
    );
  });

  it("excludes every folder of the program", () => {
    const folders = new Set(
      globSync("*/**/*.{ts,json,md,go}", { exclude: ["node_modules/**"] }).map((path) => path.split("/")[0]),
    );
    assert.deepEqual(
      [...folders].filter((name) => !name?.startsWith(".") && !PROGRAM_FOLDERS.includes(name ?? "")),
      [],
    );
    const { workspaces } = JSON.parse(readFileSync("package.json", "utf8")) as { workspaces: string[] };
    for (const folder of workspaces) assert.ok(PROGRAM_FOLDERS.includes(folder), folder);
  });

  it("refuses a pattern that matches program files or leaves its folder", () => {
    const part = fc.oneof(
      fc.constantFrom("..", ".", "*", "", "model", "package", ".git", "node_modules"),
      fc.stringMatching(/^[a-z.*]{0,6}$/),
    );
    const paths =
      "package.json tsconfig.json model/x.json node_modules/x/package.json .git/x.json ../x.json /x.json a/../x.json".split(
        " ",
      );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const pattern = `${parts.join("/")}.json`;
        if (!includePattern.safeParse(pattern).success) return;
        assert.deepEqual(
          paths.filter((path) => isIncluded(pattern, path)),
          [],
          pattern,
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
