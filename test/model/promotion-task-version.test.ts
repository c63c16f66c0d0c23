import assert from "node:assert/strict";
import fc from "fast-check";
import { readFleet } from "../../fleet/all-stacks.ts";
import { guards } from "../../manifests/guard.ts";
import { platformObjects } from "../../manifests/inventory/objects.ts";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { isCanary } from "../../model/promotion-task-version.ts";
import { filesOf } from "../files.ts";
import { catalogueOf, NOW, PROMOTION_FILES, problemText, stackText } from "../sources.ts";

type Keys = Readonly<Record<string, string>>;

const FILES = Object.values(PROMOTION_FILES);
const [FILE = "", OTHER = ""] = FILES;
const NAMES = Array.from({ length: 40 }, (_, index) => `service-${index}`);
const V3 = { promotionTasks: "{ v3: promotion/v3.yaml }" };

function fleet(stacks: Readonly<Record<string, Keys>>, file: string | undefined = FILE, more: Keys = {}) {
  const texts = {
    "services.json": catalogueOf(NAMES),
    ...(file !== undefined && { "promotion/v3.yaml": file }),
    ...Object.fromEntries(
      Object.entries(stacks).map(([name, keys]) => [`Pulumi.${name}.yaml`, stackText(keys)]),
    ),
    ...more,
  };
  return readFleet(filesOf(texts), NOW);
}
const planOf = (keys: Keys, file = FILE) => {
  const { stacks, problems } = fleet({ test: keys }, file);
  assert.deepEqual(problems.map(problemText), []);
  const plan = stacks[0]?.plan;
  assert.ok(plan?.platform);
  return { ...plan, platform: plan.platform };
};
const problems = (keys: Keys, file?: string) => fleet({ test: keys }, file).problems.map(problemText);

describe("a stack's own version of the promotion task", () => {
  it("becomes a ClusterPromotionTask with the steps of its file", () => {
    const tasks = platformObjects(planOf(V3).platform).filter(({ kind }) => kind === "ClusterPromotionTask");
    assert.deepEqual(tasks.map(({ metadata }) => metadata.name).sort(), [
      "kargo-fleet-promote-v1",
      "kargo-fleet-promote-v2",
      "kargo-fleet-promote-v3",
      "kargo-fleet-pull-request-v1",
      "kargo-fleet-pull-request-v2",
    ]);
    const [own, shipped] = ["v3", "v1"].map(
      (version) => tasks.find(({ metadata }) => metadata.name === `kargo-fleet-promote-${version}`) as object,
    );
    // The page's first file is v1.
    assert.deepEqual(own && "spec" in own && own.spec, shipped && "spec" in shipped && shipped.spec);
  });

  it("changes nothing of a service until it is the canary or stable", () => {
    assert.deepEqual(planOf(V3).services, planOf({}).services);
  });

  it("is canaried: raising the percentage only adds services", () => {
    const on = (percent: number) =>
      planOf({ ...V3, rollout: `{ promotionTask: { canary: v3, canaryPercent: ${percent} } }` })
        .services.filter(({ promotionTask: version }) => version === "v3")
        .map(({ name, stages }) => {
          for (const { deployment } of stages)
            assert.equal(deployment?.promotionTask, "kargo-fleet-promote-v3");
          return name;
        });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (one, other) => {
        const [few, many] = [on(Math.min(one, other)), on(Math.max(one, other))];
        assert.ok(few.every((name) => many.includes(name)));
        const canaries = { canaryPercent: Math.max(one, other), canaryServices: [] };
        assert.deepEqual(
          many,
          NAMES.filter((name) => isCanary("promotionTask", name, canaries)),
        );
      }),
      { numRuns: 8 },
    );
  });

  it("is followed by the steps of the commit status, if the stack has one", () => {
    const { platform } = planOf({ ...V3, commitStatus: "{ existingSecret: status }" });
    const own = platform.promotionTasks.find(({ version }) => version === "v3");
    assert.ok(own);
    const { steps, vars } = promotionTask(own).spec;
    assert.deepEqual(
      steps.slice(-3).map(({ as }) => as),
      ["sync", "find-commit", "report-stage"],
    );
    assert.ok(vars.some(({ name }) => name === "source"));
  });

  it("is in the deployer's guard, which permits exactly its steps", () => {
    const texts = FILES.map((file) => JSON.stringify(guards(planOf(V3, file).platform)));
    assert.equal(new Set(texts).size, FILES.length);
    assert.match(texts[0] ?? "", /kargo-fleet-promote-v3/);
    assert.doesNotMatch(JSON.stringify(guards(planOf({}).platform)), /kargo-fleet-promote-v3/);
  });

  it("is a problem of the file, and of nothing else, if a step is wrong", () => {
    const keys = { ...V3, rollout: "{ promotionTask: { stable: v3 } }" };
    const texts = problems(keys, FILE.replace("as: push", "as: clone"));
    assert.deepEqual(texts, [
      'promotion/v3.yaml:20:9  steps[3].as  "clone" is the alias of an earlier step: each alias names one step. Rename it.',
    ]);
  });

  it("is reported with the problems of the other files", () => {
    const texts = problems({ ...V3, protect: "perhaps" }, FILE.replace("as: push", "as: clone"));
    assert.deepEqual(
      texts.map((text) => text.split(":", 1)[0]),
      ["promotion/v3.yaml", "Pulumi.test.yaml"],
    );
  });

  it("must be in a file that can be read, in or below the folder of the stacks", () => {
    assert.match(
      fleet({ test: { promotionTasks: "{ v3: promotion/v4.yaml }" } })
        .problems.map(problemText)
        .join(),
      /promotionTasks\.v3 {2}the promotion file "promotion\/v4\.yaml" cannot be read\. Add the file/,
    );
    for (const path of ["../v3.yaml", "/etc/v3.yaml", "promotion/.git/x.yaml", "v3.json", "a/./b.yaml"])
      assert.match(problems({ promotionTasks: `{ v3: ${path} }` }).join(), /is not a YAML file in or below/);
  });

  it("may not take the name of a shipped version", () => {
    assert.match(
      problems({ promotionTasks: "{ v1: promotion/v3.yaml }" }).join(),
      /promotionTasks\.v1 {2}is a version that comes with the program/,
    );
  });

  it("is the same in all stacks of a cluster", () => {
    const half = (index: number, more: Keys) => ({
      platform: String(index === 1),
      rollout: `{ shard: { index: ${index}, of: 2 } }`,
      ...more,
    });
    const texts = (one: Keys, two: Keys) =>
      fleet({ one: half(1, one), two: half(2, two) }, FILE, { "promotion/v4.yaml": OTHER }).problems.map(
        problemText,
      );
    assert.deepEqual(texts(V3, V3), []);
    assert.deepEqual(texts(V3, {}), []);
    for (const first of [{}, { promotionTasks: "{ v3: promotion/v4.yaml }" }])
      assert.match(texts(first, V3).join(), /Pulumi\.two\.yaml.*"v3" is not the same in Pulumi\.one\.yaml/);
  });

  it("is that of the base in every shard", () => {
    const { stacks, problems: found } = fleet({
      test: { ...V3, shards: "2", rollout: "{ promotionTask: { stable: v3 } }" },
    });
    assert.deepEqual(found.map(problemText), []);
    assert.equal(stacks.length, 3);
    for (const { plan } of stacks)
      for (const { promotionTask: version } of plan?.services ?? []) assert.equal(version, "v3");
  });
});
