import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { type Cluster, messageOf, openCluster } from "../../fleet/cluster.ts";
import { calendarData } from "../../manifests/calendar.ts";
import { CLOCK, windowsGuards } from "../../manifests/windows-guard.ts";
import type { ClosingRule } from "../../model/calendar.ts";
import { applied } from "../../sandbox/deployer.ts";
import { connectionOf, kubernetesApi } from "../../sandbox/kubernetes-api.ts";
import { type GeneratedCalendar, generatedCalendar, isClosedByTemporal } from "../generated-calendars.ts";
import { KARGO, promotionTo } from "./access-world.ts";
import { definedControlPlane } from "./control-plane.ts";
import { dry, patch, post, remove, sendOrThrow } from "./requests.ts";

const CALENDARS = 1_000;
/** How many calendars one ConfigMap holds, each for a Stage of its own. */
const AT_ONCE = 20;
const NAMESPACE = "kargo-fleet-clock";
/** The place of the test's clock, which replaces the time of creation. */
const TOLD = 'timestamp(object.metadata.annotations["told"])';
const COPY = "kargo-fleet-told";
/** How often to ask until the API server has heard of a calendar. */
const ATTEMPTS = 1_000;
const ALWAYS = "2099-01-01T00:00:00Z";

/**
 * The policy reads the time at which the API server creates a Promotion, which no test can choose. So these tests use
 * a copy of it that reads the time from an annotation; everything else is the same text.
 */
describe("generated calendars on a real API server", () => {
  let admin: Cluster;
  const undo: string[] = [];

  before(async () => {
    const plane = await definedControlPlane();
    admin = await openCluster({ kubeconfig: plane.admin, context: "sandbox" });
    const api = kubernetesApi(await connectionOf(plane.admin));
    for (const { path, object } of copies().map(applied)) {
      await api.apply(path, JSON.stringify(object));
      undo.push(path);
    }
    api.close();
  });

  after(async () => {
    for (const path of undo.toReversed()) await admin?.send(remove(path));
    admin?.close();
  });

  it(`agree with an independent clock: ${CALENDARS} of them, with time zones and summer time`, async () => {
    const calendars = fc.sample(generatedCalendar, CALENDARS);
    let asked = 0;
    for (let start = 0; start < CALENDARS; start += AT_ONCE) {
      const some = calendars.slice(start, start + AT_ONCE);
      await write(some, start);
      for (const [index, { rules, moments }] of some.entries()) {
        const answers = await Promise.all(moments.map((at) => closed(`s${index}`, at)));
        for (const [at, answer] of answers.entries()) {
          const moment = moments[at] as Date;
          const text = `${moment.toISOString()} ${JSON.stringify(rules)}`;
          assert.equal(answer !== undefined, isClosedByTemporal(rules, moment), `${text} ${answer}`);
          asked += 1;
        }
      }
    }
    assert.ok(asked >= 4 * CALENDARS, String(asked));
  });

  it("say when a window opens next, in the time of its zone", async () => {
    const periods = [
      { days: ["Mon", "Thu"], from: "09:00", to: "16:00" },
      { days: ["Thu"], from: "22:00", to: "02:00" },
    ] as const;
    const rule = (zone: string): GeneratedCalendar["rules"][number] => ({
      kind: "window",
      services: [],
      reason: "office hours",
      open: { zone, periods },
    });
    await write([{ rules: [rule("Europe/Berlin")], moments: [] }], CALENDARS);
    for (const [at, next] of [
      ["2026-11-29T12:00:00Z", "Mon 09:00"],
      ["2026-11-30T07:59:59Z", "Mon 09:00"],
      ["2026-11-30T15:00:00Z", "Thu 09:00"],
      ["2026-12-03T15:00:00Z", "Thu 22:00"],
      ["2026-12-04T01:00:00Z", "Mon 09:00"],
    ] as const)
      assert.match(
        (await closed("s0", new Date(at))) ?? "",
        new RegExp(
          `it opens ${next} \\(Europe/Berlin; open Mon Thu 09:00-16:00, Thu 22:00-02:00\\): office hours`,
        ),
        at,
      );
  });

  it("are tested with the shipped policy; only its clock is replaced, by the time of creation", () => {
    const [shipped] = windowsGuards({ deployer: "d", kargoNamespace: "kargo" });
    const [told] = windowsGuards({ deployer: "d", kargoNamespace: "kargo" }, TOLD);
    assert.equal(CLOCK, "timestamp(object.metadata.creationTimestamp)");
    const text = JSON.stringify(shipped);
    assert.equal(text.split(CLOCK).length, 2);
    assert.equal(text.replace(CLOCK, JSON.stringify(TOLD).slice(1, -1)), JSON.stringify(told));
  });

  /** The copy, with a ConfigMap of its own, for Promotions of one namespace. */
  function copies() {
    const [
      {
        policy,
        bindings: [binding],
      } = { policy: undefined, bindings: [] },
    ] = windowsGuards({ deployer: "d", kargoNamespace: "kargo" }, TOLD);
    assert.ok(policy && binding?.spec.paramRef);
    const metadata = { name: COPY, labels: {} };
    const here = { name: "here", expression: `object.metadata.namespace == "${NAMESPACE}"` };
    return [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels: {} } },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata, namespace: NAMESPACE } },
      { ...policy, metadata, spec: { ...policy.spec, matchConditions: [here] } },
      {
        ...binding,
        metadata,
        spec: {
          ...binding.spec,
          policyName: COPY,
          paramRef: { ...binding.spec.paramRef, name: COPY, namespace: NAMESPACE },
        },
      },
    ];
  }

  /** Writes calendars, each for its own Stage, and waits until the API server enforces them. */
  async function write(calendars: readonly GeneratedCalendar[], number: number): Promise<void> {
    const rules = calendars.flatMap(({ rules }, index) =>
      rules.map((rule, at) => ({ ...rule, id: `${rule.kind}-${index * 10 + at}`, stages: [`s${index}`] })),
    );
    const stage = `written-${number}`;
    const mark: ClosingRule = {
      id: "freeze-9999",
      kind: "freeze",
      stages: [stage],
      services: [],
      reason: "written",
      until: ALWAYS,
    };
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps/${COPY}`;
    await sendOrThrow(admin, patch(path, { data: null }));
    await sendOrThrow(admin, patch(path, { data: calendarData([...rules, mark]) }));
    for (let attempt = 0; (await closed(stage, new Date())) === undefined; attempt++) {
      assert.ok(attempt < ATTEMPTS, "the API server never hears of the calendar");
      await pause(10);
    }
  }

  /** Tries to create a Promotion. Returns the refusal; undefined if it passes. */
  async function closed(stage: string, at: Date): Promise<string | undefined> {
    const promotions = `${KARGO}/namespaces/${NAMESPACE}/promotions`;
    const metadata = { generateName: "p-", annotations: { told: at.toISOString() } };
    const answer = await admin.send(dry(post(promotions, promotionTo(stage, metadata))));
    if (answer.status === 201) return undefined;
    const message = messageOf(answer);
    assert.match(message, new RegExp(`'${COPY}' with binding '${COPY}' denied request: Stage ${stage} of `));
    return message;
  }
});
