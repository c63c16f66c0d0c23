import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { type ClusterObjects, generated, secretOf } from "../../../test/argo-events-objects.ts";
import { TOOLCHAIN_TIMEOUT } from "../../../test/engine/control-plane.ts";
import { type ArgoEvents, startArgoEvents } from "../../argo-events.ts";
import { claimDirectory, stopRecorded } from "../../processes.ts";
import { ensurePrograms } from "../../toolchain/for-tests.ts";
import { COMMIT, cluster, delivery, push, SECRET } from "./fixtures.ts";

const CUSTOM = "/apis/argoproj.io/v1alpha1/namespaces";
const LISTS = { eventsources: "eventSources", sensors: "sensors", secrets: "secrets" } as const;

describe("sandbox-argo-events", () => {
  let program = "";
  let folder = "";
  let objects: ClusterObjects;
  let argoEvents: ArgoEvents;
  let stopApi = () => {};
  /** The Workflows in the API server, and the ServiceAccounts that created them. */
  const workflows = new Map<string, string>();
  let away = false;
  let readable = true;

  before(async function () {
    this.timeout(TOOLCHAIN_TIMEOUT);
    program = (await ensurePrograms(["sandbox-argo-events"], { quiet: true }))["sandbox-argo-events"];
  });

  beforeEach(async () => {
    workflows.clear();
    [objects, away, readable] = [cluster(), false, true];
    const api = new Hono()
      .get("/:root{.+}/namespaces/kargo-fleet-events/:list", (context) => {
        const list = LISTS[context.req.param("list") as keyof typeof LISTS];
        return readable
          ? context.json({ items: objects[list] })
          : context.json({ message: "you may not" }, 403);
      })
      .post(`${CUSTOM}/builds-edge/workflows`, async (context) => {
        if (away) return context.text("away", 503);
        const workflow = (await context.req.json()) as { metadata: { name: string } };
        const refused = { apiVersion: "v1", kind: "Status", status: "Failure", message: "it already exists" };
        if (workflows.has(workflow.metadata.name)) return context.json(refused, 409);
        workflows.set(workflow.metadata.name, context.req.header("impersonate-user") ?? "");
        return context.json(workflow, 201);
      });
    const port = await new Promise<number>((resolve) => {
      const server = serve({ fetch: api.fetch, port: 0, hostname: "127.0.0.1" }, (info) =>
        resolve(info.port),
      );
      stopApi = () => server.close();
    });
    folder = await mkdtemp(join(tmpdir(), "argo-events-"));
    const kubeconfig = join(folder, "kubeconfig");
    const config = {
      clusters: [{ name: "api", cluster: { server: `http://127.0.0.1:${port}` } }],
      contexts: [{ name: "api", context: { cluster: "api" } }],
      "current-context": "api",
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    await claimDirectory(folder);
    argoEvents = await startArgoEvents(folder, program, kubeconfig);
  });

  afterEach(async () => {
    await stopRecorded(folder);
    stopApi();
    await rm(folder, { recursive: true });
  });

  const send = async (...sent: Parameters<typeof delivery>) => {
    const { method, path, headers, body } = delivery(...sent);
    const response = await fetch(argoEvents.url + path, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      body: new Uint8Array(body),
    });
    return { status: response.status, text: await response.text() };
  };
  /** Waits until the log matches. */
  const logged = async (expected: RegExp) => {
    for (const deadline = Date.now() + 30_000; ; ) {
      const log = await readFile(argoEvents.log, "utf8");
      if (expected.test(log)) return log;
      assert.ok(Date.now() < deadline, log);
      await pause(20);
    }
  };
  const name = `nginx-${COMMIT.slice(0, 12)}`;

  it("creates the Workflow as the Sensor's ServiceAccount", async () => {
    objects = generated({ nginx: {} });
    const [path = ""] = Object.values(generated({ nginx: {} }).endpoints);
    assert.deepEqual(await send(push(), { path, secret: secretOf("nginx") }), {
      status: 200,
      text: "success",
    });
    await logged(new RegExp(`Sensor github-31, trigger nginx: created Workflow builds-edge/${name}`));
    const account = "system:serviceaccount:kargo-fleet-events:kargo-fleet-sensor";
    assert.deepEqual([...workflows], [[name, account]]);
  });

  it("logs why a delivery starts nothing", async () => {
    await send(push({ ref: "refs/heads/other" }));
    await logged(/POST \/0\/nginx: 200 success\n.*trigger nginx: filtered .*body\.ref is not string/);
    assert.equal(workflows.size, 0);
  });

  it("logs no payload, query or secret", async () => {
    const payload = push({ ref: "refs/heads/whisper", head_commit: { message: "whisper" } });
    await send(payload);
    await send(payload, { path: "/0/nginx?whisper=1" });
    await send(payload, { secret: "whisper" });
    assert.doesNotMatch(await logged(/(POST.*){3}/s), new RegExp(`whisper|${SECRET}`));
  });

  it("reads the cluster's objects at each delivery", async () => {
    assert.equal((await send()).status, 200);
    objects = cluster({ webhook: { endpoint: "/1/nginx" } });
    assert.equal((await send()).status, 404);
  });

  it("answers 500 with the reason for features that it lacks", async () => {
    objects = cluster({ dependency: { transform: { jq: "." } } });
    const { status, text } = await send();
    assert.equal(status, 500);
    assert.match(text, /beyond this program/);
  });

  it("answers 500 with the API server's message if it may not read", async () => {
    readable = false;
    assert.match((await send()).text, /refused to show .*eventsources \(403\): you may not/);
  });

  describe("with a generated Sensor", () => {
    const sent = { path: "", secret: secretOf("nginx") };
    beforeEach(() => {
      const made = generated({ nginx: {} });
      objects = made;
      sent.path = made.endpoints.nginx ?? "";
    });

    it("retries after a short outage of the API server", async () => {
      away = true;
      assert.equal((await send(push(), sent)).status, 200);
      await pause(3_000);
      away = false;
      await logged(/created Workflow/);
      assert.deepEqual([...workflows.keys()], [name]);
    });

    it("gives up a repeated commit soon, so that the next push does not wait long", async () => {
      await send(push(), sent);
      await logged(/created Workflow/);
      await send(push(), sent);
      await send(push({ after: "0".repeat(39).concat("1") }), sent);
      const log = await logged(/(created Workflow.*){2}/s);
      const seconds = Number(/failed after ([\d.]+) s: .*already exists/.exec(log)?.[1]);
      assert.ok(seconds < 8, log);
      assert.equal(workflows.size, 2);
    });
  });
});
