import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { type Cluster, type ClusterAnswer, type Identity, messageOf } from "../../fleet/cluster.ts";
import { CALENDAR, STOP } from "../../manifests/calendar.ts";
import { DAYS } from "../../model/time-zones.ts";
import { catalogueText, service } from "../sources.ts";
import { administrator, allowedTo, fleet, KARGO, sendOrThrow, unbound } from "./access-world.ts";
import { sharedControlPlane, TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

const MAPS = "/api/v1/namespaces/kargo-fleet-windows/configmaps";
const ACCESS = "{ deployer: kargo-fleet-deployer, breakGlass: break-glass, incident: on-call }";
const BREAK_GLASS = unbound("eve", "break-glass");
/** The API server hears of a changed ConfigMap after some milliseconds. */
const HEARD = 15_000;

/** A day of the week that is neither today nor near it, in any zone. */
const FAR = DAYS[(new Date().getUTCDay() + 3) % 7];

describe("windows and freezes, on a real engine and API server", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: FleetStack;
  let admin: Cluster;

  const rollout = (freeze = "") =>
    `{ windows: [ { stages: [prod], zone: Europe/Berlin, open: [ { days: [${FAR}], from: "09:00", to: "16:00" } ], reason: office hours } ], freeze: [ ${freeze} ] }`;
  const promote = (stage: string, name: string, as?: Identity, metadata: object = {}) =>
    admin.send({
      method: "POST",
      path: `${KARGO}/namespaces/kargo-${name}/promotions`,
      body: {
        apiVersion: "kargo.akuity.io/v1alpha1",
        kind: "Promotion",
        metadata: { generateName: "by-hand-", ...metadata },
        spec: { stage, freight: "abc", steps: [{ uses: "git-clone" }] },
      },
      ...(as && { as }),
    });
  const refusal = (answer: ClusterAnswer): string => {
    assert.equal(answer.status, 403, JSON.stringify(answer.body));
    return messageOf(answer);
  };
  const data = async (name: string) => {
    const { body } = await sendOrThrow(admin, { method: "GET", path: `${MAPS}/${name}` });
    return (body as { data?: Record<string, string> }).data;
  };
  const write = (name: string, change: object, as: Identity) =>
    admin.send({ method: "PATCH", path: `${MAPS}/${name}`, body: { data: change }, as });
  /** Changes the calendar as break-glass, for as long as an action takes. */
  async function during(change: Record<string, string>, act: () => Promise<unknown>): Promise<void> {
    const before = (await data(CALENDAR)) ?? {};
    assert.equal((await write(CALENDAR, change, BREAK_GLASS)).status, 200);
    try {
      await act();
    } finally {
      const back = Object.keys(change).map((key) => [key, before[key] ?? null]);
      await write(CALENDAR, Object.fromEntries(back), BREAK_GLASS);
      await heard(async () => (await promote("dev", "nginx")).status === 201);
    }
  }
  async function heard(happened: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + HEARD;
    while (!(await happened())) {
      assert.ok(Date.now() < end, "it never happened");
      await pause(20);
    }
  }

  before(async () => {
    stack = await openFleetStack(["nginx", "auth"]);
    admin = await administrator(stack);
    await stack.writeConfig({ access: ACCESS, rollout: rollout() });
    await stack.writeCatalogue(catalogueText({ nginx: service("nginx"), auth: service("auth") }));
    const { failed, output } = await stack.up();
    assert.equal(failed, false, output);
  });

  after(async () => {
    await stack?.close();
    admin?.close();
  });

  it("are written by an up, and a second up changes nothing", async () => {
    assert.deepEqual(await data(CALENDAR), {
      "window-0.stages": "prod",
      "window-0.zone": "Europe/Berlin",
      "window-0.open": `${FAR} 09:00-16:00`,
      "window-0.reason": "office hours",
    });
    const { steps, failed, output } = await stack.up();
    assert.equal(failed, false, output);
    assert.deepEqual(
      Object.values(steps).filter((step) => step !== "same"),
      [],
    );
  });

  for (const [who, as] of Object.entries({
    "an administrator": unbound("root"),
    "the team": unbound("somebody", "AD-Edge"),
    "Kargo's controller, with its automatic promotions": unbound(
      "system:serviceaccount:kargo:kargo-controller",
    ),
    "Kargo's API server, which acts for people": unbound("system:serviceaccount:kargo:kargo-api"),
    "the incident group": unbound("somebody", "on-call"),
  } satisfies Record<string, Identity>)) {
    it(`refuse ${who} outside a window, and say why, until when and whom to ask`, async () => {
      const message = refusal(await promote("prod", "nginx", as));
      assert.match(
        message,
        new RegExp(
          `Stage prod of nginx is closed: it opens ${FAR} 09:00 \\(Europe/Berlin; open ${FAR} 09:00-16:00\\): office hours\\. Ask break-glass, who may promote with kubectl\\.`,
        ),
      );
    });
  }

  it("refuse the deployer, which promotes at no time", async () => {
    for (const stage of ["dev", "prod"])
      refusal(await promote(stage, "nginx", unbound("kargo-fleet-deployer")));
  });

  it("let break-glass pass, with a warning that it is recorded", async () => {
    const plane = await sharedControlPlane();
    const { stderr, stdout } = await execa(
      plane.programs.kubectl,
      [
        "--kubeconfig",
        stack.admin,
        "--as=eve",
        "--as-group=system:masters",
        "--as-group=break-glass",
        "create",
        "-f",
        "-",
      ],
      {
        input: JSON.stringify({
          apiVersion: "kargo.akuity.io/v1alpha1",
          kind: "Promotion",
          metadata: { generateName: "by-hand-", namespace: "kargo-nginx" },
          spec: { stage: "prod", freight: "abc", steps: [{ uses: "git-clone" }] },
        }),
      },
    );
    assert.match(stdout, /created/);
    assert.match(
      stderr,
      /Warning: .*'kargo-fleet-break-glass'.*: Break-glass: this Promotion passes, and the audit log says so\. Stage prod of nginx is closed/,
    );
    const binding =
      "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/kargo-fleet-break-glass-calendar";
    const { body } = await sendOrThrow(admin, { method: "GET", path: binding });
    const { spec } = body as { spec: { validationActions: string[] } };
    assert.deepEqual(spec.validationActions, ["Warn", "Audit"]);
  });

  it("leave other Stages open", async () => {
    for (const stage of ["dev", "staging"]) assert.equal((await promote(stage, "nginx")).status, 201);
  });

  it("leave other services open", () =>
    during(
      { "freeze-7.reason": "x", "freeze-7.services": "nginx", "freeze-7.until": "2099-01-01T00:00:00Z" },
      async () => {
        await heard(async () => (await promote("dev", "nginx")).status === 403);
        assert.equal((await promote("dev", "auth")).status, 201);
      },
    ));

  it("ignore the time that a client sends", async () => {
    for (let day = 0; day < 7; day++) {
      const creationTimestamp = new Date(Date.UTC(2026, 5, 1 + day, 10)).toISOString().replace(".000", "");
      refusal(await promote("prod", "nginx", undefined, { creationTimestamp }));
    }
  });

  it("begin and end at their times without an up", async () => {
    const second = (later: number) => Math.floor(Date.now() / 1000 + later) * 1000;
    const [from, until] = [second(4), second(8)];
    const text = (time: number) => new Date(time).toISOString().replace(".000", "");
    const freeze = { "freeze-7.reason": "x", "freeze-7.from": text(from), "freeze-7.until": text(until) };
    await during(freeze, async () => {
      const seen = new Set<string>();
      for (let now = Date.now(); now < until + 1000; now = Date.now()) {
        const { status, body } = await promote("dev", "nginx");
        if (status === 201) {
          const at = Date.parse(
            (body as { metadata: { creationTimestamp: string } }).metadata.creationTimestamp,
          );
          assert.ok(at < from || at >= until, `${at} ${from} ${until}`);
          seen.add(at < from ? "before" : "after");
        } else {
          assert.equal(status, 403);
          assert.ok(Date.now() >= from && now < until, `${now} ${from} ${until}`);
          seen.add("during");
        }
      }
      assert.deepEqual([...seen], ["before", "during", "after"]);
    });
  });

  for (const [what, change, says] of [
    ["with an unknown key", { opne: "x" }, "The calendar is broken at opne"],
    ["with a rule without reason", { "freeze-7.until": "2099-01-01T00:00:00Z" }, "broken at freeze-7.until"],
    [
      "with a wrong time",
      { "freeze-7.reason": "x", "freeze-7.until": "tomorrow" },
      "broken at freeze-7.until",
    ],
    ["with a wrong period", { "window-0.open": "always" }, "broken at window-0.open"],
    [
      "with a time that does not exist",
      { "freeze-7.reason": "x", "freeze-7.until": "2099-13-01T00:00:00Z" },
      "failed expression|closed|evaluat|resulted in error",
    ],
    [
      "in a time zone that the API server does not know",
      { "window-7.reason": "x", "window-7.zone": "Europe/Atlantis", "window-7.open": "Mon 00:00-24:00" },
      "unknown time zone Europe/Atlantis",
    ],
    [
      "with a window without zone",
      { "window-7.reason": "x", "window-7.open": "Mon 00:00-24:00" },
      "no such key: window-7.zone",
    ],
  ] as const satisfies readonly (readonly [string, Readonly<Record<string, string>>, string])[]) {
    it(`refuse everybody but break-glass ${what}: what cannot be read does not open`, () =>
      during(change, async () => {
        await heard(async () => (await promote("dev", "auth")).status !== 201);
        const answer = await promote("dev", "auth");
        assert.match(messageOf(answer), new RegExp(says));
        assert.equal((await promote("dev", "auth", BREAK_GLASS)).status, 201);
      }));
  }

  it("refuse everybody while the calendar or the switch is missing", async () => {
    for (const name of [CALENDAR, STOP]) {
      const path = `${MAPS}/${name}`;
      const { body } = await sendOrThrow(admin, { method: "GET", path });
      const { metadata, ...rest } = body as { metadata: { labels: object } };
      await sendOrThrow(admin, { method: "DELETE", path, as: BREAK_GLASS });
      await heard(async () => (await promote("dev", "auth")).status !== 201);
      assert.match(messageOf(await promote("dev", "auth")), /no params found/);
      const again = { ...rest, metadata: { name, labels: metadata.labels } };
      await sendOrThrow(admin, { method: "POST", path: MAPS, body: again, as: BREAK_GLASS });
      await heard(async () => (await promote("dev", "auth")).status === 201);
    }
  });

  it("are enough for fifty of each with all services of a large fleet", async () => {
    const services = Array.from({ length: 300 }, (_, index) => `service-${index}`).join(", ");
    const many = Array.from({ length: 50 }, (_, index) => [
      [`freeze-${100 + index}.reason`, "r".repeat(200)],
      [`freeze-${100 + index}.services`, services],
      [`freeze-${100 + index}.until`, "2099-01-01T00:00:00Z"],
      [`window-${100 + index}.reason`, "r".repeat(200)],
      [`window-${100 + index}.services`, services],
      [`window-${100 + index}.zone`, "Europe/Berlin"],
      [`window-${100 + index}.open`, "Mon Tue Wed Thu Fri 09:00-16:00, Sat 10:00-12:00"],
    ]).flat();
    await during(
      { ...Object.fromEntries(many), "freeze-7.reason": "x", "freeze-7.stages": "dev" },
      async () => {
        await heard(async () => (await promote("dev", "auth")).status === 403);
        assert.equal((await promote("staging", "auth")).status, 201);
      },
    );
  });

  describe("are written", () => {
    const nothing = { "freeze-7.reason": "x" };
    for (const [who, as] of Object.entries({
      "an administrator": unbound("root"),
      "a team": unbound("somebody", "AD-Edge"),
      "the incident group": unbound("somebody", "on-call"),
    })) {
      it(`by nobody like ${who}`, async () => {
        assert.match(
          refusal(await write(CALENDAR, nothing, as)),
          /changed by the deployer \(kargo-fleet-deployer\) alone/,
        );
        const path = `${MAPS}/${CALENDAR}`;
        assert.match(refusal(await admin.send({ method: "DELETE", path, as })), /kargo-fleet-calendar/);
        assert.match(refusal(await admin.send({ method: "DELETE", path: MAPS, as })), /kargo-fleet-calendar/);
      });
    }

    it("by the deployer, which writes no stop", async () => {
      assert.match(
        refusal(
          await write(
            STOP,
            { "stop-1.reason": "x", "stop-1.by": "kargo-fleet-deployer" },
            unbound("kargo-fleet-deployer"),
          ),
        ),
        /kargo-fleet/,
      );
      const configmaps = { namespace: "kargo-fleet-windows", resource: "configmaps" };
      assert.deepEqual(
        await allowedTo(stack, { user: "kargo-fleet-deployer" }, [
          { ...configmaps, verb: "patch", name: CALENDAR },
          { ...configmaps, verb: "patch", name: STOP },
          { ...configmaps, verb: "create" },
          { ...configmaps, verb: "delete", name: CALENDAR },
        ]),
        [true, false, false, false],
      );
    });
  });

  it("are compared by fleet audit, with their policies and bindings", async () => {
    const audit = () =>
      fleet(
        stack,
        "audit",
        "--stack",
        "test",
        "--kubeconfig",
        stack.admin,
        "--known",
        "user sandbox-argo-events",
      );
    const right = await audit();
    assert.equal(right.exitCode, 0, right.stdout + right.stderr);
    await during({ "window-0.open": "Mon 00:00-24:00" }, async () => {
      const { exitCode, stdout } = await audit();
      assert.equal(exitCode, 2);
      assert.match(stdout, /ConfigMap kargo-fleet-windows\/kargo-fleet-calendar differs/);
    });
    const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
    const path = `${bindings}/kargo-fleet-windows-calendar`;
    const { body } = await sendOrThrow(admin, { method: "GET", path });
    const { metadata, ...rest } = body as { metadata: { labels: object } };
    await sendOrThrow(admin, { method: "DELETE", path });
    const { exitCode, stdout } = await audit();
    const again = { ...rest, metadata: { name: "kargo-fleet-windows-calendar", labels: metadata.labels } };
    await sendOrThrow(admin, { method: "POST", path: bindings, body: again });
    assert.equal(exitCode, 2);
    assert.match(stdout, /ValidatingAdmissionPolicyBinding kargo-fleet-windows-calendar is missing/);
  });

  it("are changed by an up in one object, and auto-promotion stays on", async () => {
    const freeze = "{ stages: [dev], services: [nginx], until: 2099-12-31, reason: year end }";
    await stack.writeConfig({ access: ACCESS, rollout: rollout(freeze) });
    const { steps, output } = await stack.up();
    assert.match(output, /Frozen until 2099-12-31 \(year end\): no Promotion to dev of nginx passes\./);
    assert.deepEqual(
      Object.entries(steps).filter(([, step]) => step !== "same"),
      [["platform/calendar", "update"]],
    );
    await heard(async () => (await promote("dev", "nginx")).status === 403);
    assert.match(messageOf(await promote("dev", "nginx")), /frozen until 2100-01-01T00:00:00Z: year end/);
    await stack.writeConfig({ access: ACCESS, rollout: rollout() });
    assert.equal((await stack.up()).failed, false);
    await heard(async () => (await promote("dev", "nginx")).status === 201);
  });
});
