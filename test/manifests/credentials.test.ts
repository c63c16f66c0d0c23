import assert from "node:assert/strict";
import { credentialSecret } from "../../manifests/credentials.ts";
import { catalogueText, platformPlan, problemsOf, stackText } from "../sources.ts";

const SECURE = "{ secure: v1:abc }";
const secretsOf = (credentials: string, keys = {}) =>
  platformPlan({ credentials, ...keys }).credentials.map(credentialSecret);

describe("Kargo's credentials", () => {
  it("open exactly the GitOps repository, in the shared namespace without replication", () => {
    assert.deepEqual(secretsOf("{ git: { username: kargo } }", { gitPassword: SECURE }), [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: "kargo-fleet-git",
          namespace: "kargo-shared-resources",
          labels: { "app.kubernetes.io/managed-by": "kargo-fleet", "kargo.akuity.io/cred-type": "git" },
        },
        type: "Opaque",
        stringData: { repoURL: "https://github.com/acme/gitops.git", username: "kargo" },
      },
    ]);
  });

  it("open every image of the registry, and of no registry with the same prefix", () => {
    const [secret] = secretsOf("{ image: { username: reader } }", { imagePassword: SECURE });
    const { repoURL = "", repoURLIsRegex } = secret?.stringData ?? {};
    assert.equal(repoURLIsRegex, "true");
    assert.match("registry.example/nginx", new RegExp(repoURL));
    assert.doesNotMatch("registry.example.evil/nginx", new RegExp(repoURL));
    assert.doesNotMatch("registryXexample/nginx", new RegExp(repoURL));
  });

  it("are those of a GitHub App if the stack names one", () => {
    const app = "{ git: { githubApp: { clientId: Iv1.abc, installationId: '42' } } }";
    const [secret] = secretsOf(app, { gitAppPrivateKey: SECURE });
    assert.deepEqual(secret?.stringData, {
      repoURL: "https://github.com/acme/gitops.git",
      githubAppClientID: "Iv1.abc",
      githubAppInstallationID: "42",
    });
  });

  it("are not created if the stack names an existing Secret", () => {
    assert.deepEqual(secretsOf("{ git: { existingSecret: git }, image: { existingSecret: image } }"), []);
  });

  it("are refused without the secret that they need", () => {
    const stack = stackText({ credentials: "{ git: { username: kargo } }" });
    assert.match(
      problemsOf(catalogueText({}), stack).join(),
      /gitPassword {2}is missing; a secret is required\. Run: pulumi config set --secret kargo-fleet:gitPassword/,
    );
  });

  it("are refused with a plain-text secret, which the message does not repeat", () => {
    const stack = stackText({ credentials: "{ git: { username: kargo } }", gitPassword: "hunter2" });
    const found = problemsOf(catalogueText({}), stack).join();
    assert.match(found, /gitPassword {2}must be a secret/);
    assert.doesNotMatch(found, /hunter2/);
  });
});
