import assert from "node:assert/strict";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { admissionProblems, storedByKargo } from "../kargo-admission.ts";
import { metadataProblems } from "../kubernetes-rules.ts";
import { PROMOTION_FILES, platformPlan } from "../sources.ts";
import { storedDifferences } from "../stored-differences.ts";
import { type Definitions, readDefinitions } from "./definitions.ts";

describe("the promotion tasks of the recipes", function () {
  this.timeout(120_000);
  let definitions: Definitions;
  before(async () => {
    definitions = await readDefinitions();
  });

  for (const [file] of Object.entries(PROMOTION_FILES)) {
    it(`fit Kargo's definition and admission, which store them as they are: ${file}`, () => {
      const keys = { promotionTasks: `{ own: ${file} }`, commitStatus: "{ existingSecret: status }" };
      const tasks = platformPlan(keys).promotionTasks.filter(({ own }) => own?.file === file);
      assert.equal(tasks.length, 1);
      for (const object of tasks.map(promotionTask)) {
        const { changed, added } = storedDifferences(object, Object(storedByKargo(object)));
        assert.deepEqual([...changed, ...added], []);
        assert.deepEqual(
          [...definitions.problems(object), ...metadataProblems(object), ...admissionProblems(object)],
          [],
        );
      }
    });
  }
});
