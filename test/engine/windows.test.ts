import assert from "node:assert/strict";
import { type Cluster, messageOf } from "../../fleet/cluster.ts";
import { CALENDAR, STOP } from "../../manifests/calendar.ts";
import { catalogueOf } from "../sources.ts";
import { administrator, allowedTo, unbound } from "./access-world.ts";
import { auditOf } from "./audit-report.ts";
import { deleteObject, make } from "./by-hand.ts";
import { ACCESS, type ClosedWorld, closedWorld, heard, refusal } from "./closed-world.ts";
import { changesNothing, succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

describe("windows and freezes of a stack, on a real engine and API server", () => {
  let stack: FleetStack;
  let admin: Cluster;
  let world: ClosedWorld;

  const rollout = (freeze = "") =>
    `{ windows: [ { stages: [prod], zone: Europe/Berlin, open: [ { days: [Mon], from: "09:00", to: "16:00" } ], reason: office hours } ], freeze: [ ${freeze} ] }`;

  before(async () => {
    const services = ["nginx", "auth"];
    const config = { access: ACCESS, rollout: rollout() };
    stack = await openFleetStack(services, { config, catalogue: catalogueOf(services) });
    admin = await administrator(stack);
    world = closedWorld(admin, "auth");
    await succeeds(stack.up());
  });

  after(async () => {
    await stack?.close();
    admin?.close();
  });

  it("are written by an up, and a second up changes nothing", async () => {
    assert.deepEqual(await world.data(CALENDAR), {
      "window-0.stages": "prod",
      "window-0.zone": "Europe/Berlin",
      "window-0.open": "Mon 09:00-16:00",
      "window-0.reason": "office hours",
    });
    await changesNothing(stack.up());
  });

  it("are written by the deployer, which may write no stop", async () => {
    const stop = { "stop-1.reason": "x", "stop-1.by": "kargo-fleet-deployer" };
    assert.match(refusal(await world.write(STOP, stop, unbound("kargo-fleet-deployer"))), /kargo-fleet/);
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

  it("are compared by fleet audit, with their policies and bindings", async () => {
    const { audit } = auditOf(() => stack);
    await succeeds(audit());
    // Only new keys: one that a person wrote with the plan's own value would stay after the stack.
    await world.during({ "freeze-7.reason": "x", "freeze-7.stages": "prod" }, async () => {
      const { code, stdout } = await audit();
      assert.equal(code, 2);
      assert.match(stdout, /ConfigMap kargo-fleet-windows\/kargo-fleet-calendar differs/);
    });
    const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
    const binding = await deleteObject(admin, bindings, "kargo-fleet-windows-calendar");
    const { code, stdout } = await audit();
    await make(admin, binding);
    assert.equal(code, 2);
    assert.match(stdout, /ValidatingAdmissionPolicyBinding kargo-fleet-windows-calendar is missing/);
  });

  it("are compared with the files by fleet windows, which says if they differ", async () => {
    const windows = async () => {
      const { stdout, stderr } = await stack.fleet("windows", "--kubeconfig", stack.admin, "--json");
      return { differs: JSON.parse(stdout).differs, stderr };
    };
    assert.deepEqual(await windows(), { differs: false, stderr: "" });
    await world.during({ "freeze-7.reason": "x", "freeze-7.stages": "prod" }, async () => {
      const { differs, stderr } = await windows();
      assert.equal(differs, true);
      assert.match(stderr, /^The cluster's calendar is not that of the stack's files\. Run pulumi up\.$/m);
    });
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
    await heard(async () => (await world.promote("dev", "nginx")).status === 403);
    assert.match(
      messageOf(await world.promote("dev", "nginx")),
      /frozen until 2100-01-01T00:00:00Z: year end/,
    );
    await stack.writeConfig({ access: ACCESS, rollout: rollout() });
    await succeeds(stack.up());
    await heard(async () => (await world.promote("dev", "nginx")).status === 201);
  });
});
