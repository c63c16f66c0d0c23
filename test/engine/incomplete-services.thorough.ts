import assert from "node:assert/strict";
import { openRepository } from "../repository.ts";
import {
  ALL,
  AT_LAST,
  type BrokenServices,
  FORESEEN,
  GONE,
  going,
  HEALTHY,
  list,
  NAMESPACES,
  objectsOf,
  openBrokenServices,
  says,
} from "./broken-services.ts";
import { succeeds } from "./commands.ts";
import { get } from "./requests.ts";

describe("an incomplete service among others", () => {
  let world: BrokenServices;

  before(async () => {
    world = await openBrokenServices();
    world.refuseHooks();
    await world.stack.writeCatalogue(list(ALL));
    const { code, output } = await world.up();
    assert.notEqual(code, 0, output);
  });
  after(() => world?.close());

  it("can be removed when incomplete and protected, even if its hook never existed or cannot be changed, and a repaired one becomes complete", async () => {
    world.stack.github.faults.clear();
    for (const path of ["/repos/acme/gone", "/repos/acme/gone/**"])
      world.stack.github.faults.add({ kind: "error", path, status: 404 });
    const mended = { closed: {}, odd: {} };
    await world.stack.writeCatalogue(
      list({ ...HEALTHY, ...mended, ...going({ ...FORESEEN, ...GONE, sick: {} }) }),
    );
    const first = await succeeds(world.up());
    assert.match(first.output, /dropped from the state, because GitHub shows none there .*: acme\/gone\./);
    await world.stack.writeCatalogue(list({ ...HEALTHY, ...mended }));
    await succeeds(world.up());
    world.stack.github.faults.clear();
    for (const name of [...Object.keys(FORESEEN), "gone", "sick"])
      assert.deepEqual(await world.objects(name), [], name);
    const { status } = await world.admin.send(get(`${NAMESPACES}/kargo-taken`));
    assert.equal(status, 200);
    assert.deepEqual([world.hooks("sick"), world.hooks("old"), world.hooks("gone")], [0, 0, 1]);
    for (const name of Object.keys({ ...HEALTHY, ...mended })) await world.isWhole(name);
  });

  it("delays no other service's Application if its values files cannot be committed, and loses no outputs", async () => {
    world.stack.github.faults.add({ kind: "protected-branch", repository: "acme/gitops" });
    await world.stack.writeCatalogue(list(AT_LAST));
    const { code, output } = await world.up();
    world.stack.github.faults.clear();
    assert.notEqual(code, 0);
    assert.match(output, /The branch main of acme\/gitops .* accepts no direct commit/);
    const { spec } = await world.stack.get("applications.argoproj.io", "odd-dev", "argocd");
    assert.match(JSON.stringify(spec), /charts\/other/);
    assert.deepEqual(
      await world.objects("late"),
      objectsOf("late").filter((object) => !object.startsWith("Application ")),
    );
    const { services, incomplete } = await world.provisioned();
    assert.deepEqual(incomplete, ["late"]);
    assert.deepEqual([services.late?.values, services.odd?.values?.folder], [undefined, "services/odd"]);
  });

  it("makes a pull request's preview report that an up would fail for it, and exit with 2", async () => {
    const repository = await openRepository(world.stack.folder);
    await repository.write({ ".gitignore": "*\n!/services.json\n!/Pulumi.test.yaml\n" });
    await repository.git("add", ".gitignore", "-f");
    await repository.commit();
    await world.stack.writeCatalogue(list({ ...AT_LAST, lost: {} }));
    const { output, code } = await world.stack.fleet("preview", "--base", "main");
    assert.equal(code, 2, output);
    assert.match(output, /⛔ An up would fail for 1 service on .*test.*, and do the rest\./);
    says(output, ["lost"], "KF100");
  });
});
