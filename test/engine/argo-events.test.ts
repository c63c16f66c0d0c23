import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startArgoEvents } from "../../sandbox/argo-events.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { EVENTS_NAMESPACE } from "../../sandbox/deployer.ts";
import { connectionOf, type KubernetesApi, kubernetesApi } from "../../sandbox/kubernetes-api.ts";
import { claimDirectory, lastLines, stopRecorded } from "../../sandbox/processes.ts";
import { COMMIT, cluster, delivery } from "../sandbox/argo-events/fixtures.ts";
import { sharedControlPlane, TOOLCHAIN_TIMEOUT } from "./control-plane.ts";

const CUSTOM = `/apis/argoproj.io/v1alpha1/namespaces/${EVENTS_NAMESPACE}`;
const SECRETS = `/api/v1/namespaces/${EVENTS_NAMESPACE}/secrets`;

describe("what stands in Argo Events' place", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let admin: KubernetesApi;
  let kubeconfig = "";
  let folder = "";

  before(async () => {
    const shared = await sharedControlPlane();
    await installDefinitions({ admin: shared.admin });
    kubeconfig = shared.argoEvents;
    admin = kubernetesApi(await connectionOf(shared.admin));
    folder = await mkdtemp(join(tmpdir(), "argo-events-place-"));
    await claimDirectory(folder);
  });

  after(async () => {
    await stopRecorded(folder);
    await rm(folder, { recursive: true, force: true });
    for (const path of [
      `${CUSTOM}/eventsources/github-0`,
      `${CUSTOM}/sensors/github-0`,
      `${SECRETS}/github-0`,
    ]) {
      await admin.send("DELETE", path);
    }
    admin.close();
  });

  it("turns a delivery into a Workflow by what the API server holds, as a process of the sandbox", async () => {
    const { eventSources, sensors, secrets } = cluster();
    const put = (path: string, kind: string, apiVersion: string, object: unknown) =>
      admin.apply(path, JSON.stringify({ apiVersion, kind, ...(object as object) }));
    await put(`${CUSTOM}/eventsources/github-0`, "EventSource", "argoproj.io/v1alpha1", eventSources[0]);
    await put(`${CUSTOM}/sensors/github-0`, "Sensor", "argoproj.io/v1alpha1", sensors[0]);
    await put(`${SECRETS}/github-0`, "Secret", "v1", secrets[0]);
    const { url, workflows, log } = await startArgoEvents(folder, kubeconfig);
    const { method, path, headers, body } = delivery();
    const response = await fetch(`${url}${path}`, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      body: new Uint8Array(body),
    });
    assert.equal(response.status, 200, await lastLines(log));
    assert.deepEqual(await readdir(workflows), [`builds-edge.nginx-${COMMIT.slice(0, 12)}.yaml`]);
    assert.match(await lastLines(log), /No workflow controller runs here/);
  });
});
