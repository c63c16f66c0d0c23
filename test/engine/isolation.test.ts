import assert from "node:assert/strict";
import {
  ALL,
  type BrokenServices,
  FORESEEN,
  GONE,
  HEALTHY,
  list,
  objectsOf,
  openBrokenServices,
  says,
  UNFORESEEN,
} from "./broken-services.ts";
import { fleetIn } from "./commands.ts";
import { TOKEN } from "./fleet-stack.ts";

describe("one broken service among others, on a real engine and API server", () => {
  let world: BrokenServices;

  before(async () => {
    world = await openBrokenServices();
  });
  after(() => world?.close());

  it("is named by a preview with reason and fix, before anything is changed", async () => {
    await world.stack.writeCatalogue(list({ ...HEALTHY, ...FORESEEN }));
    const { failed, output } = await world.stack.preview();
    assert.equal(failed, false, output);
    says(output, ["lost"], "KF100");
    says(output, ["old"], "KF101");
    says(output, ["homeless"], "KF102");
    says(output, ["taken"], "KF103");
    assert.doesNotMatch(output, /services\.(nginx|auth)\b/);
  });

  it("is named by fleet check --online, which asks about every service and writes nothing", async () => {
    const before = [await world.stack.objects(), world.hooks("nginx")];
    const { folder, environment } = world.stack;
    const place = { folder, environment: { ...environment, GITHUB_TOKEN: TOKEN } };
    const { stderr, output, code } = await fleetIn(place, "check", "--online", "test");
    assert.equal(code, 2, output);
    const said = stderr.matchAll(/ {2}services\.([a-z]+)\S* {2}.*\[(KF\d+)\]$/gm);
    assert.deepEqual(
      [...said].map(([, name, code]) => `${name} ${code}`),
      ["lost KF100", "taken KF103", "homeless KF102", "old KF101"],
    );
    assert.deepEqual([await world.stack.objects(), world.hooks("nginx")], before);
  });

  it("stops no other in a plain up, which registers last what will fail", async () => {
    // The provider waits a minute for a missing namespace.
    const { homeless: _, ...others } = FORESEEN;
    await world.stack.writeCatalogue(list({ ...HEALTHY, ...GONE, ...others }));
    const { failed, output } = await world.stack.cli("up", "--yes");
    assert.ok(failed, output);
    says(output, ["lost"], "KF100");
    for (const name of Object.keys({ ...HEALTHY, ...GONE })) await world.isWhole(name);
  });

  it("stops no other in the shipped up, even if the error is unpredictable and several are broken", async () => {
    world.refuseHooks();
    await world.stack.writeCatalogue(list(ALL));
    await world.configure(", soak: 2h");
    const { code, output } = await world.up();
    assert.notEqual(code, 0, output);
    says(output, ["lost"], "KF100");
    says(output, ["old"], "KF101");
    says(output, ["homeless"], "KF102");
    says(output, ["taken"], "KF103");
    says(output, Object.keys(UNFORESEEN), "KF104");
    for (const name of Object.keys(HEALTHY)) {
      await world.isWhole(name);
      const { spec } = await world.stack.get("stages.kargo.akuity.io", "prod", `kargo-${name}`);
      assert.match(JSON.stringify(spec), /"requiredSoakTime":"2h0m0s"/);
    }
    for (const name of ["lost", "homeless", "old", ...Object.keys(UNFORESEEN)])
      assert.deepEqual(await world.objects(name), objectsOf(name));
    assert.deepEqual(
      await world.objects("taken"),
      objectsOf("taken").filter((object) => object.includes(" argocd/")),
    );
  });

  it("leaves the stack its outputs, which list the incomplete services", async () => {
    const { services, incomplete, hooksOff } = await world.provisioned();
    assert.deepEqual(Object.keys(services).sort(), Object.keys(ALL).sort());
    assert.deepEqual([...incomplete].sort(), Object.keys({ ...FORESEEN, ...UNFORESEEN }).sort());
    assert.deepEqual(hooksOff, []);
  });

  it("gets no hook before its EventSource and its team's build namespace exist", () => {
    assert.equal(world.hooks("homeless"), 0);
  });
});
