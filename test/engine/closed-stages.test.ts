import assert from "node:assert/strict";
import { execa } from "execa";
import { type Cluster, type Identity, messageOf, openCluster } from "../../fleet/cluster.ts";
import { CALENDAR, STOP } from "../../manifests/calendar.ts";
import { DAYS } from "../../model/time-zones.ts";
import { platformPlan } from "../sources.ts";
import { promotionTo, unbound } from "./access-world.ts";
import { applyGuards } from "./administer.ts";
import { ACCESS, BREAK_GLASS, type ClosedWorld, closedWorld, heard, MAPS, refusal } from "./closed-world.ts";
import { definedControlPlane, type SharedControlPlane } from "./control-plane.ts";
import { get, post, remove, sendOrThrow } from "./requests.ts";

/** A day of the week that is neither today nor near it, in any zone. */
const FAR = DAYS[(new Date().getUTCDay() + 3) % 7];
const SERVICES = ["closed", "other"];
const NAMESPACES = "/api/v1/namespaces";
/** Prod is closed today. */
const WINDOW = {
  "window-0.stages": "prod",
  "window-0.zone": "Europe/Berlin",
  "window-0.open": `${FAR} 09:00-16:00`,
  "window-0.reason": "office hours",
};

describe("closed Stages, on a real API server", () => {
  let plane: SharedControlPlane;
  let admin: Cluster;
  let world: ClosedWorld;
  const promote: ClosedWorld["promote"] = (...given) => world.promote(...given);
  const write: ClosedWorld["write"] = (...given) => world.write(...given);
  const during: ClosedWorld["during"] = (...given) => world.during(...given);

  before(async () => {
    plane = await definedControlPlane();
    await applyGuards(plane.admin, platformPlan({ access: ACCESS }));
    admin = await openCluster({ kubeconfig: plane.admin, context: "sandbox" });
    world = closedWorld(admin, "other");
    for (const name of SERVICES) {
      const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: `kargo-${name}` } };
      await sendOrThrow(admin, post(NAMESPACES, body));
    }
    const written = await write(CALENDAR, WINDOW, unbound("kargo-fleet-deployer"));
    assert.equal(written.status, 200, messageOf(written));
    await heard(async () => (await promote("prod", "closed")).status === 403);
  });

  after(async () => {
    const nothing = Object.fromEntries(Object.keys(WINDOW).map((key) => [key, null]));
    await write(CALENDAR, nothing, BREAK_GLASS);
    for (const name of SERVICES) await admin?.send(remove(`${NAMESPACES}/kargo-${name}`));
    admin?.close();
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
      const message = refusal(await promote("prod", "closed", as));
      assert.match(
        message,
        new RegExp(
          `Stage prod of closed is closed: it opens ${FAR} 09:00 \\(Europe/Berlin; open ${FAR} 09:00-16:00\\): office hours\\. Ask break-glass, who may promote with kubectl\\.`,
        ),
      );
    });
  }

  it("refuse the deployer, which promotes at no time", async () => {
    for (const stage of ["dev", "prod"])
      refusal(await promote(stage, "closed", unbound("kargo-fleet-deployer")));
  });

  it("let break-glass pass, with a warning that it is recorded", async () => {
    const as = ["--as=eve", "--as-group=system:masters", "--as-group=break-glass"];
    const create = ["--kubeconfig", plane.admin, ...as, "create", "-n", "kargo-closed", "-f", "-"];
    const input = JSON.stringify(promotionTo("prod"));
    const { stderr, stdout } = await execa(plane.programs.kubectl, create, { input });
    assert.match(stdout, /created/);
    assert.match(
      stderr,
      /Warning: .*'kargo-fleet-break-glass'.*: Break-glass: this Promotion passes\. An audit log of the API server records it\. Stage prod of closed is closed/,
    );
    const binding =
      "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/kargo-fleet-break-glass-calendar";
    const { body } = await sendOrThrow(admin, get(binding));
    const { spec } = body as { spec: { validationActions: string[] } };
    assert.deepEqual(spec.validationActions, ["Warn", "Audit"]);
  });

  it("leave other Stages open", async () => {
    for (const stage of ["dev", "staging"]) assert.equal((await promote(stage, "closed")).status, 201);
  });

  it("leave other services open", () =>
    during(
      { "freeze-7.reason": "x", "freeze-7.services": "closed", "freeze-7.until": "2099-01-01T00:00:00Z" },
      async () => {
        await heard(async () => (await promote("dev", "closed")).status === 403);
        assert.equal((await promote("dev", "other")).status, 201);
      },
    ));

  it("ignore the time that a client sends", async () => {
    for (let day = 0; day < 7; day++) {
      const creationTimestamp = new Date(Date.UTC(2026, 5, 1 + day, 10)).toISOString().replace(".000", "");
      refusal(await promote("prod", "closed", undefined, { creationTimestamp }));
    }
  });

  it("begin and end at their times without an up", async () => {
    const second = (later: number) => Math.floor(Date.now() / 1000 + later) * 1000;
    const [from, until] = [second(10), second(14)];
    const text = (time: number) => new Date(time).toISOString().replace(".000", "");
    const freeze = { "freeze-7.reason": "x", "freeze-7.from": text(from), "freeze-7.until": text(until) };
    await during(freeze, async () => {
      const seen = new Set<string>();
      for (let now = Date.now(); now < until + 1000; now = Date.now()) {
        const { status, body } = await promote("dev", "closed");
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
        await heard(async () => (await promote("dev", "other")).status !== 201);
        const answer = await promote("dev", "other");
        assert.match(messageOf(answer), new RegExp(says));
        assert.equal((await promote("dev", "other", BREAK_GLASS)).status, 201);
      }));
  }

  it("refuse everybody while the calendar or the switch is missing", async () => {
    for (const name of [CALENDAR, STOP]) {
      const path = `${MAPS}/${name}`;
      const { body } = await sendOrThrow(admin, get(path));
      const { metadata, ...rest } = body as { metadata: { labels: object } };
      await sendOrThrow(admin, remove(path, BREAK_GLASS));
      await heard(async () => (await promote("dev", "other")).status !== 201);
      assert.match(messageOf(await promote("dev", "other")), /no params found/);
      const again = { ...rest, metadata: { name, labels: metadata.labels } };
      await sendOrThrow(admin, post(MAPS, again, BREAK_GLASS));
      await heard(async () => (await promote("dev", "other")).status === 201);
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
        await heard(async () => (await promote("dev", "other")).status === 403);
        assert.equal((await promote("staging", "other")).status, 201);
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
        assert.match(refusal(await admin.send(remove(path, as))), /kargo-fleet-calendar/);
        assert.match(refusal(await admin.send(remove(MAPS, as))), /kargo-fleet-calendar/);
      });
    }
  });
});
