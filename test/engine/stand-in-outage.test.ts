import assert from "node:assert/strict";
import { core, type ProviderArgs } from "@pulumi/kubernetes";
import { type ApiServer, apiServer } from "./stand-in-program/api-server.ts";
import { kubectl } from "./stand-in-program/kubectl.ts";
import { type RecordingProxy, recordingProxy } from "./stand-in-program/recording-proxy.ts";
import { openStack, type Program, type TestStack } from "./stand-in-program/stack.ts";

const configMap = (name: string, step: string) => ({
  metadata: { name, namespace: "default", labels: { step } },
});

/** The first object is updated, then the server goes, then the second one's turn comes. */
const program =
  (step: string, goes: () => void): Program =>
  (provider) => {
    const first = new core.v1.ConfigMap("first", configMap("first", step), { provider });
    const labels = first.metadata.labels.apply((updated) => {
      goes();
      return updated;
    });
    const metadata = { ...configMap("second", step).metadata, labels };
    new core.v1.ConfigMap("second", { metadata }, { provider });
  };

describe("stand-in: an API server that goes away in mid-update", function () {
  this.timeout(120_000);
  let server: ApiServer;
  let stack: TestStack;
  let args: ProviderArgs;
  before(async () => {
    server = await apiServer();
    args = { kubeconfig: server.kubeconfig };
    stack = await openStack(() => args);
    await stack.up(program("1", () => undefined));
  });
  after(async () => {
    await stack.close();
    await server.close();
  });

  it("ends an update of a server that stands still after kubeClientSettings.timeout", async () => {
    const patient = args;
    args = { ...args, kubeClientSettings: { timeout: 5 } };
    try {
      await assert.rejects(
        stack.up(program("2", () => server.signal("SIGSTOP"))),
        new RegExp(
          `cannot update ConfigMap default/second: the API server at ${server.url} did not answer within the 5s of kubeClientSettings\\.timeout`,
        ),
      );
    } finally {
      args = patient;
      server.signal("SIGCONT");
    }
  });

  it("ends an update in its middle with an error that names object and server, and keeps what was done", async () => {
    await assert.rejects(
      stack.up(program("3", () => server.signal("SIGKILL"))),
      new RegExp(`cannot update ConfigMap default/second: the API server at ${server.url} cannot be reached`),
    );
    const { resources } = (JSON.parse(await stack.state()) as State).checkpoint.latest;
    const step = (id: string) =>
      resources.find((resource) => resource.id === id)?.outputs.metadata?.labels?.step;
    assert.equal(step("default/first"), "3");
    assert.equal(step("default/second"), "1");
  });
});

describe("stand-in: an API server that is not there", function () {
  this.timeout(60_000);
  let proxy: RecordingProxy;
  before(async () => {
    proxy = await recordingProxy();
  });
  after(async () => {
    await proxy.close();
    await kubectl("delete", "configmap", "first", "second", "--ignore-not-found");
  });

  describe("any more", () => {
    let stack: TestStack;
    let args: ProviderArgs;
    before(async () => {
      args = { kubeconfig: proxy.kubeconfig };
      stack = await openStack(() => args);
      await stack.up(program("1", () => undefined));
      await proxy.close();
    });
    after(() => stack.close());

    it("keeps a destroy from forgetting objects that may still be there", async () => {
      await assert.rejects(
        stack.destroy(),
        /cannot delete ConfigMap .*unreachable.*PULUMI_K8S_DELETE_UNREACHABLE=true/s,
      );
    });

    it("lets an update pass with what the stack remembers when skipUpdateUnreachable is set", async () => {
      args = { ...args, skipUpdateUnreachable: true, deleteUnreachable: true };
      assert.deepEqual(await stack.up(program("2", () => undefined)), {
        cluster: "update",
        first: "same",
        second: "same",
      });
    });

    it("is forgotten with all its objects when deleteUnreachable is set", async () => {
      assert.deepEqual(await stack.destroy(), { first: "delete", second: "delete", cluster: "delete" });
    });
  });

  describe("from the start", () => {
    let stack: TestStack;
    before(async () => {
      await proxy.close();
      stack = await openStack({ kubeconfig: proxy.kubeconfig });
    });
    after(() => stack.close());

    it("can be previewed against though it is not there", async () => {
      assert.deepEqual(await stack.preview(program("1", () => undefined)), {
        cluster: "create",
        first: "create",
        second: "create",
      });
    });

    it("is named when it is not there from the start", async () => {
      await assert.rejects(
        stack.up(program("1", () => undefined)),
        new RegExp(
          `cannot create ConfigMap default/first: the Kubernetes cluster is unreachable: ${proxy.url}`,
        ),
      );
    });
  });
});

interface State {
  checkpoint: {
    latest: {
      resources: { id?: string; outputs: { metadata?: { labels?: Record<string, string> } } }[];
    };
  };
}
