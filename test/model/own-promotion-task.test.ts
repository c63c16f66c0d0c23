import assert from "node:assert/strict";
import fc from "fast-check";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { formatProblem } from "../../model/diagnostics.ts";
import { readPromotionTask } from "../../model/own-promotion-task.ts";
import { CHECKOUT, type OwnStep, TASK_VARIABLES } from "../../model/promotion-steps.ts";
import { platformPlan } from "../sources.ts";

const [V1, V1_PULL] = (["push", "pull-request"] as const).map(
  (by) => promotionTask({ name: "v1", version: "v1", by }).spec.steps as readonly OwnStep[],
) as [readonly OwnStep[], readonly OwnStep[]];

type Edit = (step: OwnStep) => object | undefined;

/** The problems of v1 after an edit of the steps of one kind. */
function afterEdit(uses: string, edit: Edit, steps = V1): string[] {
  const changed = steps.flatMap((step) => (step.uses === uses ? (edit(step) ?? []) : step));
  const file = steps === V1 ? { steps: changed } : { steps: V1, pullRequestSteps: changed };
  return complaints(file);
}
const complaints = (file: object) =>
  readPromotionTask("promotion/v3.yaml", JSON.stringify(file, null, 1)).problems.map(formatProblem);
const withConfig =
  (more: object): Edit =>
  (step) => ({ ...step, config: { ...step.config, ...more } });
const plus = (step: object) => complaints({ steps: [...V1, step] });
const only = (texts: readonly string[], pattern: RegExp) => {
  assert.equal(texts.length, 1, texts.join("\n"));
  assert.match(texts[0] ?? "", pattern);
};
const http = (config: object, more: object = {}) => ({
  uses: "http",
  as: "tell",
  config: { method: "POST", url: "https://tell.example", ...config },
  ...more,
});

