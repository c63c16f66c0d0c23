import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { ensureTestProgram } from "../../sandbox/toolchain/for-tests.ts";
import { TOOLCHAIN_TIMEOUT } from "../engine/control-plane.ts";
import { fakeProgram, makePlace, removePlaces } from "./toolchain-fakes.ts";

describe("a program of the tests", function () {
  this.timeout(30_000);
  afterEach(removePlaces);

  for (const [name, says, version] of [
    ["helm", "v4.1.0+g0123abc", "4.1.0"],
    ["argo", "argo: v4.1.2", "4.1.2"],
    ["actionlint", "1.8.0; echo installed by downloading from release page", "1.8.0"],
  ] as const) {
    it(`is taken from PATH where its version fits: ${name}`, async () => {
      const { bin, environment } = await makePlace();
      await fakeProgram(bin, name, `echo ${says}`);
      const found = await ensureTestProgram(name, { environment, quiet: true });
      assert.deepEqual([found.version, found.origin], [version, "PATH"]);
    });
  }

  it("is left on PATH where it is too old", async () => {
    const { bin, environment } = await makePlace();
    await fakeProgram(bin, "argo", "echo argo: v3.6.5+unknown");
    const words = /argo on PATH is 3\.6\.5 .*wanted 4\.0\.5/;
    await assert.rejects(ensureTestProgram("argo", { environment, quiet: true }), words);
  });
});

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

describe("the argo of the tests", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let folder: string;
  let argo: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "argo-"));
    argo = (await ensureTestProgram("argo", { quiet: true })).path;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function lint(object: object): Promise<{ exitCode?: number; all: string }> {
    const file = join(folder, "template.yaml");
    await writeFile(file, stringify(object));
    return await execa(argo, ["lint", "--offline", file], { all: true, reject: false });
  }

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
