import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { inventoriesOf } from "../../../manifests/inventory/objects.ts";
import { registered } from "../../../test/components/program.ts";
import { catalogueText, planOf, service, stackText } from "../../../test/sources.ts";
import { resourcesOf, urnOf, VALUES_FILES } from "../../preview/urns.ts";

const NAMES = ["nginx", "auth"];

const PIPELINES =
  "{ standard: [ { stage: dev, promotion: auto, sync: auto }, { stage: gate, controlFlow: true, after: [dev] }, { stage: prod, promotion: pull-request, sync: manual, after: [gate] } ] }";

const SECRETS = { gitPassword: "{ secure: v1:abc }", imagePassword: "{ secure: v1:abc }" };

/** The computed types and names of a plan's resources, without parent types. */
function computed(keys: Readonly<Record<string, string>>): string[] {
  const catalogue = catalogueText(Object.fromEntries(NAMES.map((name) => [name, service(name)])));
  const all = inventoriesOf(planOf(catalogue, stackText(keys))).flatMap(resourcesOf);
  return all.map(({ type, name }) => `${type} ${name}`).sort();
}

/** The types and names that the components register. */
async function real(keys: Readonly<Record<string, string>>): Promise<string[]> {
  const secrets = () => ({ gitPassword: pulumi.secret("a"), imagePassword: pulumi.secret("b") });
  const all = await registered(NAMES, keys, secrets);
  const typeOf = new Map(all.map(({ name, type }) => [name, type]));
  const parentOf = new Map(all.map(({ name, parent }) => [name, parent]));
  const chain = (name: string): string => {
    const parent = parentOf.get(name) ?? "";
    const type = typeOf.get(name) ?? "";
    return typeOf.has(parent) ? `${chain(parent)}$${type}` : type;
  };
  return all
    .filter(({ type }) => !type.startsWith("pulumi:providers:"))
    .map(({ name }) => `${chain(name)} ${name}`)
    .sort();
}

describe("the URNs of a plan", () => {
  for (const [what, keys] of [
    ["hooks of each repository", {}],
    ["another pipeline", { pipelines: PIPELINES }],
    [
      "one hook of the organization",
      { webhooks: '{ url: "https://hooks.acme.example", scope: organization }' },
    ],
    [
      "everything that can be shared",
      {
        ...SECRETS,
        credentials: "{ git: { username: kargo }, image: { username: reader } }",
        webhooks:
          '{ url: "https://hooks.acme.example", groups: 3, expose: { ingress: {} }, receiver: { url: "https://kargo.acme.example/webhooks" } }',
      },
    ],
    ["nothing shared", { platform: "false" }],
  ] as const) {
    it(`are those that the program registers, with ${what}`, async () => {
      assert.deepEqual(computed(keys), await real(keys));
    });
  }

  it("contain no wildcards", () => {
    assert.equal(
      urnOf("prod", VALUES_FILES),
      "urn:pulumi:prod::kargo-fleet::pulumi-nodejs:dynamic/kargo-fleet:ValuesFiles::values-files",
    );
  });
});
