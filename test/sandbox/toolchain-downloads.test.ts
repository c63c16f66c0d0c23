import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Download, downloadOf, downloads } from "../../sandbox/toolchain/downloads.ts";
import { forTests } from "../../sandbox/toolchain/for-tests.ts";
import { goarch, goos } from "../../sandbox/toolchain/places.ts";
import { provide } from "../../sandbox/toolchain/provide.ts";
import { ensureToolchain, standard } from "../../sandbox/toolchain/toolchain.ts";
import { downloadServer } from "./download-server.ts";
import { archiveOf, fakePlugin, fakeProgram, Lines, makePlace, removePlaces } from "./toolchain-fakes.ts";

const everything = [...standard.programs, ...forTests.programs];

function versionOf(name: string): string {
  return everything.find((program) => program.name === name)?.version ?? "";
}

/** Where a program is on a platform such as `linux/amd64`, where its checksum is, and where it is in the archive. */
function addresses(name: string, platform: string): readonly (string | undefined)[] {
  const [os = "", arch = ""] = platform.split("/");
  const download = downloadOf(downloads[name], { name, version: versionOf(name) }, {}, { os, arch });
  return download === undefined ? [] : [download.url, download.checksums, download.member];
}

/** What a program says when it is asked for its version. */
const SAYS: Readonly<Record<string, (version: string) => string>> = {
  etcd: (version) => `etcd Version: ${version}`,
  "kube-apiserver": (version) => `Kubernetes v${version}`,
  "kube-controller-manager": (version) => `Kubernetes v${version}`,
  kubectl: (version) => `'"gitVersion": "v${version}"'`,
  argo: (version) => `argo: v${version}`,
};

describe("what makers publish", function () {
  this.timeout(60_000);
  afterEach(removePlaces);

  it("is Pulumi's release archive, which holds the engine and its language host", () => {
    const version = versionOf("pulumi");
    const release = `https://github.com/pulumi/pulumi/releases/download/v${version}`;
    assert.deepEqual(addresses("pulumi", "linux/amd64"), [
      `${release}/pulumi-v${version}-linux-x64.tar.gz`,
      `${release}/pulumi-${version}-checksums.txt`,
      "pulumi/pulumi",
    ]);
    assert.deepEqual(addresses("pulumi-language-nodejs", "darwin/arm64"), [
      `${release}/pulumi-v${version}-darwin-arm64.tar.gz`,
      `${release}/pulumi-${version}-checksums.txt`,
      "pulumi/pulumi-language-nodejs",
    ]);
  });

  for (const name of ["kubernetes", "github"]) {
    it(`is the plugin of ${name} at its own releases`, () => {
      const version = versionOf(`pulumi-resource-${name}`);
      const release = `https://github.com/pulumi/pulumi-${name}/releases/download/v${version}`;
      assert.deepEqual(addresses(`pulumi-resource-${name}`, "darwin/amd64"), [
        `${release}/pulumi-resource-${name}-v${version}-darwin-amd64.tar.gz`,
        `${release}/pulumi-${name}_${version}_checksums.txt`,
        `pulumi-resource-${name}`,
      ]);
    });
  }

  it("is etcd as a tar archive, and as a zip archive for macOS", () => {
    const release = `https://github.com/etcd-io/etcd/releases/download/v${versionOf("etcd")}`;
    for (const [platform, archive] of [
      ["linux-arm64", "tar.gz"],
      ["darwin-arm64", "zip"],
    ] as const) {
      const name = `etcd-v${versionOf("etcd")}-${platform}`;
      const expected = [`${release}/${name}.${archive}`, `${release}/SHA256SUMS`, `${name}/etcd`];
      assert.deepEqual(addresses("etcd", platform.replace("-", "/")), expected);
    }
  });

  it("is Kubernetes' programs as they are, of the servers those for Linux alone", () => {
    const release = `https://dl.k8s.io/release/v${versionOf("kubectl")}/bin`;
    for (const name of ["kube-apiserver", "kube-controller-manager", "kubectl"]) {
      const url = `${release}/linux/amd64/${name}`;
      assert.deepEqual(addresses(name, "linux/amd64"), [url, `${url}.sha256`, undefined]);
    }
    assert.deepEqual(addresses("kube-apiserver", "darwin/arm64"), []);
    assert.deepEqual(addresses("kube-controller-manager", "darwin/amd64"), []);
    assert.equal(addresses("kubectl", "darwin/arm64")[0], `${release}/darwin/arm64/kubectl`);
  });

  it("is what the tests take besides", () => {
    const helm = `https://get.helm.sh/helm-v${versionOf("helm")}-linux-amd64.tar.gz`;
    const argo = `https://github.com/argoproj/argo-workflows/releases/download/v${versionOf("argo")}`;
    const version = versionOf("actionlint");
    const actionlint = `https://github.com/rhysd/actionlint/releases/download/v${version}`;
    assert.deepEqual(addresses("helm", "linux/amd64"), [helm, `${helm}.sha256sum`, "linux-amd64/helm"]);
    assert.deepEqual(addresses("argo", "linux/amd64"), [
      `${argo}/argo-linux-amd64.gz`,
      `${argo}/argo-workflows-cli-checksums.txt`,
      undefined,
    ]);
    assert.deepEqual(addresses("actionlint", "darwin/arm64"), [
      `${actionlint}/actionlint_${version}_darwin_arm64.tar.gz`,
      `${actionlint}/actionlint_${version}_checksums.txt`,
      "actionlint",
    ]);
  });

  it("is all that a machine without Go takes, each archive fetched once", async () => {
    const place = await makePlace();
    const server = await downloadServer();
    Object.assign(place.environment, server.settings);
    const archives = new Map<string, Download>();
    for (const { name, version, question } of everything) {
      const download = downloadOf(downloads[name], { name, version }, place.environment);
      const path = download
        ? join(place.folder, basename(download.url), download.member ?? basename(download.url, ".gz"))
        : join(place.bin, name);
      const says = SAYS[name]?.(download?.version ?? version) ?? `v${download?.version}`;
      if (question.kind === "command") await fakeProgram(dirname(path), basename(path), `echo ${says}`);
      else await fakePlugin(dirname(path), basename(path), download?.version ?? version);
      if (download !== undefined) archives.set(download.url, download);
    }
    for (const download of archives.values()) {
      const content = join(place.folder, basename(download.url));
      const plain =
        download.member === undefined && (await readFile(join(content, basename(content, ".gz"))));
      const packed = plain && content.endsWith(".gz") ? gzipSync(plain) : plain;
      server.publish(download, packed || (await archiveOf(content)));
    }
    const options = { environment: place.environment, output: new Lines().stream };
    try {
      const sandbox = Object.values((await ensureToolchain(options)).programs);
      const tests = await provide(forTests, options);
      const expected = everything.map(({ name }) => [
        name,
        downloads[name]?.version ?? versionOf(name),
        addresses(name, `${goos()}/${goarch()}`).length > 0 ? "download" : "PATH",
      ]);
      assert.deepEqual(
        [...sandbox, ...tests].map(({ name, version, origin }) => [name, version, origin]),
        expected,
      );
      assert.equal(new Set(server.asked).size, server.asked.length);
    } finally {
      server.close();
    }
  });
});
