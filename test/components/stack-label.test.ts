import assert from "node:assert/strict";
import fc from "fast-check";
import { providers } from "../../components/providers.ts";
import { ServicePipeline } from "../../components/service-pipeline.ts";
import { stackLabel } from "../../model/labels.ts";
import { catalogueText, planOf, service } from "../sources.ts";
import { record } from "./recording.ts";

describe("the label of an object's stack", () => {
  it("is on every Kubernetes object of a service beside its other labels, and on nothing else", async () => {
    const plan = planOf(catalogueText({ nginx: service("nginx") }));
    const all = await record(() => {
      const opts = { providers: { ...providers(plan, undefined) } };
      const secrets = { webhookMasterSecret: "master" };
      for (const one of plan.services)
        new ServicePipeline(one.name, { service: one, stack: "prod", secrets }, opts);
    });
    const objects = all.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.ok(objects.length > 10);
    for (const { name, inputs } of objects) {
      const { labels } = (inputs as { metadata: { labels: Record<string, string> } }).metadata;
      assert.equal(labels["kargo-fleet/stack"], "prod", name);
      assert.equal(labels["kargo-fleet/service"], "nginx", name);
    }
    const others = all.filter(({ type }) => !type.startsWith("kubernetes:"));
    assert.doesNotMatch(JSON.stringify(others), /kargo-fleet\/stack/);
  });

  it("is the stack's name as a valid label value, whatever the name", () => {
    assert.equal(stackLabel("prod-eu"), "prod-eu");
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/), (name) => {
        assert.match(stackLabel(name), /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
      }),
    );
  });

  it("differs for two long names with the same beginning", () => {
    const long = "x".repeat(80);
    assert.notEqual(stackLabel(`${long}-eu`), stackLabel(`${long}-us`));
  });
});
