import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineSettings } from "../engine-settings.ts";

describe("the settings of runs that fleet starts", () => {
  let folder: string;
  let usual: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-settings-"));
    usual = join(folder, ".pulumi");
    await mkdir(join(usual, "logs"), { recursive: true });
    await mkdir(join(usual, "plugins"));
    await writeFile(join(usual, "credentials.json"), "{}");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("share Pulumi's home, except that a file takes the place of the folder of logs", async () => {
    const { env } = await engineSettings(join(folder, "home"), { PULUMI_HOME: usual });
    assert.equal(await readlink(join(folder, "home", "plugins")), join(usual, "plugins"));
    assert.ok((await stat(join(folder, "home", "logs"))).isFile());
    assert.equal(env.PULUMI_HOME, join(folder, "home"));
  });

  it("read and write the login in its usual place", async () => {
    const { env } = await engineSettings(join(folder, "home"), { PULUMI_HOME: usual });
    assert.equal(env.PULUMI_CREDENTIALS_PATH, usual);
    assert.equal(await readFile(join(env.PULUMI_CREDENTIALS_PATH, "credentials.json"), "utf8"), "{}");
  });

  it("keep what the environment sets itself", async () => {
    const own = { PULUMI_CREDENTIALS_PATH: "/elsewhere", GOGC: "50", NODE_COMPILE_CACHE: "/cache" };
    const { env } = await engineSettings(join(folder, "home"), { PULUMI_HOME: usual, ...own });
    const { PULUMI_CREDENTIALS_PATH, GOGC, NODE_COMPILE_CACHE } = env;
    assert.deepEqual({ PULUMI_CREDENTIALS_PATH, GOGC, NODE_COMPILE_CACHE }, own);
  });

  it("need no home that exists, and make one that only its owner can read", async () => {
    const { env } = await engineSettings(join(folder, "home"), { PULUMI_HOME: join(folder, "none") });
    assert.equal((await stat(env.PULUMI_HOME ?? "")).mode & 0o777, 0o700);
  });
});
