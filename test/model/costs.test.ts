import assert from "node:assert/strict";
import { costNotes, githubCost, githubCostText } from "../../model/costs.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";
import { many, WEBHOOKS } from "./many-services.ts";

describe("a stack's GitHub calls", () => {
  const costOf = (count: number, keys: Record<string, string> = {}) =>
    githubCost(planOf(catalogueText(many(count)), stackText(keys)));

  it("are one per hook, so 1,000 hooks take two hours", () => {
    assert.deepEqual(costOf(3), { hooks: 3, minutes: 1 });
    assert.deepEqual(costOf(1000), { hooks: 1000, minutes: 120 });
    assert.match(githubCostText(costOf(1000)), /1000 webhooks .* 2 h 0 min .*scope: organization/);
  });

  it("are mentioned in the preview beside the registry requests of Warehouses that read every tag", () => {
    const plain = planOf(catalogueText({ nginx: service("nginx", { tags: { strategy: "newest-build" } }) }));
    const notes = costNotes(plain);
    assert.match(notes[0] ?? "", /^GitHub: 1 webhook/);
    assert.match(notes[1] ?? "", /^Registry: .*newest-build \(nginx\) .*every tag/);
    assert.equal(costNotes(planOf(catalogueText({ nginx: service("nginx") }))).length, 1);
  });

  it("are one with the organization's hook", () => {
    const keys = { webhooks: WEBHOOKS("scope: organization") };
    assert.deepEqual(costOf(1000, keys), { hooks: 1, minutes: 1 });
    assert.match(githubCostText(costOf(1000, keys)), /^GitHub: 1 webhook of this stack; .* 1 min /);
  });
});
