import assert from "node:assert/strict";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { ensurePrograms } from "../../sandbox/toolchain/for-tests.ts";
import { kubectl, pulumiIn, succeeds } from "./commands.ts";
import { definedControlPlane } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";
import { SECRETS_PROVIDER } from "./vault.ts";

/**
 * A folder of the package, as a clone has it. The CLI runs `npm install` in it, which must not change the tests'
 * node_modules. So this folder's package.json lists no packages, and Node finds them in the folder above.
 */
async function packageFolder(above: string): Promise<string> {
  const folder = join(above, "clone");
  await mkdir(join(folder, "node_modules"), { recursive: true });
  for (const part of ["main.js", "PulumiPlugin.yaml"]) await symlink(resolve(part), join(folder, part));
  await symlink(resolve("node_modules"), join(above, "node_modules"));
  const { name, version, type, main } = JSON.parse(await readFile("package.json", "utf8"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name, version, type, main }));
  return folder;
}

describe("a program in YAML with this project as a package", () => {
  let folder: string;
  let clone: string;
  /** What `pulumi package add` wrote into Pulumi.yaml. */
  let packages: unknown;
  let environment: Readonly<Record<string, string>>;
  const pulumi = (...args: readonly string[]) =>
    pulumiIn({ folder: join(folder, "program"), environment }, ...args);
  let plane: { readonly admin: string };
  let kubeconfigs: { readonly admin: string; readonly deployer: string };

  /** The program of docs/package.md, with another resource's output as the image. */
  async function program(image: string): Promise<string> {
    const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(await readFile("docs/package.md", "utf8")) ?? [];
    const { resources, ...rest } = parse(text);
    resources.cluster.properties = { kubeconfig: kubeconfigs.deployer };
    resources.shop.properties.image = '${built.data["image"]}';
    resources.administrator = {
      type: "pulumi:providers:kubernetes",
      properties: { kubeconfig: kubeconfigs.admin },
    };
    resources.built = {
      type: "kubernetes:core/v1:ConfigMap",
      properties: { metadata: { name: "built", namespace: "default" }, data: { image } },
      options: { provider: "${administrator}" },
    };
    return JSON.stringify({ ...rest, packages, resources });
  }
  const write = async (image: string) => writeFile(join(folder, "program/Pulumi.yaml"), await program(image));

  before(async () => {
    const { admin, deployer, path } = await definedControlPlane();
    folder = await engineFolder("package");
    clone = await packageFolder(folder);
    for (const part of ["bin", "program"]) await mkdir(join(folder, part));
    const language = "pulumi-language-yaml";
    const host = await ensurePrograms([language], { quiet: true });
    await symlink(host[language], join(folder, "bin", language));
    plane = { admin };
    kubeconfigs = { admin: await readFile(admin, "utf8"), deployer: await readFile(deployer, "utf8") };
    environment = await engineEnvironment(`${join(folder, "bin")}:${path}`, folder);
    await write("registry.example/shop");
    await succeeds(pulumi("stack", "init", "test", "--secrets-provider", SECRETS_PROVIDER));
  });

  it("names it in Pulumi.yaml by pulumi package add", async () => {
    await succeeds(pulumi("package", "add", clone));
    ({ packages } = parse(await readFile(join(folder, "program/Pulumi.yaml"), "utf8")));
    assert.deepEqual(packages, { "kargo-fleet": clone });
    await write("registry.example/shop");
  });

  it("prints its arguments by pulumi package get-schema", async () => {
    const { output: all } = await pulumi("package", "get-schema", clone);
    const { resources } = JSON.parse(all.slice(all.search(/^\{/m)));
    const { inputProperties } = resources["kargo-fleet:index:ServicePipeline"];
    for (const name of ["team", "repository", "image", "gitops"])
      assert.ok(inputProperties[name].description, name);
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it("creates a service whose image is another resource's output, and a second up changes nothing", async () => {
    await succeeds(pulumi("up", "--yes", "--skip-preview"));
    const image = "jsonpath={.spec.subscriptions[0].image.repoURL}";
    const get = ["get", "warehouse", "shop", "-n", "kargo-shop", "-o", image];
    assert.equal(await kubectl(plane, get), "registry.example/shop");
    await succeeds(pulumi("up", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  it("gets the command that promotes to prod as an output", async () => {
    const { output: all } = await pulumi("stack", "output", "--json");
    assert.deepEqual(JSON.parse(all), {
      promote: ["kargo promote --project kargo-shop --stage prod --freight <freight>"],
    });
  });

  it("names an invalid argument and the reason", async () => {
    await write("Shop");
    const { output, failed } = await pulumi("preview");
    assert.ok(failed);
    assert.match(
      output,
      /arguments of ServicePipeline shop are not valid:\s+image {2}"Shop" is not an image repository/,
    );
    await write("registry.example/shop");
  });

  it("leaves nothing after a destroy", async () => {
    await succeeds(pulumi("destroy", "--yes", "--skip-preview"));
    const get = ["get", "namespace", "kargo-shop", "--ignore-not-found", "-o", "name"];
    assert.equal(await kubectl(plane, get), "");
  });
});
