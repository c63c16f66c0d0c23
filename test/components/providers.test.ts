import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { providers } from "../../components/providers.ts";
import { catalogueText, planOf } from "../sources.ts";
import { named, registered } from "./program.ts";
import { record } from "./recording.ts";

describe("the providers", () => {
  it("are told cluster and context explicitly, with the client's speed", async () => {
    const all = await registered([], { cluster: "{ name: prod-eu, context: eu, qps: 80, burst: 200 }" });
    const { context, clusterIdentifier, kubeClientSettings } = named(all, "kubernetes").inputs as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [context, clusterIdentifier, kubeClientSettings],
      ["eu", "prod-eu", '{"qps":80,"burst":200}'],
    );
  });

  it("leave KUBECONFIG to the plugin: a path of this machine is none of the state, a list of files is no path", async () => {
    const before = process.env.KUBECONFIG;
    process.env.KUBECONFIG = "/home/me/one:/home/me/two";
    try {
      const { kubeconfig } = named(await registered([]), "kubernetes").inputs as Record<string, unknown>;
      assert.equal(kubeconfig, undefined);
      assert.equal(process.env.KUBECONFIG, "/home/me/one:/home/me/two");
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
    }
  });

  it("update a Secret in place: a rotation leaves Kargo no moment without", async () => {
    const inputs = named(await registered([]), "kubernetes").inputs as Record<string, unknown>;
    assert.equal(inputs.enableSecretMutable, "true");
  });

  it("change a ConfigMap in place: what is protected cannot be replaced", async () => {
    const inputs = named(await registered([]), "kubernetes").inputs as Record<string, unknown>;
    assert.equal(inputs.enableConfigMapMutable, "true");
  });

  it("never upsert: taking over what is there already is a decision of its own", async () => {
    const inputs = named(await registered([]), "kubernetes").inputs as Record<string, unknown>;
    assert.equal(inputs.upsertExistingObjects, undefined);
  });

  it("keep GitHub's token secret", async () => {
    const plan = planOf(catalogueText({}));
    const all = await record(() => {
      providers(plan, pulumi.secret("token"));
    });
    const { token, owner } = named(all, "github").inputs as Record<string, unknown>;
    assert.deepEqual([token, owner], [{ secret: "token" }, "acme"]);
  });
});
