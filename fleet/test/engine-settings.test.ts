import assert from "node:assert/strict";
import { readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { engineSettings } from "../engine-settings.ts";
import { eachFolder } from "./folder.ts";

describe("the settings of runs that fleet starts", () => {
  const folder = eachFolder({ "logs/old.log": "", "plugins/a": "", "credentials.json": "{}" });
  const settings = (more: NodeJS.ProcessEnv = {}) => engineSettings({ PULUMI_HOME: folder.path, ...more });

  it("share Pulumi's home, except that a file takes the place of the folder of logs", async () => {
    const { PULUMI_HOME = "" } = await settings();
    assert.equal(await readlink(join(PULUMI_HOME, "plugins")), join(folder.path, "plugins"));
    assert.ok((await stat(join(PULUMI_HOME, "logs"))).isFile());
  });

  it("let the CLI read and write the login in its usual place", async () => {
    const { PULUMI_CREDENTIALS_PATH } = await settings();
    assert.equal(PULUMI_CREDENTIALS_PATH, folder.path);
  });

  it("keep what the environment sets itself", async () => {
    const own = { PULUMI_CREDENTIALS_PATH: "/elsewhere", GOGC: "50", NODE_COMPILE_CACHE: "/cache" };
    const found = await settings(own);
    assert.deepEqual({ ...found, ...own }, found);
  });

  it("make one home for all runs of a process, which only its owner can read", async () => {
    const [one, other] = [await settings(), await settings()];
    assert.equal(one.PULUMI_HOME, other.PULUMI_HOME);
    assert.equal((await stat(one.PULUMI_HOME ?? "")).mode & 0o777, 0o700);
  });

  it("need no home that exists", async () => {
    const { PULUMI_HOME = "" } = await settings({ PULUMI_HOME: join(folder.path, "none") });
    assert.ok((await stat(join(PULUMI_HOME, "logs"))).isFile());
  });
});
