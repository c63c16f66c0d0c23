import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { argoCatalogue, ensureArgo } from "../../sandbox/toolchain/argo.ts";
import { programs } from "../../sandbox/toolchain/programs.ts";
import { TOOLCHAIN_TIMEOUT } from "../engine/control-plane.ts";
import { fakeProgram, makePlace, removePlaces } from "./toolchain-fakes.ts";

/** A small ClusterWorkflowTemplate whose one step calls `template` with the parameter `parameter`. */
function greeting({ template = "say", parameter = "words", extra = {} }): object {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "ClusterWorkflowTemplate",
    metadata: { name: "greeting" },
    spec: {
      entrypoint: "main",
      ...extra,
      templates: [
        {
          name: "main",
          steps: [[{ name: "greet", template, arguments: { parameters: [{ name: "words", value: "hi" }] } }]],
        },
        {
          name: "say",
          inputs: { parameters: [{ name: "words" }] },
          container: { image: "registry.example/say", args: [`{{inputs.parameters.${parameter}}}`] },
        },
      ],
    },
  };
}

describe("argo", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  const [definition] = argoCatalogue.programs;
  const [recipe] = argoCatalogue.recipes;
  let folder: string;
  let argo: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "argo-"));
    argo = (await ensureArgo({ quiet: true })).path;
  });
  afterEach(removePlaces);
  after(() => rm(folder, { recursive: true, force: true }));

  async function lint(object: object): Promise<{ exitCode?: number; all: string }> {
    const file = join(folder, "template.yaml");
    await writeFile(file, stringify(object));
    return await execa(argo, ["lint", "--offline", file], { all: true, reject: false });
  }

  it("is none of the programs that the sandbox waits for", () => {
    assert.ok(!programs.some(({ name }) => String(name) === "argo"));
  });

  it("is built at the version of its module, which is stamped into it and stands in docs/toolchain.md", async () => {
    const version = definition?.version ?? "";
    const goMod = await readFile(join(recipe?.module ?? "", "go.mod"), "utf8");
    assert.ok(goMod.includes(`\tgithub.com/argoproj/argo-workflows/v4 v${version}\n`));
    assert.ok(recipe?.ldflags.endsWith(`=${version}`));
    assert.ok((await readFile("docs/toolchain.md", "utf8")).includes(`| \`argo\` | ${version} |`));
  });

  it("is taken from PATH where its version fits, and left there where it is too old", async () => {
    const { bin, environment } = await makePlace();
    await fakeProgram(bin, "argo", "echo argo: v4.1.2");
    const { version, origin } = await ensureArgo({ environment, quiet: true });
    assert.deepEqual([version, origin], ["4.1.2", "PATH"]);
    await fakeProgram(bin, "argo", "echo argo: v3.6.5+unknown");
    await assert.rejects(
      ensureArgo({ environment, quiet: true }),
      /argo on PATH is 3\.6\.5 .*wanted 4\.0\.5/,
    );
  });

  it("has nothing against a valid ClusterWorkflowTemplate", async () => {
    const { exitCode, all } = await lint(greeting({}));
    assert.equal(exitCode, 0, all);
    assert.match(all, /no linting errors found/);
  });

  it("refuses a parameter that no template declares", async () => {
    const { exitCode, all } = await lint(greeting({ parameter: "wrods" }));
    assert.equal(exitCode, 1);
    assert.match(all, /"greeting" \(ClusterWorkflowTemplate\).*inputs\.parameters\.wrods/);
  });

  it("refuses a step whose template is not there", async () => {
    const { exitCode, all } = await lint(greeting({ template: "shout" }));
    assert.equal(exitCode, 1);
    assert.match(all, /template name 'shout' undefined/);
  });

  it("refuses a field that there is not", async () => {
    const { exitCode, all } = await lint(greeting({ extra: { serviceAcountName: "build" } }));
    assert.equal(exitCode, 1);
    assert.match(all, /unknown field "spec\.serviceAcountName"/);
  });

  it("refuses a file in which there is nothing to lint", async () => {
    const { exitCode, all } = await lint({ kind: "Something" });
    assert.equal(exitCode, 1);
    assert.match(all, /nothing to lint/);
  });
});
