import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, type ClusterAnswer, type Identity, messageOf } from "../../fleet/cluster.ts";
import { CALENDAR } from "../../manifests/calendar.ts";
import { KARGO, promotionTo, unbound } from "./access-world.ts";
import { get, patch, post, sendOrThrow } from "./requests.ts";

export const MAPS = "/api/v1/namespaces/kargo-fleet-windows/configmaps";
/** The access of a stack with both groups. */
export const ACCESS = "{ deployer: kargo-fleet-deployer, breakGlass: break-glass, incident: on-call }";
export const BREAK_GLASS = unbound("eve", "break-glass");
/** The API server hears of a changed ConfigMap after some milliseconds. */
const HEARD = 60_000;

/** What tests do with Promotions and the calendar. */
export type ClosedWorld = ReturnType<typeof closedWorld>;

/** @param open a service that is open at Stage dev when an action is over */
export function closedWorld(admin: Cluster, open: string) {
  /** Creates a Promotion; by default as the administrator. */
  const promote = (stage: string, service: string, as?: Identity, metadata?: object) => {
    const body = promotionTo(stage, { generateName: "by-hand-", ...metadata });
    return admin.send(post(`${KARGO}/namespaces/kargo-${service}/promotions`, body, as));
  };
  /** The data of one of the two ConfigMaps. */
  const data = async (name: string) => {
    const { body } = await sendOrThrow(admin, get(`${MAPS}/${name}`));
    return (body as { data?: Record<string, string> }).data;
  };
  /** Changes the data of one of them as this identity. */
  const write = (name: string, change: object, as: Identity) =>
    admin.send(patch(`${MAPS}/${name}`, { data: change }, as));
  return {
    promote,
    data,
    write,
    /** Changes the calendar as break-glass, for as long as an action takes. */
    during: async (change: Readonly<Record<string, string>>, act: () => Promise<unknown>) => {
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
