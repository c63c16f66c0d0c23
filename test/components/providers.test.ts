import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { providers } from "../../components/providers.ts";
import { catalogueText, planOf, stackText } from "../sources.ts";
import { named, registered } from "./program.ts";
import { record } from "./recording.ts";

describe("the providers", () => {
  let environment: NodeJS.ProcessEnv;
  beforeEach(() => {
    environment = { ...process.env };
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
  });

  it("get cluster and context explicitly, with the client's rate limits", async () => {
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

  it("use the pod's credentials if the stack names no context", async () => {
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" });
    const all = await registered([], { cluster: "{ name: prod-eu }" });
    const { context, kubeconfig } = named(all, "kubernetes").inputs as Record<string, string>;
    const { clusters, users } = JSON.parse(kubeconfig ?? "");
    const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
    assert.equal(context, "pod");
    assert.deepEqual(clusters[0].cluster, {
      server: "https://[fd00::1]:443",
      "certificate-authority": `${folder}/ca.crt`,
    });
    assert.deepEqual(users[0].user, { tokenFile: `${folder}/token` });
  });

  it("fail if the stack names no context outside a pod", async () => {
    await assert.rejects(
      registered([], { cluster: "{ name: prod-eu }" }),
      /names no context, and this is no pod/,
    );
  });

  it("leave KUBECONFIG to the plugin, because the state must not contain a local path, and a list of files is not a path", async () => {
    process.env.KUBECONFIG = "/home/me/one:/home/me/two";
    const { kubeconfig } = named(await registered([]), "kubernetes").inputs as Record<string, unknown>;
    assert.equal(kubeconfig, undefined);
    assert.equal(process.env.KUBECONFIG, "/home/me/one:/home/me/two");
  });

  for (const [title, key, value] of [
    ["update a Secret in place, so that a rotation never removes it", "enableSecretMutable", "true"],
    [
      "update a ConfigMap in place, since protected resources cannot be replaced",
      "enableConfigMapMutable",
      "true",
    ],
    ["never upsert: an existing object must be imported explicitly", "upsertExistingObjects", undefined],
  ] as const)
    it(title, async () => {
      const inputs = named(await registered([]), "kubernetes").inputs as Record<string, unknown>;
      assert.equal(inputs[key], value);
    });

  it("keep the GitHub token secret", async () => {
    const plan = planOf(catalogueText({}));
    const all = await record(() => {
      providers(plan, pulumi.secret("token"));
    });
    const { token, owner } = named(all, "github").inputs as Record<string, unknown>;
    assert.deepEqual([token, owner], [{ secret: "token" }, "acme"]);
  });

  it("give the GitHub App's key as a secret, and no token beside it", async () => {
    process.env.GITHUB_TOKEN = "somebody's token";
    const keys = {
      github: '{ owner: acme, app: { clientId: Iv1.0123, installationId: "42" } }',
      githubAppPrivateKey: "{ secure: v1:abc }",
    };
    const plan = planOf(catalogueText({}), stackText(keys));
    const all = await record(() => {
      providers(plan, pulumi.secret("key"));
    });
    const { token, appAuth } = named(all, "github").inputs as Record<string, unknown>;
    assert.equal(token, undefined);
    assert.match(JSON.stringify(appAuth), /secret/);
    assert.equal(process.env.GITHUB_TOKEN, "somebody's token");
  });
});
