import assert from "node:assert/strict";
import fc from "fast-check";
import { messageSensor } from "../../manifests/notifications.ts";
import { waitsOf } from "../../model/notification-plan.ts";
import { messageSensorBytes } from "../../model/notification-size.ts";
import { STANDARD_PIPELINE } from "../../model/pipelines.ts";
import { catalogueOf, planOf, problemsOf, stackText } from "../sources.ts";
import { many, WEBHOOKS } from "./many-services.ts";

const NOTIFICATIONS = `{ kargo: "https://kargo.acme.example", argoCd: "https://argocd.acme.example", slack: { existingSecret: slack }, webhooks: { pager: { url: "https://pager.acme.example/in", existingSecret: pager }, edge: { format: teams, existingSecret: edge-teams } } }`;
const NOTIFY = { slack: "edge-releases", webhooks: ["pager", "edge"] };
const teams = (more: object = {}) => ({ edge: { group: "AD-Edge", notify: { ...NOTIFY, ...more } } });
const plan = (services: Readonly<Record<string, object>>, keys: Readonly<Record<string, string>> = {}) =>
  planOf(catalogueOf(services, teams()), stackText({ notifications: NOTIFICATIONS, ...keys })).platform
    ?.notifications;
const problems = (notify: object, notifications: string, keys: Readonly<Record<string, string>> = {}) =>
  problemsOf(
    catalogueOf({ nginx: {} }, { edge: { group: "AD-Edge", notify } }),
    stackText({ notifications, ...keys }),
  );

describe("the plan of messages", () => {
  it("is missing if the stack names no notifications, whatever teams say", () => {
    assert.equal(plan({ nginx: {} }, { notifications: "" }), undefined);
    assert.equal(plan({ nginx: {} }, { notifications: "{}" }), undefined);
  });

  it("says when each window for all services opens, in its own zone", () => {
    const open = "[ { days: [Mon, Fri], from: '09:05', to: '16:00' }, { from: '22:00', to: '02:00' } ]";
    const windows = `[ { stages: [prod], zone: Europe/Berlin, open: ${open}, reason: office hours }, { zone: UTC, services: [nginx], open: [ { from: '09:00', to: '16:00' } ], reason: one }, { zone: UTC, open: [ { days: [Sun], from: '00:00', to: '24:00' } ], reason: all Stages } ]`;
    const found = plan({ nginx: {} }, { rollout: `{ windows: ${windows} }` });
    assert.deepEqual(found?.windows, [
      { name: "window-0-0", cron: "5 9 * * 1,5", zone: "Europe/Berlin", stages: ["prod"] },
      { name: "window-0-1", cron: "0 22 * * 0,1,2,3,4,5,6", zone: "Europe/Berlin", stages: ["prod"] },
      { name: "window-2-0", cron: "0 0 * * 0", zone: "UTC", stages: ["dev", "staging", "prod"] },
    ]);
  });

  it("says what waits for a person after each Stage of the standard pipeline", () => {
    assert.deepEqual(waitsOf(STANDARD_PIPELINE), {
      promotion: { staging: { what: "Freight waits for prod", stage: "prod" } },
      merge: [],
      sync: ["prod"],
    });
  });

  it("names the soak and the other Stages that Freight must have passed", () => {
    const [dev, staging, prod] = STANDARD_PIPELINE;
    assert.ok(dev && staging && prod);
    const { promotion } = waitsOf([dev, staging, { ...prod, after: ["dev", "staging"], soak: "1h" }]);
    assert.equal(
      promotion.dev?.what,
      "Freight waits for prod (once it has also passed staging, after a soak of 1h)",
    );
  });

  it("names Stages that take Freight straight from the Warehouse, and those with a pull request", () => {
    const [dev] = STANDARD_PIPELINE;
    assert.ok(dev && !dev.controlFlow);
    assert.deepEqual(waitsOf([{ ...dev, promotion: "manual" }]).promotion, {
      "": { what: "Freight waits for dev", stage: "dev" },
    });
    assert.deepEqual(waitsOf([{ ...dev, promotion: "pull-request" }]).merge, ["dev"]);
  });

  it("names no Stage that is retired, and no service that is decommissioned", () => {
    const [dev] = STANDARD_PIPELINE;
    assert.ok(dev && !dev.controlFlow);
    assert.deepEqual(waitsOf([{ ...dev, promotion: "manual", state: "retired" }]).promotion, {});
    const gone = { nginx: {}, old: { state: "decommissioned" } };
    assert.deepEqual(
      plan(gone)?.groups.flatMap(({ routes }) => routes.flatMap(({ projects }) => projects)),
      ["kargo-nginx"],
    );
  });

  it("contains the services of all shards, because one stack sends their messages", () => {
    const shard = plan({ a: {}, b: {}, c: {}, d: {} }, { rollout: "{ shard: { index: 1, of: 2 } }" });
    assert.deepEqual(
      shard?.groups.flatMap(({ routes }) => routes.flatMap(({ projects }) => projects)),
      ["kargo-a", "kargo-b", "kargo-c", "kargo-d"],
    );
  });
});

