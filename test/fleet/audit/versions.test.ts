import assert from "node:assert/strict";
import { tooOld } from "../../../fleet/audit/versions.ts";

describe("the audit's look at versions", () => {
  for (const image of [
    "ghcr.io/akuity/kargo:v1.11.1",
    "quay.io/argoproj/argocd:v3.1.7",
    "quay.io/argoproj/argocd:v3.0.18",
    "quay.io/argoproj/argocd:v2.14.20",
    "quay.io/argoproj/workflow-controller:v3.7.13",
    "quay.io/argoproj/workflow-controller:v4.0.4",
    "mirror.example:5000/argoproj/argo-events:v1.9.5@sha256:abc",
  ]) {
    it(`warns of ${image}`, () =>
      assert.match(tooOld(image) ?? "", /security advisories: use .* or later\.$/));
  }

  for (const image of [
    "ghcr.io/akuity/kargo:v1.11.2",
    "ghcr.io/akuity/kargo:v1.12.0",
    "quay.io/argoproj/argocd:v3.0.19",
    "quay.io/argoproj/argocd:v3.6.0",
    "quay.io/argoproj/workflow-controller:v3.7.14",
    "quay.io/argoproj/workflow-controller:v4.1.2",
    "quay.io/argoproj/argo-events:v1.9.11",
    "ghcr.io/akuity/kargo@sha256:abc",
    "ghcr.io/akuity/kargo:latest",
    "registry.example/constructor:v0.0.1",
    "registry.example/shop/nginx:v1.0.0",
  ]) {
    it(`says nothing of ${image}`, () => assert.equal(tooOld(image), undefined));
  }

  it("names the project, its version and both lines that are kept", () => {
    assert.equal(
      tooOld("quay.io/argoproj/argocd:v3.1.7"),
      "Argo CD 3.1.7, for which there are security advisories: use 3.0.19 or 3.1.8 or later.",
    );
  });
});
