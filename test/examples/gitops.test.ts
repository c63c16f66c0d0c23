import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { parseAllDocuments } from "yaml";
import { readStackFiles } from "../../fleet/stack-files.ts";
import { valuesFiles } from "../../manifests/values-file.ts";
import { ensurePrograms } from "../../sandbox/toolchain/for-tests.ts";
import { sharedControlPlane, TOOLCHAIN_TIMEOUT } from "../engine/control-plane.ts";

const FOLDER = "examples/gitops";
const TAG = "20260102030405-0123abc";
const DIGEST = `sha256:${"0".repeat(64)}`;
const files = globSync("services/*/*.yaml", { cwd: FOLDER }).sort();

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly image: string }[] };
    };
  };
}

describe("the example GitOps repository", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let helm: string;

  before(async () => {
    helm = (await ensurePrograms(["helm"], { quiet: true })).helm;
  });

  const run = async (...args: string[]) => await execa(helm, args, { cwd: FOLDER });
  /** Renders a values file with Helm, as `nginx-dev` with `services/nginx/values-dev.yaml`. */
  const template = async (file: string, ...settings: string[]): Promise<string> => {
    const release = file.replace(/^services\/(.*)\/values-(.*)\.yaml$/, "$1-$2");
    const sets = settings.flatMap((setting) => ["--set", setting]);
    const namespace = ["--namespace", "kargo-fleet-example"];
    return (await run("template", release, "charts/service", "--values", file, ...namespace, ...sets)).stdout;
  };
  const render = async (file: string, ...settings: string[]): Promise<Rendered[]> =>
    parseAllDocuments(await template(file, ...settings))
      .map((document) => document.toJS() as Rendered | null)
      .filter((object) => object !== null);

  it("contains the new values files of services.json", () => {
    const expected = valuesFiles(readStackFiles("sandbox").services);
    assert.deepEqual(
      Object.fromEntries(files.map((path) => [path, readFileSync(`${FOLDER}/${path}`, "utf8")])),
      Object.fromEntries(expected.map(({ path, text }) => [path, text])),
      "remove examples/gitops/services and run: npm run fleet -- seed --stack sandbox --output examples/gitops",
    );
    assert.equal(files.length, 9);
  });

  it("has a chart that passes Helm's linter with each values file", async () => {
    for (const values of [[], ...files.map((file) => ["--values", file])]) {
      const { stdout } = await run("lint", "--strict", "charts/service", ...values);
      assert.doesNotMatch(stdout, /\[(WARNING|ERROR)\]/);
    }
  });

  for (const file of files) {
    it(`renders nothing from ${file} while its tag is empty`, async () => {
      assert.deepEqual(await render(file), []);
    });

    it(`renders a Deployment from ${file} with the image when it has a tag`, async () => {
      const objects = await render(file, `image.tag=${TAG}`);
      assert.deepEqual(objects.map(({ kind }) => kind).sort(), ["Deployment", "Service", "ServiceAccount"]);
      const image = /repository: "(.*)"/.exec(readFileSync(`${FOLDER}/${file}`, "utf8"))?.[1];
      const [container] =
        objects.find(({ kind }) => kind === "Deployment")?.spec?.template.spec.containers ?? [];
      assert.equal(container?.image, `${image}:${TAG}`);
    });
  }

  const nginx = "services/nginx/values-prod.yaml";

  it("renders a tag with its digest unchanged, and uses only the tag as a label", async () => {
    const objects = await render(nginx, `image.tag=${TAG}@${DIGEST}`);
    const deployment = objects.find(({ kind }) => kind === "Deployment");
    assert.equal(
      deployment?.spec?.template.spec.containers[0]?.image,
      `registry.example/nginx:${TAG}@${DIGEST}`,
    );
    for (const { metadata } of objects) assert.equal(metadata.labels["app.kubernetes.io/version"], TAG);
  });

  it("omits the label for a tag that is too long", async () => {
    const [object] = await render(nginx, `image.tag=${"a".repeat(100)}`);
    assert.equal(object?.metadata.labels["app.kubernetes.io/version"], undefined);
  });

  for (const [what, setting, message] of [
    ["a misspelt value", "image.tga=x", /additional properties 'tga' not allowed/],
    ["a tag that is a number", "image.tag=1234567", /at '\/image\/tag': got number, want string/],
    ["a tag that is none", "image.tag=a b", /does not match pattern/],
    ["an Ingress without host", "ingress.enabled=true", /at '\/ingress': missing property 'host'|minLength/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(template(nginx, setting), message);
    });
  }

  it("renders objects that a real API server accepts in a namespace with the restricted Pod Security Standard", async () => {
    const { programs, admin } = await sharedControlPlane();
    const kubectl = (input: string, ...args: string[]) =>
      execa(programs.kubectl, ["--kubeconfig", admin, ...args], { input });
    const namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "kargo-fleet-example",
        labels: { "pod-security.kubernetes.io/warn": "restricted" },
      },
    };
    await kubectl(JSON.stringify(namespace), "apply", "-f", "-");
    try {
      const ingress = ["ingress.enabled=true", "ingress.host=nginx.acme.example", "ingress.tlsSecret=nginx"];
      for (const file of files) {
        const text = await template(file, `image.tag=${TAG}@${DIGEST}`, ...ingress);
        const apply = [
          "apply",
          "--server-side",
          "--dry-run=server",
          "-n",
          namespace.metadata.name,
          "-f",
          "-",
        ];
        const { stdout, stderr } = await kubectl(text, ...apply);
        assert.equal(stdout.split("\n").length, 4, stdout);
        assert.equal(stderr, "");
      }
    } finally {
      await kubectl("", "delete", "namespace", namespace.metadata.name, "--wait=false");
    }
  });
});
