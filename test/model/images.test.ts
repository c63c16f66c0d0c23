import assert from "node:assert/strict";
import fc from "fast-check";
import { guards } from "../../manifests/guard.ts";
import { builtImages } from "../../model/build-plan.ts";
import { newKeys } from "../../model/image-keys.ts";
import { losses } from "../../model/losses.ts";
import { provisioned } from "../../model/provisioned.ts";
import { catalogueOf, planOf, problemsOf, servicePlan, stackText } from "../sources.ts";
import { planned } from "./ups.ts";

const IMAGES = { web: "registry.example/shop/web", worker: "registry.example/shop/worker" };
const shop = (images: object, more: object = {}) => catalogueOf({ shop: { images, build: false, ...more } });
const paths = (was: string, is: string) =>
  newKeys(provisioned(planOf(was)), planOf(is)).map(({ path, keys }) => [path, ...keys].join(" "));

describe("a service with several images", () => {
  it("has them in its Warehouse's plan by name, and the first one stands for the service", () => {
    const { warehouse } = servicePlan({ images: IMAGES, build: false });
    assert.deepEqual([warehouse.image, warehouse.images], [IMAGES.web, IMAGES]);
  });

  it("is promoted by the task for several images, by a push or a pull request, in its version", () => {
    const pipelines =
      "{ standard: [{ stage: dev, promotion: auto, sync: auto }, { stage: prod, promotion: pull-request, sync: auto, after: [dev] }] }";
    const rollout = "{ promotionTask: { stable: v2 } }";
    const { stages } = servicePlan({ images: IMAGES, build: false }, { pipelines, rollout });
    assert.deepEqual(
      stages.map(({ deployment }) => deployment?.promotionTask),
      ["kargo-fleet-images-promote-v2", "kargo-fleet-images-pull-request-v2"],
    );
  });

  it("makes its cluster have these tasks, also if another stack has the service", () => {
    const tasks = (catalogue: string, rollout = "{}") =>
      planOf(catalogue, stackText({ rollout })).platform?.promotionTasks.map(({ name }) => name) ?? [];
    const shipped = ["promote-v1", "pull-request-v1", "promote-v2", "pull-request-v2"];
    const one = shipped.map((task) => `kargo-fleet-${task}`);
    const all = [...one, ...shipped.map((task) => `kargo-fleet-images-${task}`)];
    assert.deepEqual(tasks(catalogueOf({ shop: {} })), one);
    assert.deepEqual(tasks(shop(IMAGES)), all);
    assert.deepEqual(tasks(shop(IMAGES), "{ exclude: [{ names: [shop] }] }"), all);
  });

  it("needs no administrator: the guards are the same as without it", () => {
    const guardsOf = (catalogue: string) => {
      const { platform } = planOf(catalogue);
      assert.ok(platform);
      return guards(platform);
    };
    const permits = guardsOf(shop(IMAGES));
    assert.deepEqual(permits, guardsOf(catalogueOf({ shop: {} })));
    assert.match(JSON.stringify(permits), /kargo-fleet-images-promote-v2/);
  });

  it("may be kept on a version of the program while the others use one from a file", () => {
    const rollout = "{ promotionTask: { stable: v3, canary: v1, canaryServices: [shop] } }";
    const kept = stackText({ promotionTasks: "{ v3: promotion/v3.yaml }", rollout });
    assert.deepEqual(problemsOf(shop(IMAGES), kept), []);
  });

  it("is built by one Workflow for each image, from a Dockerfile with the image's name", () => {
    const { build } = servicePlan({ images: IMAGES, build: { dockerfile: "docker/Dockerfile" } }, {}, "shop");
    assert.ok(build);
    assert.deepEqual(builtImages(build), [
      { name: "shop-web", image: IMAGES.web, dockerfile: "docker/Dockerfile.web" },
      { name: "shop-worker", image: IMAGES.worker, dockerfile: "docker/Dockerfile.worker" },
    ]);
  });

  it("may not have the Workflows of another service, nor names too long for a label", () => {
    const two = { shop: { images: IMAGES }, "shop-web": {} };
    assert.match(
      problemsOf(catalogueOf(two)).join(),
      /the Workflow "shop-web-000000000000" .* is also used by service "shop"/,
    );
    const long = { ["x".repeat(40)]: { images: { ["y".repeat(11)]: IMAGES.web } } };
    assert.match(problemsOf(catalogueOf(long)).join(), /the Workflow "x+-y+-0{12}" .* has 65 characters/);
  });

  it("may have ten images, and none but lower-case words that YAML reads as texts name them", () => {
    const many = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`i${at}`, `registry.example/shop/i${at}`]),
      );
    assert.deepEqual(problemsOf(shop(many(10))), []);
    assert.match(problemsOf(shop(many(11))).join(), /services\.shop\.images {2}has 1 to 10 images/);
    assert.match(problemsOf(shop({})).join(), /has 1 to 10 images/);
    for (const name of ["Web", "web-app", "a.b", "1", "on", "y", "null", "a b", "x".repeat(21), ""])
      assert.match(problemsOf(shop({ [name]: IMAGES.web })).join(), /is not the name of an image/, name);
  });

  it("may not use an image of another service, nor one outside the registries", () => {
    const other = catalogueOf({
      shop: { images: IMAGES, build: false },
      jobs: { image: IMAGES.worker, build: false },
    });
    assert.match(problemsOf(other).join(), /services\.jobs\.image .* is also used by service "shop"/);
    assert.match(
      problemsOf(shop({ ...IMAGES, cron: "elsewhere.example/cron" })).join(),
      /services\.shop\.images\.cron {2}the image "elsewhere\.example\/cron" is not in a registry/,
    );
  });

  it("may not list one repository under two names, however it is written", () => {
    const registries = '["registry.example", "registry.example:443"]';
    const twins = shop({ web: "registry.example/a", worker: "registry.example:443/a" });
    assert.match(
      problemsOf(twins, stackText({ registries })).join(),
      /services\.shop\.images\.worker .* is already images\.web/,
    );
  });

  it("is recognized under another name by any of its images", () => {
    const renamed = planned({ store: { image: IMAGES.worker, build: false } });
    const [loss] = losses(provisioned(planOf(shop(IMAGES))), renamed);
    assert.equal(loss?.code, "KF091");
  });
});

