import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { downloadOf } from "../../toolchain/downloads.ts";
import { testPrograms } from "../../toolchain/for-tests.ts";
import { programs } from "../../toolchain/programs.ts";
import { provide } from "../../toolchain/provide.ts";
import { ensureToolchain } from "../../toolchain/toolchain.ts";
import { downloadServer } from "../download-server.ts";
import { fakePlugin, fakeProgram, freshPlace, Lines, publishAll } from "./fakes.ts";

const everything = [...programs, ...testPrograms];

/** The output of each program when it is asked for its version. */
const VERSION_OUTPUTS: Readonly<Record<string, (version: string) => string>> = {
  etcd: (version) => `etcd Version: ${version}`,
  "kube-apiserver": (version) => `Kubernetes v${version}`,
  "kube-controller-manager": (version) => `Kubernetes v${version}`,
  kubectl: (version) => `'"gitVersion": "v${version}"'`,
  argo: (version) => `argo: v${version}`,
  "sandbox-argo-events": (version) => `sandbox-argo-events ${version}`,
  "sandbox-argo-cd": (version) => `sandbox-argo-cd: v${version}`,
};

describe("a published program", function () {
  this.timeout(60_000);
  const place = freshPlace();

  it("has the makers' name for each platform", () => {
    const fileFor = (name: string, os: string, arch: string) => {
      const program = everything.find((each) => each.name === name);
      const download = program && downloadOf({ ...program, version: "1.2.3" }, {}, { os, arch });
      return basename(download?.url ?? "none");
    };
    assert.equal(fileFor("etcd", "darwin", "arm64"), "etcd-v1.2.3-darwin-arm64.zip");
    assert.match(
      fileFor("pulumi-language-nodejs", "darwin", "amd64"),
      /^pulumi-v3\.\d+\.\d+-darwin-x64\.tar\.gz$/,
    );
    assert.equal(fileFor("kubectl", "darwin", "arm64"), "kubectl");
    assert.equal(fileFor("kube-apiserver", "darwin", "arm64"), "none");
    assert.equal(fileFor("kube-controller-manager", "darwin", "amd64"), "none");
  });

  it("is all that a machine without Go needs, and each archive is downloaded once", async () => {
    const server = await downloadServer();
    const { environment, folder: root } = place();
    Object.assign(environment, server.settings);
    await publishAll(server, root, everything, ({ name, question }, path, version) => {
      const [folder, file] = [dirname(path), basename(path)];
      return question.kind === "plugin"
        ? fakePlugin(folder, file, version)
        : fakeProgram(folder, file, `echo ${VERSION_OUTPUTS[name]?.(version) ?? `v${version}`}`);
    });
    const options = { environment, output: new Lines().stream };
    try {
      const sandbox = Object.values((await ensureToolchain(options)).programs);
      const tests = await provide(testPrograms, options);
      const expected = everything.map((program) => {
        const download = downloadOf(program, environment);
        const version = download?.version ?? program.version;
        return [program.name, version, download ? "download" : "PATH"];
      });
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
