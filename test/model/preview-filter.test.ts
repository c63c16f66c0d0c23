import assert from "node:assert/strict";
import { applyFilter, readFilter } from "../../model/preview-filter.ts";
import { catalogueOf, planOf } from "../sources.ts";

const plan = planOf(catalogueOf({ auth: {}, nginx: {} }));

describe("the filter of a preview", () => {
  it("keeps the named services in the order of the plan", () => {
    const { services, platform } = applyFilter(plan, { services: ["nginx", "auth"], platform: false });
    assert.deepEqual([services.map(({ name }) => name), platform], [["auth", "nginx"], undefined]);
  });

  it("keeps the shared objects if it says so", () => {
    const { services, platform } = applyFilter(plan, { services: [], platform: true });
    assert.deepEqual([services, platform], [[], plan.platform]);
  });

  it("is refused if it names an unknown service", () => {
    assert.throws(() => applyFilter(plan, { services: ["auth", "ngin"], platform: false }), {
      message: /^KARGO_FLEET_ONLY names services that the plan does not have: ngin\. Unset it/,
    });
  });

  for (const text of ["nginx", "[]", '{"services":["nginx"]}', '{"services":[],"platform":true,"all":1}']) {
    it(`is refused with the value ${text}`, () => {
      assert.throws(() => readFilter(text), { message: /^KARGO_FLEET_ONLY must be JSON such as/ });
    });
  }
});
