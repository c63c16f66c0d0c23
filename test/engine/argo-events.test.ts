import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { stringify } from "yaml";
import type { WorkflowManifest } from "../../manifests/argo-workflows-types.ts";
import { type ArgoEvents, startArgoEvents } from "../../sandbox/argo-events.ts";
import { claimDirectory, stopRecorded } from "../../sandbox/processes.ts";
import { pushCommands, pushOnce } from "../../sandbox/push.ts";
import { ensurePrograms } from "../../sandbox/toolchain/for-tests.ts";
import { generated, secretOf } from "../argo-events-objects.ts";
import { everyObject } from "../every-object.ts";
import { playground, token } from "../github-playground.ts";
import { catalogueText, planOf, service } from "../sources.ts";
import { definedControlPlane, type SharedControlPlane } from "./control-plane.ts";

describe("a push to the local GitHub", () => {
  const server = playground();
  const images = { web: "registry.example/shop/web", worker: "registry.example/shop/worker" };
  const catalogue = {
    nginx: {},
    empty: { repository: "acme/empty" },
    shop: { repository: "acme/public", images },
  };
  const { endpoints, ...made } = generated(catalogue);
  const all = everyObject(
    planOf(catalogueText({ nginx: service("nginx"), empty: service("empty", catalogue.empty) })),
  );
  const grants = all.filter(
    ({ kind, metadata: { namespace } }) =>
      (kind === "Role" || kind === "RoleBinding") && namespace === "builds-edge",
  );
  const secrets = made.secrets.map((secret) => ({ apiVersion: "v1", kind: "Secret", ...secret }));
  let shared: SharedControlPlane;
  let argo = "";
  /** The objects that `up` and an administrator create. */
  let file = "";
  let folder = "";
  let argoEvents: ArgoEvents;

  const kubectl = async (...args: readonly string[]) =>
    (await execa(shared.programs.kubectl, args, { env: { KUBECONFIG: shared.admin } })).stdout;
  const write = async (name: string, objects: readonly unknown[]) => {
    const path = join(folder, name);
    await writeFile(path, objects.map((object) => stringify(object)).join("---\n"));
    return path;
  };
  const sandbox = () => {
    const { url, baseUrl } = server().github;
    const { admin, deployer, argoEvents: events } = shared;
    const kubeconfigs = { admin, deployer, argoEvents: events };
    return { github: { url, baseUrl, token }, argoEvents, controlPlane: { kubeconfigs }, directory: folder };
  };
  const hook = async (name: keyof typeof catalogue, repository = `acme/${name}`) => {
    const config = {
      url: argoEvents.url + endpoints[name],
      content_type: "json",
      secret: secretOf(name),
    };
    await server().call("POST", `/repos/${repository}/hooks`, { events: ["push"], active: true, config });
    await server().github.deliveriesSettled();
  };

  before(async () => {
    argo = (await ensurePrograms(["argo"], { quiet: true })).argo;
    shared = await definedControlPlane();
    folder = await mkdtemp(join(tmpdir(), "argo-events-place-"));
    await claimDirectory(folder);
    file = await write("objects.yaml", [...made.eventSources, ...made.sensors, ...secrets, ...grants]);
    argoEvents = await startArgoEvents(
      folder,
      (await ensurePrograms(["sandbox-argo-events"], { quiet: true }))["sandbox-argo-events"],
      shared.argoEvents,
    );
  });
  beforeEach(async () => {
    await kubectl("apply", "--server-side", "--force-conflicts", "--filename", file);
  });
  afterEach(async () => {
    await kubectl("delete", "workflows", "--all", "--namespace", "builds-edge");
  });
  after(async () => {
    await stopRecorded(folder);
    await kubectl("delete", "--ignore-not-found", "--filename", file);
    await rm(folder, { recursive: true, force: true });
  });

  it("becomes a Workflow that the API server accepts from the Sensor and Argo's linter accepts", async () => {
    await hook("nginx");
    const workflow = await pushOnce(sandbox(), "acme/nginx");
    const commit = (await server().git("ls-remote", server().remote("acme/nginx"), "refs/heads/main")).slice(
      0,
      40,
    );
    assert.equal(workflow.metadata.name, `nginx-${commit.slice(0, 12)}`);
    const templates = all.filter(({ kind }) => kind === "ClusterWorkflowTemplate");
    const linted = await write("lint.yaml", [...templates, workflow]);
    const { exitCode, all: said } = await execa(argo, ["lint", "--offline", linted], {
      all: true,
      reject: false,
    });
    assert.equal(exitCode, 0, said);
  });

  it("becomes a Workflow for each image of a service, from its own Dockerfile", async () => {
    await hook("shop", "acme/public");
    const { metadata } = await pushOnce(sandbox(), "acme/public");
    const suffix = metadata.name.slice(-12);
    const find = async () => {
      const { items } = JSON.parse(await kubectl("get", "workflows", "-n", "builds-edge", "-o", "json")) as {
        items: readonly WorkflowManifest[];
      };
      return items.map(({ metadata: { name }, spec }) => {
        const given = Object.fromEntries(spec.arguments.parameters.map((one) => [one.name, one.value]));
        return [name, given.image, given.dockerfile];
      });
    };
    const deadline = Date.now() + 30_000;
    let found = await find();
    while (found.length < 2 && Date.now() < deadline) {
      await pause(200);
      found = await find();
    }
    assert.deepEqual(found.sort(), [
      [`shop-web-${suffix}`, images.web, "Dockerfile.web"],
      [`shop-worker-${suffix}`, images.worker, "Dockerfile.worker"],
    ]);
  });

  it("can be the first push of an empty repository", async () => {
    await hook("empty");
    assert.match((await pushOnce(sandbox(), "acme/empty")).metadata.name, /^empty-/);
  });

  it("works with the printed commands", async () => {
    await hook("nginx");
    const directory = dirname(shared.path.split(delimiter)[0] ?? "");
    const lines = pushCommands({ ...sandbox(), directory }, "acme/nginx");
    const [clone = "", commit = "", push = "", show = ""] = lines.split("\n");
    const script = [clone, commit, push].join("\n");
    await execa("/bin/sh", ["-e", "-c", script], { cwd: folder, env: { GIT_TERMINAL_PROMPT: "0" } });
    await server().github.deliveriesSettled();
    await pushOnce(sandbox(), "acme/nginx");
    const head = (await execa("git", ["-C", join(folder, "nginx"), "rev-parse", "HEAD"])).stdout;
    assert.match((await execa("/bin/sh", ["-c", show])).stdout, new RegExp(`value: ${head}`));
  });

  it("to a missing repository fails with Git's message", async () => {
    await assert.rejects(pushOnce(sandbox(), "acme/absent"), /git clone failed on acme\/absent/);
  });

  it("fails with the API server's message if the Sensor's ServiceAccount may not build", async () => {
    await hook("nginx");
    await kubectl("delete", "rolebinding", "kargo-fleet-sensor", "--namespace", "builds-edge");
    await assert.rejects(pushOnce(sandbox(), "acme/nginx", 10_000), /is forbidden.*kargo-fleet-sensor/s);
  });
});