describe("a promotion file", () => {
  it("may have the steps of the shipped versions", () => {
    for (const { version } of platformPlan().promotionTasks) {
      const [steps, pullRequestSteps] = (["push", "pull-request"] as const).map(
        (by) => promotionTask({ name: version, version, by }).spec.steps,
      );
      assert.deepEqual(complaints({ steps, pullRequestSteps }), []);
    }
  });

  it("names an unknown step, with its line and the nearest known one", () => {
    only(
      afterEdit("git-push", (step) => ({ ...step, uses: "git-psuh" })).filter((text) => /KF170/.test(text)),
      /^promotion\/v3\.yaml:\d+:\d+ {2}steps\[3\]\.uses {2}"git-psuh" is not a step .* Did you mean "git-push"\? \[KF170\]$/,
    );
  });

  it("may not have git-clear, which deletes the files of other services", () => {
    only(plus({ uses: "git-clear", as: "clear", config: { path: CHECKOUT } }), /git-clear deletes .*KF171/);
  });

  it("may not pin a revision on a shared branch", () => {
    const [app] = (V1.at(-1)?.config.apps ?? []) as object[];
    const sources = [{ repoURL: "https://x.example", desiredRevision: "abc" }];
    only(afterEdit("argocd-update", withConfig({ apps: [{ ...app, sources }] })), /pins a revision.*KF171/);
  });

  it("may not force a push", () => {
    only(afterEdit("git-push", withConfig({ force: true })), /force overwrites the commits.*KF171/);
  });

  it("names a key that Kargo does not know", () => {
    only(afterEdit("git-push", withConfig({ maxAttemps: 3 })), /"maxAttemps" is not a valid key.*KF010/);
  });

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

  it("reads only variables that Stages pass", () => {
    only(plus(http({ body: "to ${{ vars.imag }}, x" })), /vars\.imag is not a variable .*"image".*KF172/);
    only(plus(http({ body: "a: ${{ vars['owner'] }}" })), /vars\.owner is not a variable.*KF172/);
  });

  it("reads only earlier steps", () => {
    only(plus(http({ body: "a: ${{ task.outputs['later'].x }}" })), /"later" is not the alias.*KF172/);
    only(plus(http({ body: "a: ${{ outputs.push.branch }}" })), /cannot be checked.*KF172/);
    only(plus(http({ body: "a: ${{ vars[ctx.stage] }}" })), /vars in this form.*KF172/);
    only(plus(http({ body: "a: ${{ $env['ctx'] }}" })), /cannot be checked.*KF172/);
  });

  it("closes its expressions, in the one form that is checked", () => {
    for (const body of ["a: ${{ vars.image", "a: ${% vars.image %}"])
      only(plus(http({ body })), /not closed.*KF172/);
  });

  it("reads secrets only in the headers of http", () => {
    const value = "Bearer ${{ sharedSecret('x').token }}";
    assert.deepEqual(plus(http({ headers: [{ name: "Authorization", value }] })), []);
    only(plus(http({ body: `token: ${value}` })), /outside the headers.*KF171/);
    for (const hidden of ["['a'] + sharedSecret('b') + ['c']", "'\\'' + sharedSecret('x') + ''"])
      only(plus(http({ body: `a: \${{ ${hidden} }}` })), /outside the headers.*KF171/);
    for (const hidden of ["/* ' */ sharedSecret('x')", "1 // '\n + sharedSecret('x')"])
      assert.match(plus(http({ body: `a: \${{ ${hidden} }}` })).join(), /has a comment.*KF172/);
    only(
      afterEdit("git-commit", withConfig({ message: "a: ${{ secret('x').token }}" })),
      /outside the headers.*KF171/,
    );
  });

  it("sends requests only to a fixed host, over https", () => {
    for (const url of ["http://tell.example", "https://${{ vars.image }}/x", "https://a@b.example"])
      only(plus(http({ url })), /is not an address.*KF013/);
  });

  it("has each alias once, and no reserved one", () => {
    for (const alias of ["clone", "find-commit", "step-3", "task-1"])
      only(plus(http({}, { as: alias })), /is the alias of an earlier step|is reserved/);
  });

  it("is patient where a server answers", () => {
    for (const retry of [
      undefined,
      { errorThreshold: 1, timeout: "15m0s" },
      { errorThreshold: 18, timeout: "1m" },
    ])
      only(
        afterEdit("git-clone", ({ retry: _, ...step }) => ({ ...step, ...(retry && { retry }) })),
        /gives up within seconds.*KF176/,
      );
  });

  it("has every step without which nothing would be promoted", () => {
    for (const uses of ["git-commit", "git-push", "argocd-update"])
      only(
        afterEdit(uses, () => undefined),
        /has no step .*KF177/,
      );
    for (const uses of ["git-wait-for-pr"])
      only(
        afterEdit(uses, () => undefined, V1_PULL),
        /pullRequestSteps {2}has no step .*KF177/,
      );
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

  it("needs quotes around what could be a number, whatever the variable", () => {
    const digits = fc.stringMatching(/^[0-9eE.+-]{0,4}$/);
    fc.assert(
      fc.property(fc.constantFrom(...TASK_VARIABLES), digits, digits, (variable, before, after) => {
        const bare = `${before}\${{ vars.${variable} }}${after}`;
        only(plus(http({ body: bare })), /could become a number.*KF173/);
        assert.deepEqual(plus(http({ body: `\${{ quote(vars.${variable}) }}` })), []);
        assert.deepEqual(plus(http({ body: `@${bare}` })), []);
      }),
    );
  });

  it("needs the quotes around the whole expression", () => {
    for (const body of ["${{ quote(vars.pin) + vars.image }}", "${{ quote(vars.pin) }}${{ vars.image }}"])
      only(plus(http({ body })), /could become a number.*KF173/);
    assert.deepEqual(plus(http({ body: "${{ quote(vars.pin + ')' + (vars.image)) }}" })), []);
  });

  it("never makes the check fail, whatever it says", () => {
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
