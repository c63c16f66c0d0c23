import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, parseDocument } from "yaml";
import type { WorkflowManifest } from "../../manifests/argo-workflows-types.ts";
import { sensor } from "../../manifests/build-sensor.ts";
import { platformInventory } from "../../manifests/inventory/platform.ts";
import { stage, warehouse } from "../../manifests/kargo.ts";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { valuesFiles } from "../../manifests/values-file.ts";
import type { PromotionTaskPlan } from "../../model/plan.ts";
import { admissionProblems } from "../kargo-admission.ts";
import { catalogueText, planOf, service, servicePlan, triggersPlan } from "../sources.ts";

const IMAGES = { web: "registry.example/shop/web", worker: "registry.example:5000/shop/worker" };
/** Kargo 1.11.2 evaluates exactly this text to a list of updates; after a change, evaluate it there again. */
const UPDATES =
  "${{ map(filter(split(vars.images, ' '), imageFrom(split(#, '=')[1]) != nil), ({'key': 'images.' + split(#, '=')[0] + '.tag', 'value': imageFrom(split(#, '=')[1]).Tag + (vars.pin == 'digest' ? '@' + imageFrom(split(#, '=')[1]).Digest : '')})) }}";

const shop = (more: object = {}, keys: Readonly<Record<string, string>> = {}) =>
  servicePlan(
    { images: IMAGES, build: false, ...more },
    { registries: '["registry.example", "registry.example:5000"]', ...keys },
    "shop",
  );
const task = (more: Partial<PromotionTaskPlan> = {}) =>
  promotionTask({ name: "kargo-fleet-images-promote-v1", version: "v1", by: "push", images: true, ...more });
const variables = (service = shop()) => {
  const [dev] = service.stages;
  assert.ok(dev);
  const [reference] = stage(service, dev).spec.promotionTemplate?.spec.steps ?? [];
  return reference?.vars ?? [];
};

