import assert from "node:assert/strict";
import { catalogueText, planOf, service, stackText } from "../../../test/sources.ts";
import { memoryTarget } from "../../up/memory-target.ts";

const planned = (count: number, keys: Readonly<Record<string, string>> = {}) => {
  const entries = Array.from({ length: count }, (_, index) => [`s${index}`, service(`s${index}`)] as const);
  return planOf(catalogueText(Object.fromEntries(entries)), stackText(keys));
};

describe("the target of memory of an up", () => {
  it("is the same for every shard of the recommended size", () => {
    const { services } = planned(50);
    assert.equal(memoryTarget({ services: services.slice(0, 1), platform: undefined }), "300MiB");
    assert.equal(memoryTarget({ services, platform: undefined }), "300MiB");
  });

  it("grows with the services of a larger stack, near whose target Go would collect all the time", () => {
    const { services } = planned(100);
    assert.equal(memoryTarget({ services, platform: undefined }), "600MiB");
  });

  it("grows with the builds in the Sensors of a cluster's shared stack", () => {
    const webhooks = '{ url: "https://hooks.acme.example", groups: 64 }';
    const { platform } = planned(1_200, { webhooks });
    assert.equal(memoryTarget({ services: [], platform }), "360MiB");
  });
});
