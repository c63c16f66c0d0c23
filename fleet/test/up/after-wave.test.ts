import assert from "node:assert/strict";
import { serviceObjects } from "../../../manifests/inventory/objects.ts";
import { SERVICE_LABEL, STACK_LABEL } from "../../../model/labels.ts";
import { catalogueText, planOf, service, stackText } from "../../../test/sources.ts";
import type { ListedObject, Objects } from "../../recovery/look.ts";
import { idOf } from "../../recovery/planned.ts";
import { faultsAfter } from "../../up/after-wave.ts";

const plan = planOf(catalogueText({ nginx: service("nginx") }));
const [nginx] = plan.services;
const MADE = [{ stack: { name: "prod", plan }, services: ["nginx"], platform: false }];

/** All objects of nginx, with these statuses. */
function everything(statuses: Readonly<Record<string, object>> = {}): ListedObject[] {
  return (nginx ? serviceObjects(nginx) : []).map((object) => {
    const id = idOf(object.metadata);
    const status = statuses[`${object.kind} ${id}`];
    const metadata = { ...object.metadata, generation: 1 };
    return { kind: object.kind, id, live: { ...object, metadata, ...(status && { status }) } };
  });
}

/** A cluster that has what `look` says at each moment. */
function cluster(look: () => readonly ListedObject[], isListed = true): Objects {
  return {
    list: async (_, kind) => (isListed ? look().filter((object) => object.kind === kind) : undefined),
    find: async (place) => {
      const found = look().find(({ kind, id }) => kind === place.kind && id === idOf(place));
      return found && { ...found, path: "" };
    },
  };
}

const mapOf = (objects: readonly ListedObject[]) =>
  new Map(objects.map(({ kind, id, live }) => [`${kind} ${id}`, live]));
const waiting = (wait = 0) => ({ wait, every: 1, signal: new AbortController().signal, tell: () => {} });
const faultsIn = (objects: Objects, before = everything(), wait = 0) =>
  faultsAfter(MADE, { objects, before: mapOf(before) }, waiting(wait));
const faults = (now: readonly ListedObject[], before?: ListedObject[]) =>
  faultsIn(
    cluster(() => now),
    before,
  );

const STAGE = "Stage kargo-nginx/dev";
const ERRORED = { [STAGE]: { lastPromotion: { status: { phase: "Errored" } } } };
const UNSEEN = { [STAGE]: { conditions: [{ observedGeneration: 0 }] } };
const NOT_SEEN = `${STAGE} Kargo has not seen its change yet (after 0 s)`;
const SEEN = Object.fromEntries(
  everything()
    .filter(({ kind }) => kind === "Stage")
    .map(({ id }) => [`Stage ${id}`, { conditions: [{ observedGeneration: 1 }] }]),
);

describe("what fleet up checks after a wave", () => {
  it("finds nothing in a cluster that has every object", async () => {
    assert.deepEqual(await faults(everything()), []);
  });

  for (const isListed of [true, false])
    it(`names each missing object, where its identity may ${isListed ? "" : "not "}list its kind`, async () => {
      const some = everything().filter(({ kind }) => kind !== "Warehouse");
      assert.deepEqual(await faultsIn(cluster(() => some, isListed)), [
        "Warehouse kargo-nginx/nginx is not in the cluster",
      ]);
    });

  it("names what has failed since it began, and not what had failed before", async () => {
    const now = everything({ ...SEEN, ...ERRORED });
    assert.deepEqual(await faults(now), [`${STAGE} its last Promotion errored`]);
    assert.deepEqual(await faults(now, now), []);
  });

  it("judges a service that it has just made", async () => {
    const other: ListedObject = { kind: "Stage", id: "kargo-auth/dev", live: { status: { health: {} } } };
    assert.deepEqual(await faults(everything({ ...SEEN, ...UNSEEN }), [other]), [NOT_SEEN]);
  });

  it("waits for the controllers, and is content when they are", async () => {
    let looks = 0;
    const look = () => everything(++looks > 20 ? SEEN : { ...SEEN, ...UNSEEN });
    assert.deepEqual(await faultsIn(cluster(look), everything(SEEN), 60), []);
  });

  it("names what the controllers did not finish in time", async () => {
    assert.deepEqual(await faults(everything({ ...SEEN, ...UNSEEN }), everything(SEEN)), [NOT_SEEN]);
  });
});

describe("the lists of fleet up", () => {
  const names = Array.from({ length: 60 }, (_, index) => `service-${index}`);
  const catalogue = catalogueText(Object.fromEntries(names.map((name) => [name, service(name)])));
  const shard = planOf(catalogue, stackText({ rollout: "{ shard: { index: 1, of: 1, stack: prod } }" }));
  const stored = shard.services.flatMap(serviceObjects).map((object) => {
    const labels: Readonly<Record<string, string>> = { ...object.metadata.labels, [STACK_LABEL]: "prod" };
    return { ...object, metadata: { ...object.metadata, labels } };
  });

  /** Looks for the faults of some services with an API server that obeys selectors. */
  async function look(services: readonly string[]) {
    const selectors = new Set<string>();
    let reads = 0;
    const list: Objects["list"] = async (_, kind, where) => {
      const selector = "selector" in where ? where.selector : "";
      selectors.add(selector);
      const [, label = "", values = ""] = /^(\S+) in \((.*)\)$/.exec(selector) ?? [];
      return stored
        .filter((each) => each.kind === kind && values.split(",").includes(each.metadata.labels[label] ?? ""))
        .map((live) => ({ kind, id: idOf(live.metadata), live }));
    };
    const none = cluster(() => []);
    const find: Objects["find"] = (object) => {
      reads += 1;
      return none.find(object);
    };
    const objects = { list, find };
    const made = [{ stack: { name: "prod-00", plan: shard }, services, platform: false }];
    const found = await faultsAfter(made, { objects, before: new Map() }, waiting());
    return { found, reads, selectors: [...selectors] };
  }

  it("name a few services", async () => {
    assert.deepEqual(await look(["service-3", "service-7"]), {
      found: [],
      reads: 0,
      selectors: [`${SERVICE_LABEL} in (service-3,service-7)`],
    });
  });

  it("select by the stack that a shard belongs to if there are many services", async () => {
    assert.deepEqual(await look(names), { found: [], reads: 0, selectors: [`${STACK_LABEL} in (prod)`] });
  });
});
