import assert from "node:assert/strict";
import { stage } from "../../manifests/kargo.ts";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { platformPlan, servicePlan } from "../sources.ts";

const KEYS = {
  commitStatus: '{ existingSecret: github-status, kargo: "https://kargo.acme.example" }',
};
const tasksOf = (keys: Readonly<Record<string, string>>) =>
  platformPlan(keys).promotionTasks.map(promotionTask);
const variablesOf = (keys: Readonly<Record<string, string>>) => {
  const plan = servicePlan({}, keys);
  return plan.stages.map(
    (one) =>
      stage(plan, one).spec.promotionTemplate?.spec.steps[0]?.vars.map(({ name, value }) => [name, value]) ??
      [],
  );
};

/** The configs of the two steps that ask GitHub, in the first task. */
const requestsOf = (keys: Readonly<Record<string, string>>) =>
  (tasksOf(keys)[0]?.spec.steps ?? []).flatMap((step) => (step.uses === "http" ? [step.config] : []));

describe("a commit status", () => {
  it("is off by default: no task has its steps, no Stage its variable", () => {
    for (const { spec } of tasksOf({})) assert.ok(spec.steps.every(({ uses }) => uses !== "http"));
    assert.ok(variablesOf({}).every((all) => all.every(([name]) => name !== "source")));
  });

  it("comes last in every task, after what it reports", () => {
    for (const { spec } of tasksOf(KEYS)) {
      assert.deepEqual(
        spec.steps.slice(-3).map(({ as }) => as),
        ["sync", "find-commit", "report-stage"],
      );
      assert.ok(spec.vars.some(({ name, value }) => name === "source" && value === undefined));
    }
  });

  it("can neither fail a Promotion nor hold it for more than two minutes", () => {
    const steps = tasksOf(KEYS).flatMap(({ spec }) => spec.steps.slice(-2));
    assert.ok(steps.every(({ continueOnError }) => continueOnError));
    assert.ok(steps.every(({ retry }) => retry?.timeout === "1m0s"));
    assert.match(steps[0]?.if ?? "", /^\$\{\{ success\(\) && /);
  });

  it("goes to the repository of the service, by the full commit of the image's tag", () => {
    const [find, report] = requestsOf(KEYS);
    const commit = "split(imageFrom(vars.image).Tag, '-')[-1]";
    assert.equal(find?.url, `https://api.github.com/repos/\${{ vars.source }}/commits/\${{ ${commit} }}`);
    assert.equal(
      report?.url,
      "https://api.github.com/repos/${{ vars.source }}/statuses/${{ task.outputs['find-commit'].sha }}",
    );
    assert.equal(
      report?.body,
      "${{ quote({'state': 'success', 'context': 'kargo-fleet/' + ctx.stage, 'description': 'Promoted to ' + ctx.stage + ': ' + imageFrom(vars.image).Tag[:80], 'target_url': 'https://kargo.acme.example/project/' + ctx.project + '/stage/' + ctx.stage}) }}",
    );
    assert.ok(
      variablesOf(KEYS).every((all) =>
        all.some(([name, value]) => name === "source" && value === "acme/nginx"),
      ),
    );
  });

  it("goes to the API of GitHub Enterprise", () => {
    const [find] = requestsOf({ ...KEYS, github: '{ owner: acme, url: "https://github.acme.example" }' });
    assert.match(find?.url ?? "", /^https:\/\/github\.acme\.example\/api\/v3\/repos\//);
  });

  it("has its token from a Secret, which the task only names", () => {
    const [find] = requestsOf(KEYS);
    assert.ok(
      find?.headers.some(({ value }) => value === "Bearer ${{ sharedSecret('github-status').token }}"),
    );
  });
});
