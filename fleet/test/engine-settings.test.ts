import assert from "node:assert/strict";
import { mkdir, mkdtemp, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineSettings } from "../engine-settings.ts";

describe("the settings of runs that fleet starts", () => {
  let usual: string;

  beforeEach(async () => {
    usual = await mkdtemp(join(tmpdir(), "kargo-fleet-usual-"));
    await mkdir(join(usual, "logs"));
    await mkdir(join(usual, "plugins"));
    await writeFile(join(usual, "credentials.json"), "{}");
  });
  afterEach(() => rm(usual, { recursive: true, force: true }));

  it("share Pulumi's home, except that a file takes the place of the folder of logs", async () => {
    const { PULUMI_HOME = "" } = await engineSettings({ PULUMI_HOME: usual });
    assert.equal(await readlink(join(PULUMI_HOME, "plugins")), join(usual, "plugins"));
    assert.ok((await stat(join(PULUMI_HOME, "logs"))).isFile());
  });

  it("read and write the login in its usual place", async () => {
    const { PULUMI_CREDENTIALS_PATH } = await engineSettings({ PULUMI_HOME: usual });
    assert.equal(PULUMI_CREDENTIALS_PATH, usual);
  });

  it("keep what the environment sets itself", async () => {
    const own = { PULUMI_CREDENTIALS_PATH: "/elsewhere", GOGC: "50", NODE_COMPILE_CACHE: "/cache" };
    const found = await engineSettings({ PULUMI_HOME: usual, ...own });
    assert.deepEqual({ ...found, ...own }, found);
  });

  it("make one home for all runs of a process, which only its owner can read", async () => {
    const [one, other] = [
      await engineSettings({ PULUMI_HOME: usual }),
      await engineSettings({ PULUMI_HOME: usual }),
    ];
    assert.equal(one.PULUMI_HOME, other.PULUMI_HOME);
    assert.equal((await stat(one.PULUMI_HOME ?? "")).mode & 0o777, 0o700);
  });

  it("need no home that exists", async () => {
    const { PULUMI_HOME = "" } = await engineSettings({ PULUMI_HOME: join(usual, "none") });
    assert.ok((await stat(join(PULUMI_HOME, "logs"))).isFile());
  });
});
