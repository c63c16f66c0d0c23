import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { formatProblem } from "../../model/diagnostics.ts";
import { readPromotionTask } from "../../model/own-promotion-task.ts";
import { knownSteps } from "../../model/promotion-steps.ts";

const PAGE = readFileSync("docs/promotion-tasks.md", "utf8");

/** The files on the page by the section that they are in. */
const recipes = new Map(
  PAGE.split(/^##+ /m).flatMap((section): [string, string][] => {
    const text = /```yaml promotion\n(.*?)```/s.exec(section)?.[1];
    return text === undefined ? [] : [[section.split("\n", 1)[0] ?? "", text]];
  }),
);

const complaints = (text: string) => readPromotionTask("promotion/v3.yaml", text).problems.map(formatProblem);
const used = (title: string) => readPromotionTask("f.yaml", recipes.get(title) ?? "").value?.steps ?? [];

describe("docs/promotion-tasks.md", () => {
  it("has a recipe for Kustomize, chart versions, http and signed commits", () => {
    assert.deepEqual(
      [...recipes.keys()],
      ["The file", "Kustomize", "A chart version", "Tell another system", "Signed commits"],
    );
  });

  for (const [title, text] of recipes) {
    it(`shows a file that the check accepts: ${title}`, () => assert.deepEqual(complaints(text), []));
  }

  it("shows exactly the steps of v1", () => {
    const { spec } = promotionTask({ name: "kargo-fleet-promote-v1", version: "v1", by: "push" });
    assert.deepEqual(used("The file"), spec.steps);
  });

  it("uses in each recipe the step that it is about", () => {
    for (const [title, step] of Object.entries({
      Kustomize: "kustomize-set-image",
      "A chart version": "helm-update-chart",
      "Tell another system": "http",
      "Signed commits": "github-push",
    }))
      assert.ok(
        used(title).some(({ uses }) => uses === step),
        title,
      );
  });

  it("shows the rest of a task by pull request, which the check accepts", () => {
    const part = /### By pull request.*?```yaml\n(.*?)```/s.exec(PAGE)?.[1] ?? "";
    const file = parse(recipes.get("The file") ?? "") as { steps: object[] };
    const pullRequestSteps = [
      ...file.steps.slice(0, 3),
      ...(parse(part) as object[]),
      ...file.steps.slice(-1),
    ];
    assert.deepEqual(complaints(JSON.stringify({ ...file, pullRequestSteps })), []);
  });

  it("names exactly the known steps", () => {
    const row = /\| only these steps.*/.exec(PAGE)?.[0] ?? "";
    const listed = [...row.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), Object.keys(knownSteps("pull-request")).sort());
  });
});
