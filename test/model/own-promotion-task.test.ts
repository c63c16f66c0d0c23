import assert from "node:assert/strict";
import fc from "fast-check";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { formatProblem } from "../../model/diagnostics.ts";
import { readPromotionTask } from "../../model/own-promotion-task.ts";
import { CHECKOUT, type OwnStep } from "../../model/promotion-steps.ts";
import { platformPlan } from "../sources.ts";
import { afterEdit, complaints, http, only, plus, V1, V1_PULL, withConfig } from "./promotion-files.ts";

describe("a promotion file", () => {
  it("may have the steps of the shipped versions", () => {
    for (const { version } of platformPlan().promotionTasks) {
      const [steps, pullRequestSteps] = (["push", "pull-request"] as const).map(
        (by) => promotionTask({ name: version, version, by }).spec.steps,
      );
      assert.deepEqual(complaints({ steps, pullRequestSteps }), []);
    }
  });

  const [app] = (V1.at(-1)?.config.apps ?? []) as object[];
  const pinned = { apps: [{ ...app, sources: [{ repoURL: "https://x.example", desiredRevision: "abc" }] }] };
  for (const [what, texts, pattern] of [
    [
      "have git-clear, which deletes the files of other services",
      plus({ uses: "git-clear", as: "clear", config: { path: CHECKOUT } }),
      /git-clear deletes .*KF171/,
    ],
    [
      "pin a revision on a shared branch",
      afterEdit("argocd-update", withConfig(pinned)),
      /pins a revision.*KF171/,
    ],
    [
      "have a key that Kargo does not know",
      afterEdit("git-push", withConfig({ maxAttemps: 3 })),
      /"maxAttemps" is not a valid key.*KF010/,
    ],
  ] as const)
    it(`may not ${what}`, () => only(texts, pattern));

  it("writes only the Stage's own values file", () => {
    for (const path of ["./gitops/values.yaml", "./gitops/other/values-dev.yaml", "/etc/passwd"])
      only(afterEdit("yaml-update", withConfig({ path })), /must be .*vars\.valuesFile/);
  });

  it("writes a folder only if it is the Stage's own", () => {
    const overlay = (path: string) => ({
      uses: "kustomize-set-image",
      as: "overlay",
      config: { path, images: [{ image: "x", tag: "1" }] },
    });
    const inFolder = "./gitops/${{ vars.folder }}";
    assert.deepEqual(plus(overlay(`${inFolder}/overlays/\${{ ctx.stage }}`)), []);
    for (const path of [
      `${inFolder}/base`,
      `${inFolder}/../other/\${{ ctx.stage }}`,
      `${inFolder}x/\${{ ctx.stage }}`,
      "./gitops/other/${{ ctx.stage }}",
    ])
      only(plus(overlay(path)), /is not a folder of one Stage.*KF013/);
  });

  it("syncs only where the Stage says so", () => {
    for (const condition of [
      undefined,
      "${{ success() }}",
      "${{ vars.sync == 'auto' }}",
      "${{ success() && vars.sync == 'auto' || true }}",
      "${{ success() && vars.sync == 'auto' ? true : true }}",
      "${{ success() && vars.sync == 'manual' }}",
      "${{ success() && vars.sync == 'auto' && false or true }}",
      "${{ success() && vars.sync == 'auto' && false; true }}",
    ])
      only(
        afterEdit("argocd-update", ({ if: _, ...step }) => ({
          ...step,
          ...(condition && { if: condition }),
        })),
        /syncs even where a person syncs.*KF175/,
      );
  });

  it("runs no step after a failed one, except http", () => {
    const always = "${{ always() }}";
    only(
      afterEdit("git-commit", (step) => ({ ...step, if: always })),
      /runs after a step that failed.*KF175/,
    );
    only(
      afterEdit("git-push", (step) => ({ ...step, continueOnError: true })),
      /lets the steps after it run although it failed.*KF175/,
    );
    assert.deepEqual(plus(http({}, { if: "${{ failure() }}", continueOnError: true })), []);
  });

  it("sends requests only to a fixed host, over https", () => {
    for (const url of ["http://tell.example", "https://${{ vars.image }}/x", "https://a@b.example"])
      only(plus(http({ url })), /is not an address.*KF013/);
  });

  it("has each alias once, and no reserved one", () => {
    for (const alias of ["clone", "find-commit", "step-3", "task-1"])
      only(plus(http({}, { as: alias })), /is the alias of an earlier step|is reserved/);
  });

  it("must retry the steps that call a server", () => {
    const short = [
      { errorThreshold: 1, timeout: "15m0s" },
      { errorThreshold: 18, timeout: "1m" },
    ];
    for (const retry of [undefined, ...short])
      only(
        afterEdit("git-clone", ({ retry: _, ...step }) => ({ ...step, ...(retry && { retry }) })),
        /gives up within seconds.*KF176/,
      );
  });

  it("has every step without which nothing would be promoted", () => {
    const without = (uses: string, steps = V1) => afterEdit(uses, () => undefined, steps);
    for (const uses of ["git-commit", "git-push", "argocd-update"])
      only(without(uses), /has no step .*KF177/);
    only(without("git-wait-for-pr", V1_PULL), /pullRequestSteps {2}has no step .*KF177/);
  });

  it("has these steps in their order", () => {
    for (const [steps, key] of [
      [V1, "steps"],
      [V1_PULL, "pullRequestSteps"],
    ] as const)
      for (let index = 0; index + 1 < steps.length; index++) {
        const swapped = steps
          .with(index, steps[index + 1] as OwnStep)
          .with(index + 1, steps[index] as OwnStep);
        assert.match(complaints({ steps: V1, [key]: swapped }).join(), / comes before .*KF177/);
      }
  });

  it("opens pull requests only in pullRequestSteps", () => {
    const open = V1_PULL.find(({ uses }) => uses === "git-open-pr");
    assert.ok(open);
    only(plus({ ...open }), /"git-open-pr" is not a step of a task that promotes by push.*KF170/);
  });

  it("tells all problems at once", () => {
    const texts = complaints({
      steps: [{ ...http({ bdy: "x" }, { as: "step-1" }) }, { uses: "x", as: "y", config: {} }],
    });
    for (const code of ["KF010", "KF170", "KF174", "KF177"]) assert.match(texts.join(), new RegExp(code));
  });

  it("is checked without a crash, whatever it contains", () => {
    const anything = fc.anything({ withNullPrototype: false });
    const step = fc.record({
      uses: fc.oneof(fc.string(), fc.constantFrom("git-push", "http", "__proto__", "constructor")),
      as: fc.oneof(fc.string(), fc.constant("a")),
      if: fc.oneof(anything, fc.string()),
      config: fc.dictionary(fc.string(), anything),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 3 }), (steps) => {
        const text = JSON.stringify({ steps }, (_, value: unknown) =>
          typeof value === "bigint" ? String(value) : value,
        );
        const { value, problems } = readPromotionTask("f.yaml", text);
        assert.ok(value === undefined && problems.length > 0);
        problems.map(formatProblem);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { value, problems } = readPromotionTask("f.yaml", text);
        assert.ok(value === undefined && problems.length > 0);
      }),
    );
  });
});
