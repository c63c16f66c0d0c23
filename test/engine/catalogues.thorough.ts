import assert from "node:assert/strict";
import fc from "fast-check";
import type { KubernetesObject } from "../../manifests/objects.ts";
import { InvalidInput } from "../../model/diagnostics.ts";
import type { Plan } from "../../model/plan.ts";
import { everyObject, nameOf } from "../every-object.ts";
import { type RawSources, rawSources, toSources } from "../generated-catalogues.ts";
import { slipped } from "../generated-slips.ts";
import { sampled } from "../sampling.ts";
import { catalogueText, planOf, platformPlan, service, stackText } from "../sources.ts";
import { storedDifferences } from "../stored-differences.ts";
import { applyGuards, withoutPipelineGuard } from "./administer.ts";
import { definedControlPlane, TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type ApplyServer, applyServer } from "./server-side.ts";
import { ADDED, OPEN, oneOfEachKind, readable, withoutBookkeeping } from "./stored-objects.ts";

/**
 * A dry run needs an existing namespace; this one replaces those of the services, whose names are checked
 * separately.
 */
const NAMESPACE: KubernetesObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "kargo-generated-catalogues", labels: { "kargo.akuity.io/project": "true" } },
};

const SERVICES = sampled(200, 50);

/** A stack with every kind of object. Its deployer is the user of these tests, so the guard allows it. */
const EVERYTHING = stackText({
  access: "{ deployer: admin, breakGlass: AD-Emergency }",
  credentials: "{ git: { username: kargo }, image: { username: reader } }",
  webhooks: JSON.stringify({
    url: "https://hooks.acme.example/kargo",
    eventBus: { storage: { class: "fast" } },
    expose: { ingress: { className: "nginx", tlsSecret: "hooks" } },
    receiver: { url: "https://kargo.acme.example/webhooks" },
  }),
  gitPassword: "{ secure: v1:abc }",
  imagePassword: "{ secure: v1:abc }",
  pipelines: JSON.stringify({
    standard: [
      {
        stage: "dev",
        promotion: "auto",
        sync: "auto",
        verification: { templates: ["smoke"], args: { url: "x", empty: "" } },
      },
      { stage: "gate", controlFlow: true, after: ["dev"], soak: "90m" },
      { stage: "qa", promotion: "auto", sync: "auto", after: ["gate"], selectionPolicy: "MatchUpstream" },
      { stage: "eu", promotion: "pull-request", sync: "auto", after: ["qa"], destination: { cluster: "eu" } },
      { stage: "prod", promotion: "manual", sync: "manual", after: ["eu", "gate"], soak: "24h" },
    ],
  }),
});

