import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { rootCertificates } from "node:tls";
import { execa } from "execa";
import {
  type SharedControlPlane,
  sharedControlPlane,
  TOOLCHAIN_TIMEOUT,
} from "../../test/engine/control-plane.ts";
import { INSTALLED_NAMESPACES } from "../deployer.ts";
import { type Connection, connectionOf, kubernetesApi } from "../kubernetes-api.ts";

describe("the control plane", function () {
  this.timeout(60_000);

  let directory: string;
  let controlPlane: SharedControlPlane;
  /** Runs kubectl as the administrator, or as the deployer if a test says so. */
  let kubectl: (...args: string[]) => Promise<string>;
  let deployer: Connection;
  let admin: Connection;

  before(async function () {
    this.timeout(TOOLCHAIN_TIMEOUT);
    controlPlane = await sharedControlPlane();
    directory = dirname(controlPlane.admin);
    deployer = await connectionOf(controlPlane.deployer);
    admin = await connectionOf(controlPlane.admin);
    kubectl = async (...args) =>
      (await execa(controlPlane.programs.kubectl, ["--kubeconfig", controlPlane.admin, ...args])).stdout;
  });

  /** The status of a response. */
  async function statusOf(connection: Connection, path = "/api/v1/namespaces"): Promise<number> {
    const api = kubernetesApi(connection);
    try {
      return (await api.send("GET", path)).status;
    } finally {
      api.close();
    }
  }

  it("accepts kubectl as the deployer, with a kubeconfig whose context is called sandbox", async () => {
    const as = ["--kubeconfig", controlPlane.deployer];
    assert.equal(await kubectl(...as, "config", "current-context"), "sandbox");
    assert.match(await kubectl(...as, "auth", "whoami"), /Username +kargo-fleet-deployer/);
  });

  it("has the namespaces that installations of Kargo and the Argo projects create", async () => {
    const names = (await kubectl("get", "namespaces", "-o", "name")).split("\n");
    assert.deepEqual(
      INSTALLED_NAMESPACES.filter((name) => !names.includes(`namespace/${name}`)),
      [],
    );
  });

  it("rejects unknown tokens", async () => {
    assert.equal(await statusOf({ ...deployer, token: "unknown" }), 401);
  });

  it("enforces RBAC: a ServiceAccount may read no namespaces", async () => {
    const token = await kubectl("create", "token", "default", "-n", "argocd");
    assert.equal(await statusOf({ ...deployer, token }), 403);
  });

  it("has a certificate that its kubeconfig verifies", async () => {
    const text = await readFile(controlPlane.deployer, "utf8");
    assert.doesNotMatch(text, /insecure/);
    assert.equal(await statusOf(deployer), 200);
    await assert.rejects(statusOf({ ...deployer, authority: rootCertificates[0] ?? "" }), /certificate/);
  });

  it("hides its secrets from other users of the machine", async () => {
    const files = [
      "admin.kubeconfig",
      "deployer.kubeconfig",
      "tokens.csv",
      "service-account.key",
      "processes.json",
    ];
    const modes = await Promise.all(
      files.map(async (file) => ((await stat(join(directory, file))).mode & 0o777).toString(8)),
    );
    assert.deepEqual(
      modes,
      files.map(() => "600"),
    );
  });

  it("creates a namespace's ServiceAccount and deletes both together", async () => {
    await kubectl("create", "namespace", "short-lived");
    await kubectl("wait", "--for=create", "serviceaccount/default", "-n", "short-lived", "--timeout=20s");
    await kubectl("delete", "namespace", "short-lived", "--timeout=30s");
    assert.equal(await statusOf(admin, "/api/v1/namespaces/short-lived"), 404);
  });

  it("deletes objects whose owner is deleted", async () => {
    await kubectl("create", "configmap", "owner", "-n", "argocd");
    const uid = await kubectl("get", "configmap", "owner", "-n", "argocd", "-o", "jsonpath={.metadata.uid}");
    await kubectl("create", "configmap", "owned", "-n", "argocd");
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid }];
    const patch = JSON.stringify({ metadata: { ownerReferences } });
    await kubectl("patch", "configmap", "owned", "-n", "argocd", "-p", patch);
    await kubectl("delete", "configmap", "owner", "-n", "argocd");
    const path = "/api/v1/namespaces/argocd/configmaps/owned";
    while ((await statusOf(admin, path)) !== 404) {
      await pause(100);
    }
  });

  it("enforces a ValidatingAdmissionPolicy, as Kubernetes does by default", async () => {
    const policy = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "no-forbidden" },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
          ],
        },
        validations: [{ expression: "object.metadata.name != 'forbidden'", message: "not this one" }],
      },
    };
    const binding = {
      apiVersion: policy.apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "no-forbidden" },
      spec: { policyName: "no-forbidden", validationActions: ["Deny"] },
    };
    const api = kubernetesApi(admin);
    const path = "/apis/admissionregistration.k8s.io/v1";
    await api.apply(`${path}/validatingadmissionpolicies/no-forbidden`, JSON.stringify(policy));
    await api.apply(`${path}/validatingadmissionpolicybindings/no-forbidden`, JSON.stringify(binding));
    api.close();
    const create = () => kubectl("create", "configmap", "forbidden", "-n", "default", "--dry-run=server");
    // The API server needs a moment to load a policy.
    while (await create().then(Boolean, () => false)) {
      await pause(100);
    }
    await assert.rejects(create(), /not this one/);
  });
});
