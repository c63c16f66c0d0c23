import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { testPrograms } from "../../toolchain/for-tests.ts";
import { programs } from "../../toolchain/programs.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const everything = [...programs, ...testPrograms];

function versionOf(name: string): string {
  return everything.find((program) => program.name === name)?.version ?? "";
}

async function goMod(program: string): Promise<string> {
  const recipe = everything.find(({ name }) => name === program)?.recipe;
  return readFile(join(recipe?.module ?? "", "go.mod"), "utf8");
}

describe("the toolchain's versions", () => {
  it("match the packages that this project uses", async () => {
    const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    assert.equal(versionOf("pulumi"), dependencies["@pulumi/pulumi"]);
    assert.equal(versionOf("pulumi-resource-kubernetes"), dependencies["@pulumi/kubernetes"]);
    assert.equal(versionOf("pulumi-resource-github"), dependencies["@pulumi/github"]);
  });

  for (const [program, module] of [
    ["pulumi", "github.com/pulumi/pulumi/pkg/v3"],
    ["pulumi-language-nodejs", "github.com/pulumi/pulumi/sdk/v3"],
    ["etcd", "go.etcd.io/etcd/server/v3"],
    ["kube-apiserver", "k8s.io/kubernetes"],
    ["kube-controller-manager", "k8s.io/kubernetes"],
    ["kubectl", "k8s.io/kubernetes"],
    ["sandbox-argo-events", "github.com/argoproj/argo-events"],
    ["helm", "helm.sh/helm/v3"],
    ["argo", "github.com/argoproj/argo-workflows/v4"],
    ["actionlint", "github.com/rhysd/actionlint"],
  ] as const) {
    it(`match the modules: ${program}`, async () => {
      const required = `${module} v${versionOf(program)}`;
      assert.ok((await goMod(program)).split(/[\t\n]| \/\//).includes(required), required);
    });
  }

  it("are stamped into programs whose own code does not contain them", () => {
    for (const { name, version, recipe } of everything.filter((program) => program.name !== "etcd")) {
      assert.match(recipe.ldflags, new RegExp(`=v?${version.replaceAll(".", "\\.")}( |$)`), name);
    }
  });

  it("match docs/toolchain.md", async () => {
    const page = await readFile(join(root, "docs", "toolchain.md"), "utf8");
    for (const { name, version } of everything) {
      assert.ok(page.includes(`| \`${name}\` | ${version} |`), name);
    }
  });
});
