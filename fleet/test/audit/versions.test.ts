import assert from "node:assert/strict";
import { tooOld } from "../../audit/versions.ts";

const ARGO_CD = "CVE-2026-42880, CVE-2026-45737, CVE-2026-45738";
const WORKFLOWS_3 = "CVE-2026-42183, CVE-2026-42295, CVE-2026-42297: no fix in 3.7";

const warning = (old: string, advisories: string, use: string) =>
  `${old}, for which there are security advisories${advisories && ` (${advisories})`}: use ${use} or later.`;

describe("the audit's check of versions", () => {
  for (const [image, old, advisories, use] of [
    ["quay.io/argoproj/argocd:v3.2.11", "Argo CD 3.2.11", ARGO_CD, "3.2.12"],
    ["quay.io/argoproj/argocd:v3.3.9", "Argo CD 3.3.9", ARGO_CD, "3.3.10"],
    ["quay.io/argoproj/argocd:v3.4.1", "Argo CD 3.4.1", ARGO_CD, "3.4.2"],
    ["quay.io/argoproj/workflow-controller:v4.0.5", "Argo Workflows 4.0.5", "CVE-2026-54526", "4.0.6"],
    ["mirror.example:5000/argoproj/argo-events:v1.9.5@sha256:abc", "Argo Events 1.9.5", "", "1.9.6"],
    ["ghcr.io/akuity/kargo:v1.9.4", "Kargo 1.9.4", "CVE-2026-32828", "1.11.2"],
  ] as const) {
    it(`names the advisories of ${image} and the release that fixes them`, () =>
      assert.equal(tooOld(image), warning(old, advisories, use)));
  }

  const anyArgoCd = "3.2.12 or 3.3.10 or 3.4.2";
  for (const [image, old, advisories, use] of [
    ["quay.io/argoproj/argocd:v3.1.99", "Argo CD 3.1.99", `${ARGO_CD}: no fix in 3.1`, anyArgoCd],
    ["quay.io/argoproj/argocd:v2.14.20", "Argo CD 2.14.20", `${ARGO_CD}: no fix in 2.14`, anyArgoCd],
    ["quay.io/argoproj/workflow-controller:v3.7.15", "Argo Workflows 3.7.15", WORKFLOWS_3, "4.0.6"],
    [
      "quay.io/argoproj/workflow-controller:v3.7.14",
      "Argo Workflows 3.7.14",
      `CVE-2026-54526; ${WORKFLOWS_3}`,
      "4.0.6",
    ],
  ] as const) {
    it(`reports that the minor version of ${image} gets no fix`, () =>
      assert.equal(tooOld(image), warning(old, advisories, use)));
  }

  for (const version of ["1.9.5", "1.10.0", "1.11.1"]) {
    it(`reports that Kargo ${version} lacks features, not that it has an advisory`, () =>
      assert.equal(
        tooOld(`ghcr.io/akuity/kargo:v${version}`),
        `Kargo ${version}, which has no known advisory but lacks features that the program uses: use 1.11.2 or later.`,
      ));
  }

  for (const image of [
    "ghcr.io/akuity/kargo:v1.11.2",
    "ghcr.io/akuity/kargo:v1.12.0",
    "quay.io/argoproj/argocd:v3.2.12",
    "quay.io/argoproj/argocd:v3.3.10",
    "quay.io/argoproj/argocd:v3.4.2",
    "quay.io/argoproj/argocd:v3.6.0",
    "quay.io/argoproj/workflow-controller:v4.0.6",
    "quay.io/argoproj/workflow-controller:v4.1.2",
    "quay.io/argoproj/argo-events:v1.9.11",
    "ghcr.io/akuity/kargo@sha256:abc",
    "ghcr.io/akuity/kargo:latest",
    "registry.example/constructor:v0.0.1",
    "registry.example/shop/nginx:v1.0.0",
  ]) {
    it(`accepts ${image}`, () => assert.equal(tooOld(image), undefined));
  }
});