describe("the keys of values files that an earlier up wrote", () => {
  const one = catalogueOf({ shop: { image: IMAGES.web, build: false } });
  const files = (keys: string) =>
    ["dev", "staging", "prod"].map((stage) => `services/shop/values-${stage}.yaml ${keys}`);

  it("are asked for where an image is new, and only then", () => {
    assert.deepEqual(paths(shop({ web: IMAGES.web }), shop(IMAGES)), files("images.worker.tag"));
    assert.deepEqual(paths(one, shop(IMAGES)), files("images.web.tag images.worker.tag"));
    assert.deepEqual(paths(shop(IMAGES), one), files("image.tag"));
    assert.deepEqual(paths(shop(IMAGES), shop({ worker: IMAGES.worker })), []);
    assert.deepEqual(paths(catalogueOf({}), shop(IMAGES)), []);
    assert.deepEqual(paths(one, shop(IMAGES, { state: "decommissioned" })), []);
  });

  it("are exactly the new names, whatever the names were and are", () => {
    const names = fc.uniqueArray(fc.constantFrom("web", "worker", "cron", "api", "jobs"), { minLength: 1 });
    const of = (list: readonly string[]) =>
      Object.fromEntries(list.map((name) => [name, `registry.example/shop/${name}`]));
    fc.assert(
      fc.property(names, names, (was, is) => {
        const added = is.filter((name) => !was.includes(name)).map((name) => `images.${name}.tag`);
        assert.deepEqual(
          paths(shop(of(was)), shop(of(is))),
          added.length === 0 ? [] : files(added.join(" ")),
        );
      }),
      { numRuns: 50 },
    );
  });
});
