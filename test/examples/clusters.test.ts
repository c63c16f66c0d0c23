import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { readFleet } from "../../fleet/all-stacks.ts";
import { deployingStages, type Plan } from "../../model/plan.ts";

const FOLDER = "examples/clusters";
const files = {
  list: () => readdirSync(FOLDER),
  entries: () => [],
  read: (file: string) => readFileSync(`${FOLDER}/${file}`, "utf8"),
  where: FOLDER,
};

describe("the example of three clusters", () => {
  const { stacks, problems } = readFleet(files);
  const plans = new Map(stacks.flatMap(({ name, plan }): [string, Plan][] => (plan ? [[name, plan]] : [])));
  const names = (stack: string) => plans.get(stack)?.services.map(({ name }) => name);

  it("has no problems, in single stacks and between them", () => {
    assert.deepEqual(problems, []);
    assert.deepEqual([...plans.keys()], ["dev", "prod-eu", "prod-us"]);
  });

  it("selects services for clusters by label", () => {
    assert.deepEqual(names("dev"), ["api-gw", "auth", "checkout-eu", "checkout-us", "lab"]);
    assert.deepEqual(names("prod-eu"), ["api-gw", "auth", "checkout-eu"]);
    assert.deepEqual(names("prod-us"), ["api-gw", "auth", "checkout-us"]);
  });

  it("creates each webhook once, builds each service once, and writes each file from one Stage", () => {
    const all = [...plans.values()].flatMap(({ services }) => services);
    const hooks = all.flatMap(({ webhook }) => webhook?.repository ?? []);
    assert.deepEqual([...hooks].sort(), ["api-gw", "auth", "checkout-eu", "checkout-us", "lab"]);
    const building = [...plans].filter(([, { platform }]) => platform?.buildTriggers !== undefined);
    assert.deepEqual(
      building.map(([name]) => name),
      ["dev"],
    );
    const written = all.flatMap((service) =>
      deployingStages(service).map(({ deployment }) => deployment.valuesFile),
    );
    assert.equal(new Set(written).size, written.length);
    assert.equal(written.length, 5 + 2 * 3 * 2);
  });
});
