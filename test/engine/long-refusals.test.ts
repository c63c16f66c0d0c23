import assert from "node:assert/strict";
import { type Cluster, openCluster } from "../../fleet/cluster.ts";
import { CALENDAR } from "../../manifests/calendar.ts";
import { covered } from "../../model/windows.ts";
import { platformPlan } from "../sources.ts";
import { unbound } from "./access-world.ts";
import { applyGuards } from "./administer.ts";
import { type ClosedWorld, closedWorld, heard, refusal } from "./closed-world.ts";
import { definedControlPlane, type SharedControlPlane } from "./control-plane.ts";
import { post, remove, sendOrThrow } from "./requests.ts";

/** The longest names of groups: 256 characters of three bytes each. */
const [BREAK_GLASS, INCIDENT] = ["界", "域"].map((character) => character.repeat(256));
const ACCESS = `{ deployer: kargo-fleet-deployer, breakGlass: ${BREAK_GLASS}, incident: ${INCIDENT} }`;
const DEPLOYER = unbound("kargo-fleet-deployer");
/** The longest reason, in characters of four bytes. */
const REASON = covered.reason.parse("𝄞".repeat(100));
const UNTIL = "2099-01-01T00:00:00Z";
const NAMESPACES = "/api/v1/namespaces";

describe("the longest refusals of a closed Stage, on a real API server", () => {
  let plane: SharedControlPlane;
  let admin: Cluster;
  let world: ClosedWorld;

  before(async () => {
    plane = await definedControlPlane();
    await applyGuards(plane.admin, platformPlan({ access: ACCESS }));
    admin = await openCluster({ kubeconfig: plane.admin, context: "sandbox" });
    world = closedWorld(admin, "long");
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kargo-long" } };
    await sendOrThrow(admin, post(NAMESPACES, body));
  });

  after(async () => {
    await admin?.send(remove(`${NAMESPACES}/kargo-long`));
    admin?.close();
  });

  /** What the API server says while the calendar has these keys too. */
  async function said(keys: Readonly<Record<string, string>>, stage = "dev"): Promise<string> {
    assert.equal((await world.write(CALENDAR, keys, DEPLOYER)).status, 200);
    await heard(async () => (await world.promote("dev", "long")).status !== 201);
    const text = refusal(await world.promote(stage, "long"));
    const none = Object.fromEntries(Object.keys(keys).map((key) => [key, null]));
    assert.equal((await world.write(CALENDAR, none, DEPLOYER)).status, 200);
    await heard(async () => (await world.promote("dev", "long")).status === 201);
    return text.slice(text.indexOf("denied request: ") + "denied request: ".length);
  }

  const ends = `Ask ${BREAK_GLASS}, who may promote with kubectl. ${INCIDENT} ends a stop with fleet resume. Kargo tries its own promotions again.`;

  it("have the longest reason, and whom to ask", async () => {
    assert.equal(
      await said({ "freeze-0.reason": REASON, "freeze-0.until": UNTIL }),
      `Stage dev of long is closed: frozen until ${UNTIL}: ${REASON}. ${ends}`,
    );
  });

  it("say until when and whom to ask, however many rules close the Stage", async () => {
    const rules = Array.from({ length: 30 }, (_, index) => [
      [`freeze-${index}.reason`, REASON],
      [`freeze-${index}.until`, UNTIL],
    ]).flat();
    const stage = "x".repeat(253);
    const text = await said(Object.fromEntries(rules), stage);
    assert.ok(
      text.startsWith(`Stage ${stage} of long is closed: frozen until ${UNTIL}: ${REASON}; frozen`),
      text,
    );
    assert.ok(text.endsWith(`…. ${ends}`), text);
  });

  it("name the first of many keys that break the calendar", async () => {
    const keys = Array.from({ length: 40 }, (_, index) => [`${index}.${"x".repeat(240)}`, "x"]);
    assert.match(
      await said(Object.fromEntries(keys)),
      /^The calendar is broken at \d+\.x{240}, .*…, so nobody promotes\./,
    );
  });
});
