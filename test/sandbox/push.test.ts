import assert from "node:assert/strict";
import { appendFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type Listener, startListener } from "../../sandbox/argo-events/listener.ts";
import { pushCommands, pushOnce } from "../../sandbox/push.ts";
import { type Changes, cluster, SECRET } from "./argo-events/fixtures.ts";
import { playground, token } from "./github-playground.ts";

describe("a push in the sandbox", function () {
  this.timeout(60_000);
  const server = playground();
  let folder = "";
  let listener: Listener;
  let changes: Changes = {};

  beforeEach(async () => {
    changes = {};
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-pushes-"));
    await mkdir(join(folder, "workflows"));
    listener = await startListener({
      objects: async () => cluster(changes),
      submissions: join(folder, "workflows"),
      log: (line) => appendFile(join(folder, "log"), `${line}\n`),
    });
    const config = { url: `${listener.url}/0/nginx`, content_type: "json", secret: SECRET };
    await server().call("POST", "/repos/acme/nginx/hooks", { events: ["push"], active: true, config });
    await server().github.deliveriesSettled();
  });
  afterEach(async () => {
    await listener.stop();
    await rm(folder, { recursive: true });
  });

  const sandbox = () => {
    const { url, baseUrl } = server().github;
    const argoEvents = { url: listener.url, workflows: join(folder, "workflows"), log: join(folder, "log") };
    return { github: { url, baseUrl, token }, argoEvents };
  };

  it("becomes the file of the Workflow that names its commit", async () => {
    const file = await pushOnce(sandbox(), "acme/nginx");
    const { stdout } = await execa("git", ["ls-remote", server().remote("acme/nginx"), "refs/heads/main"]);
    assert.match(await readFile(file, "utf8"), new RegExp(`value: ${stdout.split("\t")[0]}`));
  });

  it("to a repository that is still empty is its first", async () => {
    const config = { url: `${listener.url}/0/nginx`, content_type: "json", secret: SECRET };
    await server().call("POST", "/repos/acme/empty/hooks", { events: ["push"], active: true, config });
    changes = { data: [{ path: "body.ref", type: "string", value: ["^refs/heads/main$"] }] };
    assert.match(await readFile(await pushOnce(sandbox(), "acme/empty"), "utf8"), /kind: Workflow/);
  });

  it("that starts nothing is an error with what the listener said", async () => {
    changes = { data: [{ path: "body.ref", type: "string", value: ["^refs/heads/other$"] }] };
    await assert.rejects(
      pushOnce(sandbox(), "acme/nginx", 500),
      /No Workflow came of .*filtered: body\.ref is not/s,
    );
  });

  it("to a repository that is not there is an error with what Git said", async () => {
    await assert.rejects(pushOnce(sandbox(), "acme/absent"), /git clone failed on acme\/absent/);
  });

  it("can be typed as it is shown", async () => {
    const script = pushCommands(sandbox(), "acme/nginx").split("\n").slice(0, 3).join("\n");
    await execa("/bin/sh", ["-e", "-c", script], { cwd: folder, env: { GIT_TERMINAL_PROMPT: "0" } });
    await server().github.deliveriesSettled();
    const { stdout } = await execa("/bin/sh", [
      "-c",
      pushCommands(sandbox(), "acme/nginx").split("\n")[3] ?? "",
    ]);
    assert.match(stdout, /kind: Workflow/);
  });
});
