import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { downloadOf } from "../../toolchain/downloads.ts";
import { testPrograms } from "../../toolchain/for-tests.ts";
import { programs } from "../../toolchain/programs.ts";
import { downloadServer } from "../download-server.ts";
import { fakeProgram, freshPlace, goOnPath } from "./fakes.ts";

const script = fileURLToPath(new URL("../../toolchain/doctor.ts", import.meta.url));

describe("npm run doctor", function () {
  this.timeout(30_000);
  const place = freshPlace();
  const onPath = (name: string, script: string) => fakeProgram(place().bin, name, script);
  const gitOnPath = () => onPath("git", "echo git version 2.50.1");

  function doctor(...args: readonly string[]) {
    const options = { env: place().environment, extendEnv: false, reject: false, stdin: "ignore" } as const;
    return execa(process.execPath, [script, ...args], options);
  }

  it("succeeds if everything missing can be built, and shows the duration", async () => {
    await gitOnPath();
    await goOnPath(place());
    await onPath("etcd", "echo etcd Version: 3.6.1");
    await onPath("kubectl", `echo '    "gitVersion": "v1.20.3",'`);
    const { stdout, exitCode } = await doctor();
    assert.equal(exitCode, 0);
    assert.match(stdout, /✔ git +to clone +2\.50\.1 +PATH/);
    assert.match(stdout, /✔ etcd +\^3\.5\.0 +3\.6\.1 +PATH +\S+\/bin\/etcd$/m);
    assert.match(stdout, /✔ pulumi +\^3\.276\.0 +- +- +\(would be built, usually 4 min\)$/m);
    assert.match(stdout, /Not taken:\n {2}kubectl on PATH is 1\.20\.3 .*wanted 1\.36 - 1\.38$/m);
    assert.match(stdout, /^Ready: `npm start` gets what is missing\.$/m);
  });

  it("asks the makers, succeeds without Go if they publish everything, and lists the downloads", async () => {
    await gitOnPath();
    const server = await downloadServer();
    try {
      Object.assign(place().environment, server.settings);
      for (const program of [...programs, ...testPrograms]) {
        const { name, version } = program;
        const download = downloadOf(program, place().environment);
        const says = `printf 'Kubernetes v${version}\\n${name} ${version}\\n${name}: v${version}\\n'`;
        if (download === undefined) await onPath(name, says);
        else server.publish(download, Buffer.from(name));
      }
      const { stdout, exitCode } = await doctor();
      assert.match(stdout, /✔ etcd .*\(would be downloaded from http:\/\/127\.0\.0\.1:\d+\)$/m);
      assert.doesNotMatch(stdout, /would be built/);
      assert.match(stdout, /^Ready: `npm start` gets what is missing\.$/m);
      assert.equal(exitCode, 0);
      assert.ok(server.asked.every((path) => /sum/i.test(path) || path.endsWith(".sha256")));
    } finally {
      server.close();
    }
  });

  it("exits with 1 and says what to do if programs and Go are missing", async () => {
    await gitOnPath();
    const { stdout, exitCode } = await doctor();
    assert.equal(exitCode, 1);
    assert.match(stdout, /✖ go .*\(not on PATH\)$/m);
    assert.match(stdout, /^or put these programs on PATH, from where their makers publish them:$/m);
  });

  it("exits with 1 if git is missing", async () => {
    await goOnPath(place());
    const { stdout, exitCode } = await doctor();
    assert.equal(exitCode, 1);
    assert.match(stdout, /^Put git on PATH/m);
  });

  it("names programs that only the tests use, and succeeds without them", async () => {
    await gitOnPath();
    await onPath("actionlint", "echo 1.7.13");
    const { stdout } = await doctor();
    assert.match(
      stdout,
      /^For the tests:\n✖ helm [\s\S]*✖ argo [\s\S]*✔ actionlint +\^1\.7\.12 +1\.7\.13 +PATH/m,
    );
  });

  it("prints the same as JSON", async () => {
    await gitOnPath();
    const { stdout } = await doctor("--json");
    const { rows, tests, healthy } = JSON.parse(stdout) as Record<"rows" | "tests", { ok: boolean }[]> & {
      healthy: boolean;
    };
    const sizes = [programs.length + 2, testPrograms.length];
    assert.deepEqual([rows.length, tests.length, healthy], [...sizes, false]);
    assert.equal(rows.filter(({ ok }) => ok).length, 1);
  });

  it("has a help text", async () => {
    const { stdout, exitCode } = await doctor("--help");
    assert.equal(exitCode, 0);
    assert.match(stdout, /Usage: doctor[\s\S]*--json[\s\S]*Exit code: 0/);
  });
});
