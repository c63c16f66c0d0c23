import assert from "node:assert/strict";
import { costNotes, githubCost, githubCostText, hookProgress } from "../../model/costs.ts";
import { catalogueOf, planOf, stackText } from "../sources.ts";
import { many, WEBHOOKS } from "./many-services.ts";

describe("a stack's GitHub calls", () => {
  const costOf = (count: number, keys: Record<string, string> = {}) =>
    githubCost(planOf(catalogueOf(many(count)), stackText(keys)));

  it("are one per hook, so 1,000 hooks take two hours", () => {
    assert.deepEqual(costOf(3), { hooks: 3, minutes: 1 });
    assert.deepEqual(costOf(1000), { hooks: 1000, minutes: 120 });
    assert.match(githubCostText(costOf(1000)), /1000 webhooks .* 2 h 0 min .*scope: organization/);
  });

  it("are mentioned in the preview beside the registry requests of Warehouses that read every tag", () => {
    const plain = planOf(catalogueOf({ nginx: { tags: { strategy: "newest-build" } } }));
    const notes = costNotes(plain);
    assert.match(notes[0] ?? "", /^GitHub: 1 webhook/);
    assert.match(notes[1] ?? "", /^Registry: .*newest-build \(nginx\) .*every tag/);
    assert.equal(costNotes(planOf(catalogueOf({ nginx: {} }))).length, 1);
  });

  it("are warned about if they take longer than the token of a GitHub App", () => {
    const app = {
      github: '{ owner: acme, app: { clientId: Iv1.0, installationId: "42" } }',
      githubAppPrivateKey: "{ secure: v1:abc }",
    };
    const noteOf = (count: number, keys: Record<string, string>) =>
      costNotes(planOf(catalogueOf(many(count)), stackText(keys)))[0] ?? "";
    assert.match(noteOf(1000, app), /The App's token ends after an hour of one up/);
    assert.doesNotMatch(noteOf(499, app), /token/);
    assert.doesNotMatch(noteOf(1000, {}), /token/);
  });

  it("are counted while they are made", () => {
    assert.equal(
      hookProgress(150, 1000),
      "GitHub: 150 of 1000 webhooks are there; the rest takes about 65 min by GitHub's limits.",
    );
  });

  it("are one with the organization's hook", () => {
    const keys = { webhooks: WEBHOOKS("scope: organization") };
    assert.deepEqual(costOf(1000, keys), { hooks: 1, minutes: 1 });
    assert.match(githubCostText(costOf(1000, keys)), /^GitHub: 1 webhook of this stack; .* 1 min /);
  });
});
