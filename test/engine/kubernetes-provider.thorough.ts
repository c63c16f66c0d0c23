import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { podKubeconfig } from "../../components/pod-credentials.ts";
import { RowRegistry } from "../../components/register-rows.ts";
import { filledSecretRow, type ObjectRow, objectRow, type Row } from "../../manifests/inventory/row.ts";
import { ensureToolchain } from "../../sandbox/toolchain/toolchain.ts";
import { kubectl as kubectlAs } from "./commands.ts";
import { sharedControlPlane } from "./control-plane.ts";
import { type InlineStack, openInlineStack } from "./inline-stack.ts";

interface Secret {
  readonly metadata: { readonly uid: string };
  readonly data?: Record<string, string>;
}

/** A component that registers the given rows. */
class Component extends pulumi.ComponentResource {
  constructor(name: string, rows: readonly Row[], provider: kubernetes.Provider) {
    super("test:index:Component", name, {}, { provider });
    new RowRegistry(name, this, { secrets: { webhookMasterSecret: "master" } }).register(rows);
  }
}

type Program = (opts: { readonly provider: kubernetes.Provider }) => unknown;

describe("the Kubernetes provider of the toolchain", () => {
  let stack: InlineStack<Program>;
  let admin: string;
  const kubectl = (...args: readonly string[]) => kubectlAs({ admin }, args);

  before(async () => {
    ({ admin } = await sharedControlPlane());
    stack = await openInlineStack<Program>("provider", async (program) => {
      await program({ provider: new kubernetes.Provider("cluster", { kubeconfig: admin }) });
    });
  });

  after(() => stack?.close());

  const map = (data: Record<string, string>) => (opts: Parameters<Program>[0]) =>
    new kubernetes.core.v1.ConfigMap("map", { metadata: { name: "provider" }, data }, opts);

  const rows =
    (...all: readonly Row[]) =>
    ({ provider }: Parameters<Program>[0]) =>
      new Component("component", all, provider);

  it("fails to create an object that exists, and does not change it", async () => {
    await kubectl("create", "configmap", "provider", "--from-literal=whose=theirs");
    await assert.rejects(stack.up(map({ whose: "ours" })), /configmaps "provider" already exists/);
    assert.equal(await kubectl("get", "configmap", "provider", "-o", "jsonpath={.data.whose}"), "theirs");
    await kubectl("delete", "configmap", "provider");
  });

  it("removes a field that the first update no longer has", async () => {
    const labelled = (labels: Record<string, string>) => (opts: Parameters<Program>[0]) =>
      new kubernetes.core.v1.ServiceAccount("account", { metadata: { name: "provider", labels } }, opts);
    await stack.up(labelled({ kept: "yes", dropped: "yes" }));
    await stack.up(labelled({ kept: "yes" }));
    const labels = await kubectl("get", "serviceaccount", "provider", "-o", "jsonpath={.metadata.labels}");
    assert.equal(labels, '{"kept":"yes"}');
    await stack.destroy();
  });

  it("fills a Secret that an earlier version created, in place, and removes its fields on deletion", async () => {
    const metadata = { name: "filled", namespace: "default", labels: { ours: "yes" } };
    const secret = { apiVersion: "v1", kind: "Secret", metadata };
    await stack.up(rows(objectRow("secret", secret, { values: { a: { purpose: "a", as: () => "1" } } })));
    const look = async () => JSON.parse(await kubectl("get", "secret", "filled", "-o", "json")) as Secret;
    const { uid } = (await look()).metadata;
    const changes = await stack.up(
      rows(filledSecretRow("secret", secret, { a: { purpose: "a", as: () => "2" } })),
    );
    assert.deepEqual(changes, { update: 1, same: 3 });
    const filled = await look();
    assert.deepEqual([filled.metadata.uid, filled.data], [uid, { a: "Mg==" }]);
    await stack.destroy();
    assert.equal((await look()).data, undefined);
    await kubectl("delete", "secret", "filled");
  });

  it("fills a ConfigMap that an administrator created, and removes its keys alone on deletion", async () => {
    await kubectl("create", "configmap", "filled", "--from-literal=theirs=yes");
    const metadata = { name: "filled", namespace: "default", labels: { ours: "yes" } };
    const filled = (data: Record<string, string>) =>
      rows(
        objectRow("map", { apiVersion: "v1", kind: "ConfigMap", metadata, data } as never, { filled: true }),
      );
    const data = async () => JSON.parse(await kubectl("get", "cm", "filled", "-o", "jsonpath={.data}"));
    await stack.up(filled({ a: "1", b: "1" }));
    assert.deepEqual(await data(), { theirs: "yes", a: "1", b: "1" });
    await kubectl("patch", "configmap", "filled", "--type=merge", '--patch={"data":{"a":"by hand"}}');
    await stack.up(filled({ a: "2" }));
    assert.deepEqual(await data(), { theirs: "yes", a: "2" });
    assert.deepEqual(await stack.up(filled({ a: "2" })), { same: 4 });
    await stack.destroy();
    assert.deepEqual(await data(), { theirs: "yes" });
    await kubectl("delete", "configmap", "filled");
  });

  it("imports a built-in kind with all its properties, so that the next up changes nothing", async () => {
    await kubectl("create", "role", "provider", "--verb=get", "--resource=configmaps");
    await kubectl("create", "rolebinding", "provider", "--role=provider", "--group=readers");
    const binding = (importOf: { import?: string }) => (opts: Parameters<Program>[0]) =>
      new kubernetes.rbac.v1.RoleBinding(
        "binding",
        {
          metadata: { name: "provider", namespace: "default" },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "provider" },
          subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "readers" }],
        },
        { ...opts, ...importOf },
      );
    const imported = await stack.up(binding({ import: "default/provider" }));
    assert.equal(imported.import, 1);
    assert.deepEqual(await stack.up(binding({})), { same: 3 });
    await stack.destroy();
    await kubectl("delete", "role", "provider");
  });

  it("uses a pod's credentials, and stores only their paths in the state", async () => {
    const { url } = await sharedControlPlane();
    await kubectl("create", "serviceaccount", "pod");
    await kubectl("create", "rolebinding", "pod", "--clusterrole=edit", "--serviceaccount=default:pod");
    const root = await mkdtemp(join(tmpdir(), "kargo-fleet-pod-"));
    try {
      const folder = join(root, "var/run/secrets/kubernetes.io/serviceaccount");
      await mkdir(folder, { recursive: true });
      const token = await kubectl("create", "token", "pod");
      await writeFile(join(folder, "token"), token);
      const authority = "jsonpath={.clusters[0].cluster.certificate-authority-data}";
      const encoded = await kubectl("config", "view", "--raw", "--output", authority);
      await writeFile(join(folder, "ca.crt"), Buffer.from(encoded, "base64"));
      const { hostname, port } = new URL(url);
      const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
      const kubeconfig = podKubeconfig(environment, root);
      assert.ok(!kubeconfig.includes(token));
      await stack.up(() => {
        const provider = new kubernetes.Provider("pod", { kubeconfig, context: "pod" });
        return map({ whose: "pod" })({ provider });
      });
      assert.equal(await kubectl("get", "configmap", "provider", "-o", "jsonpath={.data.whose}"), "pod");
      await stack.destroy();
      await kubectl("delete", "serviceaccount", "pod");
      await kubectl("delete", "rolebinding", "pod");
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  it("keeps an object whose row is renamed and then moved to another component with aliases", async () => {
    const metadata = { name: "moved", namespace: "default", labels: {} };
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata };
    const uid = () => kubectl("get", "configmap", "moved", "-o", "jsonpath={.metadata.uid}");
    await stack.up(rows(objectRow("map", map)));
    const before = await uid();
    const renamed = (aliases: ObjectRow["aliases"]) => rows(objectRow("limits", map, { aliases }));
    assert.deepEqual(await stack.up(renamed([{ role: "map" }])), { same: 4 });
    const component = { type: "test:index:Component", name: "component" };
    const moved = objectRow("limits", map, { aliases: [{ component }] });
    const changes = await stack.up(({ provider }) => {
      new Component("component", [], provider);
      new Component("other", [moved], provider);
    });
    assert.deepEqual(changes, { create: 1, same: 4 });
    assert.equal(await uid(), before);
    // Without the alias it is another resource for the engine.
    await assert.rejects(stack.up(renamed([])), /configmaps "moved" already exists/);
    await stack.destroy();
  });

  it("refuses a Helm release if it was built without support for it", async () => {
    const { programs } = await ensureToolchain({ quiet: true });
    const built = programs["pulumi-resource-kubernetes"].origin === "built";
    const release = (opts: Parameters<Program>[0]) =>
      new kubernetes.helm.v3.Release("release", { chart: "nginx" }, opts);
    // The official provider looks for the chart, which does not exist.
    await assert.rejects(stack.preview(release), built ? /put the official plugin on PATH/ : /nginx/);
  });
});