describe("the objects of a service with several images", () => {
  it("are one Warehouse with a subscription for each image, with the same way to pick a tag", () => {
    const plan = shop({
      tags: { strategy: "semver", constraint: "^1.0.0" },
      warehouse: { discoveryLimit: 7 },
    });
    const object = warehouse(plan);
    assert.deepEqual(
      object.spec.subscriptions.map(({ image: { repoURL, ...rest } }) => [repoURL, JSON.stringify(rest)]),
      Object.values(IMAGES).map((repoURL) => [
        repoURL,
        JSON.stringify({
          discoveryLimit: 7,
          strictSemvers: true,
          cacheByTag: true,
          imageSelectionStrategy: "SemVer",
          constraint: "^1.0.0",
        }),
      ]),
    );
    assert.deepEqual(admissionProblems(object), []);
  });

  it("hold images of one push together, where this program builds them", () => {
    const criteria = (more: object) => warehouse(shop(more)).spec.freightCreationCriteria?.expression;
    const cron = "registry.example/shop/cron";
    assert.equal(criteria({}), undefined);
    assert.equal(criteria({ build: {}, images: { web: IMAGES.web } }), undefined);
    assert.equal(
      criteria({ build: {}, images: { ...IMAGES, cron } }),
      `imageFrom('${IMAGES.worker}').Tag == imageFrom('${IMAGES.web}').Tag && imageFrom('${cron}').Tag == imageFrom('${IMAGES.web}').Tag`,
    );
  });

  it("start one build for each image, on a push of the service's one hook", () => {
    const services = {
      shop: service("shop", { images: { web: IMAGES.web, jobs: "registry.example/jobs" } }),
    };
    const [group] = triggersPlan({}, services).groups;
    assert.ok(group);
    const { dependencies, triggers } = sensor(group, false).spec;
    assert.deepEqual(
      dependencies.map(({ name }) => name),
      ["push-shop"],
    );
    assert.deepEqual(
      triggers.map(({ template: { name, conditions, k8s } }) => {
        const { metadata, spec } = k8s.source.resource as WorkflowManifest;
        const given = Object.fromEntries(spec.arguments.parameters.map((one) => [one.name, one.value]));
        return [name, conditions, metadata.name, given.service, given.image, given.dockerfile];
      }),
      [
        ["shop-web", "push-shop", "shop-web-", "shop", IMAGES.web, "Dockerfile.web"],
        ["shop-jobs", "push-shop", "shop-jobs-", "shop", "registry.example/jobs", "Dockerfile.jobs"],
      ],
    );
  });

  it("give the task all images as one text, and the first one for the commit's status", () => {
    const given = new Map(variables().map(({ name, value }) => [name, value]));
    assert.equal(given.get("image"), IMAGES.web);
    assert.equal(given.get("images"), `web=${IMAGES.web} worker=${IMAGES.worker}`);
  });

  it("set exactly the variables that the task requires, also with a commit status", () => {
    const commitStatus = { api: "https://api.github.com", secret: "s", context: "c", kargo: undefined };
    for (const [object, service] of [
      [task(), shop()],
      [task({ commitStatus }), shop({}, { commitStatus: "{ existingSecret: s }" })],
    ] as const)
      assert.deepEqual(
        variables(service).map(({ name }) => name),
        object.spec.vars.map(({ name }) => name),
      );
  });

  it("have a task that differs from that of one image only in what it writes", () => {
    for (const version of ["v1", "v2"])
      for (const by of ["push", "pull-request"] as const) {
        const [several, one] = [task({ version, by }), promotionTask({ name: "one", version, by })];
        const others = (object: typeof one) => object.spec.steps.filter(({ uses }) => uses !== "yaml-update");
        assert.deepEqual(others(several), others(one));
        const update = several.spec.steps.find(({ uses }) => uses === "yaml-update");
        assert.deepEqual(update?.config, { path: "./gitops/${{ vars.valuesFile }}", updates: UPDATES });
      }
  });

  it("have tasks without protection, so that the last such service takes them along", () => {
    const { platform } = planOf(
      catalogueText({ shop: service("shop", { images: { web: IMAGES.web }, build: false }) }),
    );
    assert.ok(platform);
    const bare = platformInventory(platform).parts.promotionTasks.filter(({ unprotected }) => unprotected);
    assert.deepEqual(bare.map(({ role }) => role).sort(), [
      "promotion-task-images-pull-request-v1",
      "promotion-task-images-pull-request-v2",
      "promotion-task-images-push-v1",
      "promotion-task-images-push-v2",
    ]);
  });

  it("write a text that splits into the names and repositories, for any images", () => {
    const name = fc
      .stringMatching(/^[a-z][a-z0-9]{0,19}$/)
      .filter((word) => !/^(y|yes|n|no|on|off|true|false|null)$/.test(word));
    const repository = fc.stringMatching(/^registry\.example(\/[a-z0-9]+([._-][a-z0-9]+)?){1,3}$/);
    const images = fc
      .tuple(
        fc.uniqueArray(name, { minLength: 1, maxLength: 10 }),
        fc.uniqueArray(repository, { minLength: 10, maxLength: 10 }),
      )
      .map(([names, all]) => Object.fromEntries(names.map((one, at) => [one, all[at] ?? ""])));
    fc.assert(
      fc.property(images, (drawn) => {
        const text = variables(shop({ images: drawn })).find(({ name }) => name === "images")?.value ?? "";
        const split = text.split(" ").map((one) => one.split("="));
        assert.deepEqual(split, Object.entries(drawn));
      }),
    );
  });
});

describe("a new values file for several images", () => {
  const [file] = valuesFiles([shop()]);
  const text = file?.text ?? "";

  it("has a key with an empty tag for each image", () => {
    assert.equal(
      text,
      [
        "# Stage dev of shop. kargo-fleet wrote this file once and never writes it again.",
        "# It is the team's to change, except images.web.tag, images.worker.tag.",
        "",
        'name: "shop"',
        'stage: "dev"',
        "images:",
        "  web:",
        '    repository: "registry.example/shop/web"',
        "    # Kargo owns this line. Until the first promotion it is empty, and nothing is deployed.",
        '    tag: ""',
        "  worker:",
        '    repository: "registry.example:5000/shop/worker"',
        "    # Kargo owns this line. Until the first promotion it is empty, and nothing is deployed.",
        '    tag: ""',
        "",
      ].join("\n"),
    );
  });

  it("has tags that a promotion can set without changing another line", () => {
    const document = parseDocument(text);
    for (const name of Object.keys(IMAGES)) document.setIn(["images", name, "tag"], "20260102030405-0123abc");
    const lines = document.toString().split("\n");
    const changed = text.split("\n").filter((line, index) => line !== lines[index]);
    assert.deepEqual(changed, ['    tag: ""', '    tag: ""']);
  });

  it("has names that Helm, which reads YAML 1.1, takes as they are", () => {
    const images = Object.fromEntries(
      ["web", "inf", "nope", "ya", "x0"].map((name) => [name, `registry.example/${name}`]),
    );
    const { services } = planOf(catalogueText({ shop: service("shop", { images, build: false }) }));
    for (const { text: each } of valuesFiles(services))
      assert.deepEqual(Object.keys(parse(each, { version: "1.1" }).images), Object.keys(images));
  });
});