function plan(raw: RawSources): Plan | undefined {
  const { catalogue, stack } = toSources(raw);
  try {
    return planOf(catalogue, stack);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/** Moves an object of a service or a team into the test's namespace. */
function placed(object: KubernetesObject, services: ReadonlySet<string>): KubernetesObject {
  const { namespace } = object.metadata;
  if (namespace === undefined || !services.has(namespace)) return object;
  return { ...object, metadata: { ...object.metadata, namespace: NAMESPACE.metadata.name } };
}

function placedObjects(found: Plan): KubernetesObject[] {
  const teams = found.platform?.buildTriggers?.namespaces ?? [];
  const services = new Set([
    ...found.services.map(({ project }) => project),
    ...teams.map(({ name }) => name),
  ]);
  return everyObject(found).map((object) => placed(object, services));
}

describe("generated catalogues on a real API server", function () {
  this.timeout(120_000);

  let server: ApplyServer;

  before(async function () {
    this.timeout(TOOLCHAIN_TIMEOUT);
    const { admin } = await definedControlPlane();
    await withoutPipelineGuard(admin);
    server = await applyServer(admin);
    const made = await server.apply(NAMESPACE);
    assert.ok("stored" in made, "refusal" in made ? made.refusal : "");
  });

  after(async () => {
    await server?.remove(NAMESPACE);
    server?.close();
    await applyGuards((await definedControlPlane()).admin, platformPlan());
  });

  /** Why objects were refused, with each object. */
  async function refusals(objects: readonly KubernetesObject[]): Promise<string[]> {
    const verdicts = await Promise.all(objects.map(server.dryRun));
    return verdicts.flatMap((verdict, index) => {
      const object = objects[index];
      return "refusal" in verdict && object ? [`${nameOf(object)}: ${verdict.refusal}`] : [];
    });
  }

  it(`have only valid manifests for ${SERVICES} services in a dry run`, async () => {
    const [drawn] = fc.sample(rawSources({ services: SERVICES }), { numRuns: 1, seed: 7 });
    assert.ok(drawn);
    const found = plan({ ...drawn, stack: { ...drawn.stack, rollout: {}, platform: true } });
    assert.equal(found?.services.length, SERVICES);
    const objects = placedObjects(found);
    assert.ok(objects.length > 10 * SERVICES, `only ${objects.length} objects`);
    assert.deepEqual(await refusals(objects), []);
  });

  const asked = new Set<string>();

  for (const [what, sources, numRuns] of [
    ["right", rawSources(), 60],
    ["slightly wrong", slipped(rawSources()), sampled(400, 40)],
  ] as const) {
    it(`that our checks accept are never refused, even with ${what}`, async () => {
      const property = fc.asyncProperty(sources, async (raw) => {
        const found = plan(raw);
        if (found === undefined) return;
        const fresh = placedObjects(found).filter((object) => !asked.has(JSON.stringify(object)));
        assert.deepEqual(await refusals(fresh), []);
        for (const object of fresh) asked.add(JSON.stringify(object));
      });
      await fc.assert(property, { numRuns });
      assert.ok(asked.size > 200, `only ${asked.size} objects were asked for`);
    });
  }

  it("cause an error for an undeclared field of every kind", async () => {
    const objects = placedObjects(planOf(catalogueText({ nginx: service("nginx") }), EVERYTHING));
    const surplus = oneOfEachKind(objects).map((object) =>
      "spec" in object
        ? { ...object, spec: { ...Object(object.spec), surplus: true } }
        : { ...object, surplus: true },
    );
    const verdicts = await Promise.all(surplus.map(server.dryRun));
    const taken = surplus.filter((_, index) => "stored" in (verdicts[index] ?? {})).map(({ kind }) => kind);
    assert.deepEqual(
      taken.filter((kind) => !OPEN.includes(kind)),
      [],
    );
  });

  it("cause no error for unknown fields of an EventBus, EventSource and Sensor, which only our own types check", async () => {
    const objects = placedObjects(planOf(catalogueText({ nginx: service("nginx") }), EVERYTHING));
    const open = oneOfEachKind(objects).filter(({ kind }) => OPEN.includes(kind));
    assert.equal(open.length, OPEN.length);
    for (const object of open) {
      const surplus = { ...object, spec: { ...Object((object as { spec?: unknown }).spec), surplus: true } };
      assert.ok("stored" in (await server.dryRun(surplus)), nameOf(object));
    }
  });

  it("are stored as written, without defaults in the spec of custom resources", async () => {
    const objects = placedObjects(planOf(catalogueText({ nginx: service("nginx") }), EVERYTHING));
    const added = new Map<string, Set<string>>();
    for (const object of objects) {
      const verdict = await server.dryRun(object);
      assert.ok("stored" in verdict, `${nameOf(object)}: ${"refusal" in verdict ? verdict.refusal : ""}`);
      const found = storedDifferences(readable(object), withoutBookkeeping(verdict.stored));
      assert.deepEqual(found.changed, [], nameOf(object));
      const paths = found.added.map((path) => path.replace(/\[\d+\]/g, "[]"));
      added.set(object.kind, new Set([...(added.get(object.kind) ?? []), ...paths]));
    }
    const found = [...added].map(([kind, paths]) => [kind, [...paths].sort()]);
    assert.deepEqual(Object.fromEntries(found), ADDED);
  });

  it("do not change when applied a second time", async () => {
    const every = placedObjects(planOf(catalogueText({ nginx: service("nginx") }), EVERYTHING));
    const there = await Promise.all(every.map(server.has));
    // Other tests need the administrator's objects, so these are kept.
    const objects = every.filter((_, index) => !there[index]);
    const apply = async () => {
      const stored: Record<string, unknown> = {};
      for (const object of objects) {
        const verdict = await server.apply(object);
        assert.ok("stored" in verdict, `${nameOf(object)}: ${"refusal" in verdict ? verdict.refusal : ""}`);
        const { generation, resourceVersion } = verdict.stored.metadata;
        // A policy's status changes meanwhile, but its generation does not.
        stored[nameOf(object)] = [generation ?? resourceVersion, withoutBookkeeping(verdict.stored)];
      }
      return stored;
    };
    try {
      const first = await apply();
      assert.deepEqual(await apply(), first);
    } finally {
      for (const object of objects.toReversed()) await server.remove(object);
    }
  });
});
