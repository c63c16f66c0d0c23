import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { apps, core, helm, type ProviderArgs, yaml } from "@pulumi/kubernetes";
import { sharedControlPlane } from "./control-plane.ts";
import { kubeconfig } from "./stand-in-program/kubeconfig.ts";
import { discard, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { type RecordingProxy, recordingProxy } from "./stand-in-program/recording-proxy.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";

describe("stand-in: provider", function () {
  this.timeout(60_000);
  let namespace: string;
  let proxy: RecordingProxy;
  let args: ProviderArgs;
  let stack: TestStack;
  before(async () => {
    namespace = await scratchNamespace();
    proxy = await recordingProxy();
  });
  after(async () => {
    await proxy.close();
    await discard(namespace);
  });
  beforeEach(async () => {
    args = {};
    stack = await openStack(() => args);
  });
  afterEach(() => stack.close());

  const accounts =
    (count: number): Program =>
    (provider) => {
      for (let i = 0; i < count; i++) {
        new core.v1.ServiceAccount(`a${i}`, { metadata: { name: `account-${i}`, namespace } }, { provider });
      }
    };

  /** The milliseconds from the first to the last of five creates. */
  async function spanOfCreates(): Promise<number> {
    proxy.passed();
    await stack.up(accounts(5));
    const times = proxy
      .passed()
      .filter(({ method }) => method === "POST")
      .map(({ at }) => at);
    assert.equal(times.length, 5);
    await stack.destroy();
    return Math.max(...times) - Math.min(...times);
  }

  it("spaces its requests by kubeClientSettings' qps and burst", async () => {
    args = { kubeconfig: proxy.kubeconfig, kubeClientSettings: { qps: 4, burst: 1 } };
    // Four gaps of 250 ms; one is allowed for a request that was slow to arrive.
    assert.ok((await spanOfCreates()) >= 750);
  });

  it("reads kubeClientSettings from the environment where the program sets none", async () => {
    args = { kubeconfig: proxy.kubeconfig };
    process.env.PULUMI_K8S_CLIENT_QPS = "4";
    process.env.PULUMI_K8S_CLIENT_BURST = "1";
    try {
      assert.ok((await spanOfCreates()) >= 750);
    } finally {
      delete process.env.PULUMI_K8S_CLIENT_QPS;
      delete process.env.PULUMI_K8S_CLIENT_BURST;
    }
  });

  it("takes a kubeconfig by its path, and the context that the program names", async () => {
    const { admin } = await sharedControlPlane();
    args = { kubeconfig: admin, context: "no-such-context" };
    await assert.rejects(stack.up(accounts(1)), /context "no-such-context" does not exist/);
  });

  it("puts objects that name no namespace into the provider's", async () => {
    args = { namespace };
    await stack.up((provider) => {
      const made = new core.v1.ConfigMap("c", { metadata: { name: "homeless" } }, { provider });
      return { id: made.id };
    });
    assert.deepEqual(await stack.outputs(), { id: `${namespace}/homeless` });
  });

  describe("another cluster", () => {
    /** Counts what a preview would do once the provider's arguments have changed from `from` to `to`. */
    async function moved(from: ProviderArgs, to: ProviderArgs) {
      args = from;
      await stack.up(accounts(2));
      args = to;
      const changes = await stack.preview(accounts(2));
      args = from;
      await stack.destroy();
      return changes;
    }

    it("replaces nothing when the context is renamed and clusterIdentifier stays", async () => {
      const from = {
        kubeconfig: await kubeconfig({ context: "old" }),
        context: "old",
        clusterIdentifier: "prod",
      };
      const to = { kubeconfig: proxy.kubeconfig, context: "test", clusterIdentifier: "prod" };
      assert.deepEqual(await moved(from, to), { same: 3, update: 1 });
    });

    it("replaces everything when clusterIdentifier differs", async () => {
      const same = { kubeconfig: await kubeconfig({}) };
      const changes = await moved(
        { ...same, clusterIdentifier: "prod" },
        { ...same, clusterIdentifier: "other" },
      );
      assert.deepEqual(changes, { same: 1, replace: 3 });
    });

    it("replaces everything when there is no clusterIdentifier and the server differs", async () => {
      const changes = await moved({ kubeconfig: await kubeconfig({}) }, { kubeconfig: proxy.kubeconfig });
      assert.deepEqual(changes, { same: 1, replace: 3 });
    });

    it("replaces nothing when there is no clusterIdentifier and a renamed context leads to the same server", async () => {
      const from = { kubeconfig: await kubeconfig({ context: "old" }), context: "old" };
      const to = { kubeconfig: await kubeconfig({ context: "new" }), context: "new" };
      assert.deepEqual(await moved(from, to), { same: 3, update: 1 });
    });
  });

  describe("what it does not do", () => {
    const refused: Record<string, [Program, RegExp]> = {
      "a kind that the real plugin waits for": [
        (provider) => {
          const labels = { app: "web" };
          const template = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web" }] } };
          const spec = { selector: { matchLabels: labels }, template };
          new apps.v1.Deployment("d", { metadata: { name: "d", namespace }, spec }, { provider });
        },
        /pulumi\.com\/skipAwait.*the real plugin waits until a Deployment is ready, the stand-in cannot/,
      ],
      "the annotation waitFor": [
        (provider) => {
          const annotations = { "pulumi.com/waitFor": "condition=Ready" };
          new core.v1.ConfigMap("c", { metadata: { name: "c", namespace, annotations } }, { provider });
        },
        /stand-in does not support this annotation/,
      ],
      "a Patch resource": [
        (provider) => new core.v1.NamespacePatch("n", { metadata: { name: namespace } }, { provider }),
        /stand-in does not support Patch resources/,
      ],
      "a Helm release": [
        (provider) => new helm.v3.Release("r", { chart: "nginx" }, { provider }),
        /stand-in does not support kubernetes:helm\.sh\/v3:Release/,
      ],
      "a component of YAML files": [
        (provider) => new yaml.v2.ConfigGroup("g", { yaml: "" }, { provider }),
        /stand-in does not support the component kubernetes:yaml\/v2:ConfigGroup/,
      ],
    };
    for (const [what, [program, message]] of Object.entries(refused)) {
      it(`refuses ${what}, before anything is made`, async () => {
        await assert.rejects(stack.preview(program), message);
      });
    }

    it("refuses client-side apply", async () => {
      args = { enableServerSideApply: false };
      await assert.rejects(
        stack.preview(accounts(1)),
        /stand-in does not support enableServerSideApply: false/,
      );
    });

    it("says by its version that it is a stand-in", async () => {
      const { programs } = await sharedControlPlane();
      const plugin = programs["pulumi-resource-kubernetes"];
      const { stdout } = await promisify(execFile)(plugin, ["--version"]);
      assert.match(stdout, /^4\.34\.2\+kargo-fleet\.stand-in$/m);
    });
  });
});
