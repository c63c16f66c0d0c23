import assert from "node:assert/strict";
import fc from "fast-check";
import { RESOURCE_NAME_LIMIT, resourceName } from "../../operator/resource-name.ts";

/** The names that Pulumi accepts for a stack. */
const stackName = fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/);

describe("the name of a stack's resource", () => {
  it("is the stack's name if the API server accepts it", () => {
    for (const name of ["prod-eu", "prod-eu-03", "0", "a".repeat(RESOURCE_NAME_LIMIT)])
      assert.equal(resourceName(name), name);
  });

  it("is valid and has at most 42 characters for every name of a stack", () => {
    fc.assert(
      fc.property(stackName, (stack) => {
        const name = resourceName(stack);
        assert.match(name, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        assert.ok(name.length <= 42, name);
      }),
    );
  });

  it("differs for stacks whose names differ only in case, in dots or at the end", () => {
    const long = "production-of-the-whole-company-in-europe-west";
    const stacks = ["Prod", "prod", "prod.eu", "prod_eu", "prod-eu", `${long}-1`, `${long}-2`, "---", "..."];
    assert.equal(new Set(stacks.map(resourceName)).size, stacks.length);
  });
});
