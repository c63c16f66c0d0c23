import assert from "node:assert/strict";
import fc from "fast-check";
import { nameProblem, resourceName } from "../../model/names.ts";
import { deployingStages } from "../../model/plan.ts";
import { sampled } from "../sampling.ts";
import { catalogueOf, planOf, problemsOf, stackText, stage } from "../sources.ts";

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

describe("derived names", function () {
  this.timeout(60_000);

  it("separate service nginx, role dev-stage from service nginx-dev, role stage", () => {
    assert.notEqual(resourceName("nginx", "dev-stage"), resourceName("nginx-dev", "stage"));
  });

  it("refuse service a-b with stage c beside service a with stage b-c, which both have the Application a-b-c", () => {
    const pipelines = `{ standard: [${stage("b-c")}], other: [${stage("c")}] }`;
    const found = problemsOf(catalogueOf({ a: {}, "a-b": { pipeline: "other" } }), stackText({ pipelines }));
    assert.deepEqual(
      found.map((line) => line.slice(line.indexOf("services.", 14))),
      [
        'services.a-b  the Application "a-b-c" (from its stage c) is also used by service "a" (from its stage b-c). Rename one of the two services, or the stage.',
        'services.a-b  the namespace "a-b-c" (from its stage c) is also used by service "a" (from its stage b-c). Rename one of the two services, or the stage.',
      ],
    );
  });

  it("refuse a service called kargo, whose stage would deploy into another service's Kargo Project", () => {
    const found = problemsOf(catalogueOf({ dev: {}, kargo: {} })).join();
    assert.match(
      found,
      /the namespace "kargo-dev" \(from its stage dev\) is also used by service "dev" \(from its Kargo Project\)/,
    );
  });

  for (const name of ["system-resources", "shared-resources", "cluster-secrets"]) {
    it(`refuse the service ${name}, because kargo-${name} is Kargo's own namespace`, () => {
      assert.match(problemsOf(catalogueOf({ [name]: {} })).join(), /is reserved in the cluster/);
    });
  }

  for (const [what, keys, rule] of [
    [
      "into the namespace that Kargo runs in",
      { access: "{ deployer: x, kargoNamespace: nginx-dev }" },
      /deploys "nginx" into the namespace "nginx-dev", which is the one that Kargo runs in/,
    ],
    [
      "whose Kargo Project would be the namespace that Kargo runs in",
      { access: "{ deployer: x, kargoNamespace: kargo-nginx }" },
      /services\.nginx {2}the namespace "kargo-nginx" \(from its Kargo Project\) is the one that Kargo runs in/,
    ],
    [
      "to its own cluster by another name, which would hide that two namespaces meet",
      { pipelines: `{ standard: [${stage("dev", ", destination: { cluster: in-cluster }")}] }` },
      /standard\[0\]\.destination\.cluster {2}is Argo CD's own cluster/,
    ],
  ] as const) {
    it(`refuse a service that deploys ${what}`, () => {
      assert.match(problemsOf(catalogueOf({ nginx: {} }), stackText(keys)).join("\n"), rule);
    });
  }

  it("refuse the unknown pipeline constructor, although every JavaScript object has that property", () => {
    const found = problemsOf(catalogueOf({ nginx: { pipeline: "constructor" } })).join();
    assert.match(found, /"constructor" is not a pipeline of Pulumi\.test\.yaml/);
  });

  it("refuse the service default, because Argo CD's AppProject of that name allows everything", () => {
    assert.match(problemsOf(catalogueOf({ default: {} })).join(), /the AppProject "default"/);
  });

  it("refuse a service and stage with the name of a Kubernetes namespace", () => {
    const pipelines = `{ standard: [${stage("system")}] }`;
    assert.match(problemsOf(catalogueOf({ kube: {} }), stackText({ pipelines })).join(), /"kube-system"/);
  });

  it("refuse a name whose Helm release would be longer than 53", () => {
    const longest = "a".repeat(53 - "-staging".length);
    assert.deepEqual(problemsOf(catalogueOf({ [longest]: {} })), []);
    assert.match(
      problemsOf(catalogueOf({ [`${longest}a`]: {} })).join(),
      /the Application "a+-staging" \(from its stage staging\) has 54 characters; a Helm release, which takes the Application's name, has at most 53\. Shorten the service's name by 1 or more\./,
    );
  });

  it("are checked for unselected services too, so that selecting more stays possible", () => {
    const found = problemsOf(catalogueOf({ default: {} }), stackText({ rollout: "{ percent: 0 }" }));
    assert.equal(found.length, 1);
  });

  it("never conflict or exceed a limit in an accepted catalogue", () => {
    const catalogue = fc.uniqueArray(label, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(catalogue, fc.uniqueArray(label, { minLength: 1, maxLength: 4 }), (names, stages) => {
        const pipelines = `{ standard: [${stages.map((name) => stage(`"${name}"`)).join()}] }`;
        const text = catalogueOf(names);
        const stack = stackText({ pipelines });
        if (problemsOf(text, stack).length > 0) return;
        const { services } = planOf(text, stack);
        const namespaces = services.flatMap((one) => [
          one.project,
          ...deployingStages(one).map((each) => each.deployment.destination.namespace),
        ]);
        const applications = services.flatMap((one) =>
          deployingStages(one).map((each) => each.deployment.application),
        );
        for (const derived of [namespaces, applications]) {
          assert.equal(new Set(derived).size, derived.length);
          for (const each of derived) assert.match(each, DNS_LABEL);
        }
      }),
      { numRuns: sampled(2000, 250) },
    );
  });

  it("accept exactly the names that Kubernetes accepts as a DNS label", () => {
    fc.assert(
      fc.property(fc.oneof(label, fc.string({ maxLength: 70 })), (name) => {
        assert.equal(nameProblem(name) === undefined, DNS_LABEL.test(name));
      }),
      { numRuns: 2000 },
    );
  });
});