describe("a message about a Stage called env", () => {
  it("does not look like a template that reads the pod's environment, which the guard refuses", () => {
    const standard =
      "{ standard: [ { stage: dev, promotion: auto, sync: auto }, { stage: env, after: [dev], promotion: manual, sync: auto }, { stage: expandenv, after: [env], promotion: manual, sync: auto } ] }";
    const windows = "[ { zone: UTC, open: [ { from: '09:00', to: '16:00' } ], reason: office hours } ]";
    const found = plan({ nginx: {} }, { pipelines: standard, rollout: `{ windows: ${windows} }` });
    assert.ok(found);
    const sensors = found.groups.map((group) => JSON.stringify(messageSensor(group, found).spec.triggers));
    assert.match(sensors.join(), /Freight waits for/);
    // The addresses of receivers are read in parameters, not in messages.
    const payloads = sensors.map((text) => text.replace(/"parameters":\[[^\]]*\]/g, ""));
    assert.doesNotMatch(payloads.join(), /[{(|=\s](env|expandenv)[\s`"})|\\]/);
  });
});

describe("a team's receivers", () => {
  it("take no address with a credential in it", () => {
    const signed = NOTIFICATIONS.replace("/in", "/in?sig=secret");
    const [problem] = problems({}, signed);
    assert.match(problem ?? "", /neither a query nor a fragment/);
    assert.doesNotMatch(problem ?? "", /sig=secret/);
  });

  it("need the EventBus of the builds", () => {
    const none = problemsOf(
      catalogueOf({ nginx: { build: false } }, teams()),
      stackText({ notifications: NOTIFICATIONS }),
    );
    assert.match(
      none.join(),
      /notifications {2}needs the EventBus of the builds, and this stack builds nothing/,
    );
  });
});

describe("the size of a Sensor of messages", () => {
  it("is at most the model's estimate, and not much smaller", () => {
    const name = fc.stringMatching(/^[a-z](-?[a-z0-9]){0,15}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 30 }), (names) => {
        const made = plan(Object.fromEntries(names.map((one) => [one, {}])));
        assert.ok(made);
        for (const group of made.groups) {
          const own: number = Buffer.from(JSON.stringify(messageSensor(group, made))).toString(
            "base64",
          ).length;
          const reckoned = messageSensorBytes(group.routes, made);
          assert.ok(own <= reckoned && reckoned < own * 1.6, `${own} bytes, reckoned ${reckoned}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("allows a team of 1,000 services", () => {
    const stack = stackText({ notifications: NOTIFICATIONS, webhooks: WEBHOOKS("groups: 64") });
    assert.deepEqual(problemsOf(catalogueOf(many(1000), teams()), stack), []);
  });
});
