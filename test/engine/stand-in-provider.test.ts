import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { apps, core, helm, type Provider, type ProviderArgs, yaml } from "@pulumi/kubernetes";
import { sharedControlPlane } from "./control-plane.ts";
import type { Steps } from "./inline-run.ts";
import { kubeconfig } from "./stand-in-program/kubeconfig.ts";
import { discard, scratchNamespace } from "./stand-in-program/kubectl.ts";
import { type RecordingProxy, recordingProxy } from "./stand-in-program/recording-proxy.ts";
import { openStack, type Program } from "./stand-in-program/stack.ts";

describe("stand-in: provider", function () {
  this.timeout(60_000);
  let namespace: string;
  let proxy: RecordingProxy;
  before(async () => {
    namespace = await scratchNamespace();
    proxy = await recordingProxy();
  });
  after(async () => {
    await proxy.close();
    await discard(namespace);
  });

  const account = (name: string, provider: Provider) =>
    new core.v1.ServiceAccount(name, { metadata: { name, namespace } }, { provider });

  /** The milliseconds from the first to the last of five creates. */
  async function spanOfCreates(args: ProviderArgs = {}): Promise<number> {
    const names = Array.from({ length: 5 }, () => `spaced-${randomBytes(4).toString("hex")}`);
    const stack = await openStack({ kubeconfig: proxy.kubeconfig, ...args });
    proxy.passed();
    await stack.up((provider) => {
      for (const name of names) account(name, provider);
    });
    await stack.close();
    const times = proxy
      .passed()
      .filter(({ method }) => method === "POST")
      .map(({ at }) => at);
    assert.equal(times.length, 5);
    return Math.max(...times) - Math.min(...times);
  }

  it("spaces its requests by kubeClientSettings' qps and burst", async () => {
    // Four gaps of 250 ms; one is allowed for a request that was slow to arrive.
    assert.ok((await spanOfCreates({ kubeClientSettings: { qps: 4, burst: 1 } })) >= 750);
  });

  it("reads kubeClientSettings from the environment where the program sets none", async () => {
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
    const stack = await openStack({ kubeconfig: admin, context: "no-such-context" });
    await assert.rejects(
      stack.up((provider) => void account("nowhere", provider)),
      /context "no-such-context" does not exist/,
    );
    await stack.close();
  });

  describe("several in one program", () => {
    /** From and to which arguments the provider of each pair of accounts changes. */
    type Moves = Readonly<Record<string, readonly [from: ProviderArgs, to: ProviderArgs]>>;
    let steps: Steps;
    let outputs: Readonly<Record<string, unknown>>;

    const program =
      (moves: Moves, when: 0 | 1): Program =>
      (_, another) => {
        for (const [name, args] of Object.entries(moves)) {
          const provider = another(name, args[when]);
          for (const each of ["one", "two"]) account(`${name}-${each}`, provider);
        }
        const metadata = { name: "homeless" };
        const homeless = new core.v1.ConfigMap(
          "homeless",
          { metadata },
          { provider: another("home", { namespace }) },
        );
        return { id: homeless.id };
      };

    before(async () => {
      const [same, old, renamed] = [
        await kubeconfig({}),
        await kubeconfig({ context: "old" }),
        await kubeconfig({ context: "new" }),
      ];
      const moves: Moves = {
        identified: [
          { kubeconfig: old, context: "old", clusterIdentifier: "prod" },
          { kubeconfig: proxy.kubeconfig, context: "test", clusterIdentifier: "prod" },
        ],
        otherwise: [
          { kubeconfig: same, clusterIdentifier: "prod" },
          { kubeconfig: same, clusterIdentifier: "other" },
        ],
        moved: [{ kubeconfig: same }, { kubeconfig: proxy.kubeconfig }],
        renamed: [
          { kubeconfig: old, context: "old" },
          { kubeconfig: renamed, context: "new" },
        ],
      };
      const stack = await openStack();
      await stack.up(program(moves, 0));
      outputs = await stack.outputs();
      steps = await stack.preview(program(moves, 1));
      await stack.close();
    });

    /** What would happen to a provider and its two objects. */
    const moved = (name: string) => [name, `${name}-one`, `${name}-two`].map((each) => steps[each]);

    it("puts objects that name no namespace into the provider's", () => {
      assert.equal(outputs.id, `${namespace}/homeless`);
    });

    it("replaces nothing when the context is renamed and clusterIdentifier stays", () => {
      assert.deepEqual(moved("identified"), ["update", "same", "same"]);
    });

    it("replaces everything when clusterIdentifier differs", () => {
      assert.deepEqual(moved("otherwise"), ["replace", "replace", "replace"]);
    });

    it("replaces everything when there is no clusterIdentifier and the server differs", () => {
      assert.deepEqual(moved("moved"), ["replace", "replace", "replace"]);
    });

    it("replaces nothing when there is no clusterIdentifier and a renamed context leads to the same server", () => {
      assert.deepEqual(moved("renamed"), ["update", "same", "same"]);
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
        const stack = await openStack();
        await assert.rejects(stack.preview(program), message);
        await stack.close();
      });
    }

    it("refuses client-side apply", async () => {
      const stack = await openStack({ enableServerSideApply: false });
      await assert.rejects(
        stack.preview((provider) => account("client-side", provider)),
        /stand-in does not support enableServerSideApply: false/,
      );
      await stack.close();
    });

    it("says by its version that it is a stand-in", async () => {
      const { programs } = await sharedControlPlane();
      const plugin = programs["pulumi-resource-kubernetes"];
      const { stdout } = await promisify(execFile)(plugin, ["--version"]);
      assert.match(stdout, /^4\.34\.2\+kargo-fleet\.stand-in$/m);
    });
  });
});
