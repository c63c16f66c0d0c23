import assert from "node:assert/strict";
import { filesOf } from "../../../test/files.ts";
import { catalogueText, NOW, service, stackText } from "../../../test/sources.ts";
import { readFleet } from "../../all-stacks.ts";
import { chosenStacks, type NamedPlan } from "../../chosen-stacks.ts";
import { planOf } from "../../release/places.ts";
import { removedFolders } from "../folder.ts";

const NAMES = Array.from({ length: 12 }, (_, index) => `service-${index}`);
const CATALOGUE = catalogueText(Object.fromEntries(NAMES.map((name) => [name, service(name)])));

function plansWith(shards: number, reference: string): NamedPlan[] {
  const files = filesOf({
    "services.json": CATALOGUE,
    "Pulumi.prod.yaml": stackText({ shards: String(shards) }),
  });
  return chosenStacks(readFleet(files, NOW), [reference]).flatMap(({ name, plan }) =>
    plan ? [{ name, plan }] : [],
  );
}

describe("the plan of a release's entry", () => {
  for (const shards of [0, 2, 3])
    it(`has the service if the recorded stack now has ${shards} shards`, () => {
      const plans = plansWith(shards, "prod");
      for (const name of NAMES) {
        const { services } = planOf({ stack: "prod", service: name }, plans);
        assert.ok(
          services.some((one) => one.name === name),
          name,
        );
      }
    });

  it("is that of a shard if the entry names one", () => {
    const plans = plansWith(2, "prod-01");
    const service = plans[0]?.plan.services[0]?.name ?? "";
    assert.equal(planOf({ stack: "prod-01", service }, plans), plans[0]?.plan);
  });

  it("is the stack's own if no shard has the service any more", () => {
    const plans = plansWith(2, "prod");
    assert.equal(planOf({ stack: "prod", service: "gone" }, plans), plans[0]?.plan);
  });

  it("needs a stack that is there", () => {
    assert.throws(() => planOf({ stack: "es", service: "auth" }, []), /There is no stack "es" here\./);
  });
});

describe("fleet release", function () {
  this.timeout(60_000);
  const newFolder = removedFolders();

  it("finds the services of a stack's shards", async () => {
    const folder = await newFolder({
      "services.json": CATALOGUE,
      "Pulumi.prod.yaml": stackText({ shards: "2" }),
    });
    const create = ["release", "create", "r1", "--stack", "prod", "--services", NAMES.join(",")];
    // It goes on to the cluster, which this machine does not have.
    const { stderr } = await folder.run(...create, "--kubeconfig", "none");
    assert.match(stderr, /^The kubeconfig cannot be read/);
  });
});
