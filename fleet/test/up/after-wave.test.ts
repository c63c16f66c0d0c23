import assert from "node:assert/strict";
import { serviceObjects } from "../../../manifests/inventory/objects.ts";
import { catalogueText, planOf, service } from "../../../test/sources.ts";
import type { ListedObject, Objects } from "../../recovery/look.ts";
import { faultsAfter } from "../../up/after-wave.ts";

const plan = planOf(catalogueText({ nginx: service("nginx") }));
const [nginx] = plan.services;
const MADE = [{ stack: { name: "prod", plan }, services: ["nginx"], platform: false }];

/** All objects of nginx, with these statuses. */
function everything(statuses: Readonly<Record<string, object>> = {}): ListedObject[] {
  return (nginx ? serviceObjects(nginx) : []).map((object) => {
    const { name, namespace } = object.metadata;
    const id = namespace === undefined ? name : `${namespace}/${name}`;
    const status = statuses[`${object.kind} ${id}`];
    const metadata = { ...object.metadata, generation: 1 };
    return { kind: object.kind, id, live: { ...object, metadata, ...(status && { status }) } };
  });
}

/** A cluster that has what `look` says at each moment. */
function cluster(look: () => readonly ListedObject[], isListed = true): Objects {
  const listed = async (_: string, kind: string) => look().filter((object) => object.kind === kind);
  return {
    labelled: listed,
    ifListed: async (version, kind) => (isListed ? await listed(version, kind) : undefined),
    inNamespace: async () => [],
    pathOf: async () => "",
    find: async ({ kind, name, namespace }) => {
      const id = namespace === undefined ? name : `${namespace}/${name}`;
      const found = look().find((object) => object.kind === kind && object.id === id);
      return found && { id, labels: {}, deleting: false, live: found.live };
    },
  };
}

const mapOf = (objects: readonly ListedObject[]) =>
  new Map(objects.map(({ kind, id, live }) => [`${kind} ${id}`, live]));
const waiting = (wait = 0) => ({ wait, every: 1, signal: new AbortController().signal, tell: () => {} });
const faults = (objects: Objects, before = everything(), wait = 0) =>
  faultsAfter(MADE, { objects, before: mapOf(before) }, waiting(wait));

const STAGE = "Stage kargo-nginx/dev";
const ERRORED = { [STAGE]: { lastPromotion: { status: { phase: "Errored" } } } };
const SEEN = Object.fromEntries(
  everything()
    .filter(({ kind }) => kind === "Stage")
    .map(({ id }) => [`Stage ${id}`, { conditions: [{ observedGeneration: 1 }] }]),
);

describe("what fleet up checks after a wave", () => {
  it("finds nothing in a cluster that has every object", async () => {
    assert.deepEqual(await faults(cluster(() => everything())), []);
  });

  for (const isListed of [true, false])
    it(`names each missing object, where its identity may ${isListed ? "" : "not "}list its kind`, async () => {
      const some = everything().filter(({ kind }) => kind !== "Warehouse");
      assert.deepEqual(await faults(cluster(() => some, isListed)), [
        "Warehouse kargo-nginx/nginx is not in the cluster",
      ]);
    });

  it("names what has failed since it began, and not what had failed before", async () => {
    const now = everything({ ...SEEN, ...ERRORED });
    assert.deepEqual(await faults(cluster(() => now)), [`${STAGE} its last Promotion errored`]);
    assert.deepEqual(
      await faults(
        cluster(() => now),
        now,
      ),
      [],
    );
  });

  it("judges a service that it has just made", async () => {
    const other: ListedObject = { kind: "Stage", id: "kargo-auth/dev", live: { status: { health: {} } } };
    const now = everything({ ...SEEN, [STAGE]: { conditions: [{ observedGeneration: 0 }] } });
    assert.deepEqual(
      await faults(
        cluster(() => now),
        [other],
      ),
      [`${STAGE} Kargo has not seen its change yet (after 0 s)`],
    );
  });

  it("waits for the controllers, and is content when they are", async () => {
    let looks = 0;
    const look = () =>
      everything(++looks > 20 ? SEEN : { ...SEEN, [STAGE]: { conditions: [{ observedGeneration: 0 }] } });
    assert.deepEqual(await faults(cluster(look), everything(SEEN), 60), []);
  });

  it("names what the controllers did not finish in time", async () => {
    const late = everything({ ...SEEN, [STAGE]: { conditions: [{ observedGeneration: 0 }] } });
    assert.deepEqual(
      await faults(
        cluster(() => late),
        everything(SEEN),
      ),
      [`${STAGE} Kargo has not seen its change yet (after 0 s)`],
    );
  });
});
