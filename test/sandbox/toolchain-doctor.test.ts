import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { fakeProgram, goOnPath, makePlace, type Place, removePlaces } from "./toolchain-fakes.ts";

const script = fileURLToPath(new URL("../../sandbox/toolchain/doctor.ts", import.meta.url));

function doctor({ environment }: Place, ...args: readonly string[]) {
  const options = { env: environment, extendEnv: false, reject: false, stdin: "ignore" } as const;
  return execa(process.execPath, [script, ...args], options);
}

async function withCommands(place: Place): Promise<void> {
  await fakeProgram(place.bin, "npm", "echo 11.0.0");
  await fakeProgram(place.bin, "git", "echo git version 2.50.1");
}

describe("npm run doctor", function () {
  this.timeout(30_000);
  afterEach(removePlaces);

  it("is content where everything missing can be built, and says how long that takes", async () => {
    const place = await makePlace();
    await withCommands(place);
    await goOnPath(place);
    await fakeProgram(place.bin, "etcd", "echo etcd Version: 3.6.1");
    await fakeProgram(place.bin, "kubectl", `echo '    "gitVersion": "v1.20.3",'`);
    const { stdout, exitCode } = await doctor(place);
    assert.equal(exitCode, 0);
    assert.match(stdout, /✔ git +any +2\.50\.1 +PATH/);
    assert.match(stdout, /✔ etcd +3\.5 or newer, below 4 +3\.6\.1 +PATH +\S+\/bin\/etcd$/m);
    assert.match(stdout, /✔ pulumi +3\.259\.0 or newer, below 4 +- +- +\(would be built, usually 4 min\)$/m);
    assert.match(stdout, /Not taken:\n {2}kubectl on PATH is 1\.20\.3 .*wanted 1\.36 to 1\.38$/m);
    assert.match(stdout, /^Ready: `npm start` builds what is missing\.$/m);
  });

  it("ends with 1 and says what to do where programs and Go are missing", async () => {
    const place = await makePlace();
    await withCommands(place);
    const { stdout, exitCode } = await doctor(place);
    assert.equal(exitCode, 1);
    assert.match(stdout, /✖ go .*\(Go is not on PATH\)$/m);
    assert.match(stdout, /^or put these programs on PATH, from where their makers publish them:$/m);
  });

  it("ends with 1 where git is missing", async () => {
    const place = await makePlace();
    await goOnPath(place);
    await fakeProgram(place.bin, "npm", "echo 11.0.0");
    const { stdout, exitCode } = await doctor(place);
    assert.equal(exitCode, 1);
    assert.match(stdout, /^Put git on PATH/m);
  });

  it("names what only the tests take, and is content without it", async () => {
    const place = await makePlace();
    await withCommands(place);
    await fakeProgram(place.bin, "actionlint", "echo 1.7.13");
    const { stdout } = await doctor(place);
    assert.match(
      stdout,
      /^For the tests:\n✖ helm [\s\S]*✖ argo [\s\S]*✔ actionlint +1\.7\.12 or newer, below 2 +1\.7\.13 +PATH/m,
    );
    const { rows, tests } = JSON.parse((await doctor(place, "--json")).stdout) as Record<string, unknown[]>;
    assert.deepEqual([rows?.length, tests?.length], [12, 4]);
  });

  it("prints the same as JSON", async () => {
    const place = await makePlace();
    await withCommands(place);
    const { stdout, exitCode } = await doctor(place, "--json");
    const checkup = JSON.parse(stdout) as { healthy: boolean; rows: { program: string; ok: boolean }[] };
    assert.equal(exitCode, 1);
    assert.equal(checkup.healthy, false);
    assert.deepEqual(
      checkup.rows.filter(({ ok }) => ok).map(({ program }) => program),
      ["node", "npm", "git"],
    );
    assert.equal(checkup.rows.length, 12);
  });

  it("explains itself", async () => {
    const { stdout, exitCode } = await doctor(await makePlace(), "--help");
    assert.equal(exitCode, 0);
    assert.match(stdout, /Usage: doctor[\s\S]*--json[\s\S]*Exit code: 0/);
  });

  it("refuses an option that it does not know", async () => {
    const { stderr, exitCode } = await doctor(await makePlace(), "--yaml");
    assert.equal(exitCode, 1);
    assert.match(stderr, /unknown option '--yaml'/);
  });
});
