import assert from "node:assert/strict";
import { BUILDS } from "../../../test/sources.ts";
import { type Scope, scopeOf } from "../../preview/scope.ts";
import { type Entries, only, type Texts, texts } from "./compared-texts.ts";

const scope = (base: Entries, head: Entries, keys: Texts = {}, was = keys, asked?: string) =>
  scopeOf(only(texts(base, was), texts(head, keys)), asked);

function affected(found: Scope | undefined): Extract<Scope, { is: "affected" }> {
  assert.equal(found?.is, "affected");
  return found as Extract<Scope, { is: "affected" }>;
}

const BASE: Entries = { auth: {}, "auth-dev": {}, nginx: {} };
const namesOf = (targets: readonly string[]) => targets.map((urn) => urn.split("::")[3] ?? "");
const CHANGED = { ...BASE, auth: { warehouse: { interval: "1h" } } };

describe("the scope of the engine's preview", () => {
  it("is empty if nothing is affected, or if the files have problems", () => {
    assert.equal(scope(BASE, BASE), undefined);
    assert.equal(scope(BASE, { auth: { pipeline: "none" } }), undefined);
  });

  it("contains every resource of a changed service, by its literal URN", () => {
    const { targets, filter } = affected(scope(BASE, CHANGED));
    assert.ok(targets.length > 10);
    assert.ok(namesOf(targets).every((name) => /^auth(\/|$)/.test(name)));
    assert.ok(targets.every((urn) => !urn.includes("*")));
    assert.deepEqual(filter, { services: ["auth"], platform: false });
  });

  it("contains the base's resources of a removed service, and none of it is registered", () => {
    const { targets, filter } = affected(scope(BASE, { "auth-dev": {}, nginx: {} }));
    assert.ok(namesOf(targets).includes("auth/webhook"));
    assert.deepEqual(filter, { services: [], platform: true });
  });

  it("contains the changed triggers, and never resources that all services depend on", () => {
    const { targets, filter } = affected(scope(BASE, { ...BASE, young: {} }));
    const names = namesOf(targets);
    assert.ok(names.some((name) => name.startsWith("build-triggers/sensor-")));
    assert.ok(names.includes("young"));
    assert.deepEqual(
      names.filter((name) => /^(values-files|platform|platform\/promotion-task-.*)$/.test(name)),
      [],
    );
    assert.equal(filter.platform, true);
  });

  it("contains only the shared resources if only those changed", () => {
    const { targets, filter } = affected(
      scope(BASE, BASE, { builds: BUILDS.replace(/}$/, ", parallelism: 7 }") }, { builds: BUILDS }),
    );
    assert.ok(namesOf(targets).includes("build-triggers/edge-limit"));
    assert.deepEqual(filter.services, []);
  });

  it("needs the part of the state with a row's earlier name, so that the engine finds it by its alias", () => {
    const keys = {
      credentials: "{ git: { username: kargo } }",
      gitPassword: "{ secure: v1:abc }",
    };
    const { former } = affected(
      scope(BASE, BASE, { ...keys, builds: BUILDS.replace(/}$/, ", parallelism: 7 }") }, keys),
    );
    assert.deepEqual(former, [
      "urn:pulumi:test::kargo-fleet::kargo-fleet:index:Platform$kubernetes:core/v1:Secret::platform/credential-git",
    ]);
  });

  for (const [what, found] of [
    ["somebody asked for it", () => scope(BASE, BASE, {}, {}, "--full was given")],
    ["the platform is added", () => scope(BASE, BASE, { platform: "true" }, { platform: "false" })],
    ["the platform is removed", () => scope(BASE, BASE, { platform: "false" }, { platform: "true" })],
    ["a provider differs", () => scope(BASE, BASE, { cluster: "{ name: test, context: other }" }, {})],
  ] as const) {
    it(`is everything if ${what}`, () => assert.equal(found()?.is, "full"));
  }

  it("is everything if too many services are affected to name them on a command line", () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`service-${index}`, {}]));
    const found = scope({ auth: {} }, { auth: {}, ...many });
    assert.deepEqual(found, {
      is: "full",
      because: "400 services are affected, too many to name each",
    });
  });
});
