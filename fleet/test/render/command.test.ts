import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { catalogueText, service, stackText } from "../../../test/sources.ts";
import { eachFolder } from "../folder.ts";

describe("fleet render on the command line", function () {
  this.timeout(60_000);
  const folder = eachFolder({
    "services.json": catalogueText({ nginx: service("nginx"), auth: service("auth", { team: "identity" }) }),
    "Pulumi.test.yaml": stackText(),
  });

  const render = (...args: string[]) => folder.run("render", "--stack", "test", ...args);

  it("prints every object, and on stderr what it omits", async () => {
    const { exitCode, stdout, stderr } = await render();
    assert.equal(exitCode, 0, stderr);
    const documents = stdout.split("---\n").map((text) => parse(text) as { kind: string });
    assert.equal(documents.filter(({ kind }) => kind === "Stage").length, 6);
    assert.match(stderr, /^Omitted:\n(.*\n)* {2}6 values files in the GitOps repository/);
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
    const none = await folder.run("render");
    assert.equal(none.stderr, "Which stack? Name one with --stack (there are: test).\n");
    const wrong = await folder.run("render", "--stack", "tset");
    assert.equal(wrong.stderr, 'There is no stack "tset" here (there are: test). Did you mean "test"?\n');
  });

  it("draws one pipeline, and suggests the nearest name for a typo", async () => {
    const drawn = await render("--mermaid", "standard");
    assert.match(drawn.stdout, /^flowchart LR\n {2}subgraph p0\["standard"\]/);
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
