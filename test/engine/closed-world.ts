import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, type ClusterAnswer, type Identity, messageOf } from "../../fleet/cluster.ts";
import { CALENDAR } from "../../manifests/calendar.ts";
import { KARGO, sendOrThrow, unbound } from "./access-world.ts";

export const MAPS = "/api/v1/namespaces/kargo-fleet-windows/configmaps";
/** The access of a stack with both groups. */
export const ACCESS = "{ deployer: kargo-fleet-deployer, breakGlass: break-glass, incident: on-call }";
export const BREAK_GLASS = unbound("eve", "break-glass");
/** The API server hears of a changed ConfigMap after some milliseconds. */
const HEARD = 60_000;

/** What tests do with Promotions and the calendar. */
export interface ClosedWorld {
  /** Creates a Promotion; by default as the administrator. */
  promote(stage: string, service: string, as?: Identity, metadata?: object): Promise<ClusterAnswer>;
  /** The data of one of the two ConfigMaps. */
  data(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** Changes the data of one of them as this identity. */
  write(name: string, change: object, as: Identity): Promise<ClusterAnswer>;
  /** Changes the calendar as break-glass, for as long as an action takes. */
  during(change: Readonly<Record<string, string>>, act: () => Promise<unknown>): Promise<void>;
}

/** @param open a service that is open at Stage dev when an action is over */
export function closedWorld(admin: Cluster, open: string): ClosedWorld {
  const promote: ClosedWorld["promote"] = (stage, service, as, metadata = {}) =>
    admin.send({
      method: "POST",
      path: `${KARGO}/namespaces/kargo-${service}/promotions`,
      body: {
        apiVersion: "kargo.akuity.io/v1alpha1",
        kind: "Promotion",
        metadata: { generateName: "by-hand-", ...metadata },
        spec: { stage, freight: "abc", steps: [{ uses: "git-clone" }] },
      },
      ...(as && { as }),
    });
  const data: ClosedWorld["data"] = async (name) => {
    const { body } = await sendOrThrow(admin, { method: "GET", path: `${MAPS}/${name}` });
    return (body as { data?: Record<string, string> }).data;
  };
  const write: ClosedWorld["write"] = (name, change, as) =>
    admin.send({ method: "PATCH", path: `${MAPS}/${name}`, body: { data: change }, as });
  return {
    promote,
    data,
    write,
    during: async (change, act) => {
      const before = (await data(CALENDAR)) ?? {};
      assert.equal((await write(CALENDAR, change, BREAK_GLASS)).status, 200);
      try {
        await act();
      } finally {
        const back = Object.keys(change).map((key) => [key, before[key] ?? null]);
        await write(CALENDAR, Object.fromEntries(back), BREAK_GLASS);
        await heard(async () => (await promote("dev", open)).status === 201);
      }
    },
  };
}

/** The message of a refused request. */
export function refusal(answer: ClusterAnswer): string {
  assert.equal(answer.status, 403, JSON.stringify(answer.body));
  return messageOf(answer);
}

/** Waits until the API server has heard of a change. */
export async function heard(happened: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + HEARD;
  while (!(await happened())) {
    assert.ok(Date.now() < end, "the API server never hears of it");
    await pause(20);
  }
}
