import assert from "node:assert/strict";
import { expectedObjects } from "../fleet/audit/expected-objects.ts";
import { resourcesOf, urnOf } from "../fleet/preview/urns.ts";
import { renderObjects } from "../fleet/render/objects.ts";
import { deployerObjects } from "../manifests/deployer.ts";
import { deployerGuard } from "../manifests/deployer-guard.ts";
import { customize } from "../manifests/inventory/customize.ts";
import { serviceInventory } from "../manifests/inventory/service.ts";
import { named, registered } from "./components/program.ts";
import {
  catalogueText,
  planOf,
  platformPlan,
  readStackText,
  service,
  servicePlan,
  stackText,
} from "./sources.ts";

const SPEC = { hard: { "count/stages.kargo.akuity.io": "20" } };

describe("a ResourceQuota that customize.ts adds to each service", () => {
  before(() =>
    customize({
      service: () => [
        { role: "quota", apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "quota" }, spec: SPEC },
      ],
    }),
  );
  after(() => customize({}));

  const plan = () => planOf(catalogueText({ nginx: service("nginx") }));

  it("is rendered", () => {
    const paths = renderObjects(plan()).map(({ path }) => path);
    assert.ok(paths.includes("services/nginx/2-resourcequota-quota.yaml"), paths.join());
  });

  it("is registered in the namespace of the service, after its Project", async () => {
    const { type, inputs, waitsFor, parent } = named(await registered(["nginx"]), "nginx/custom-quota");
    assert.deepEqual(
      [type, parent, waitsFor],
      ["kubernetes:core/v1:ResourceQuota", "nginx", ["nginx/project"]],
    );
    const { spec, metadata } = inputs as { spec: object; metadata: { namespace: string } };
    assert.deepEqual([spec, metadata.namespace], [SPEC, "kargo-nginx"]);
  });

  it("is a target in a preview of its service", () => {
    const targets = resourcesOf(serviceInventory(servicePlan())).map((one) => urnOf("prod", one));
    const urn =
      "urn:pulumi:prod::kargo-fleet::kargo-fleet:index:ServicePipeline$kubernetes:core/v1:ResourceQuota::nginx/custom-quota";
    assert.ok(targets.includes(urn), targets.join());
  });

  it("is covered by the deployer's rights", () => {
    const [role] = deployerObjects("ci", ["edge"], undefined).filter(({ kind }) => kind === "ClusterRole");
    const { rules } = role as unknown as { rules: { resources: string[]; verbs: string[] }[] };
    const rule = rules.find(({ resources }) => resources.includes("resourcequotas"));
    assert.deepEqual(rule?.verbs, ["get", "list", "watch", "create", "update", "patch", "delete"]);
  });

  it("is allowed by the deployer's guard with exactly this content and only in services' namespaces", () => {
    const { validations } = deployerGuard(platformPlan()).policy.spec;
    const rule = validations.find(({ message }) => message.startsWith("Of resourcequotas "));
    assert.match(rule?.expression ?? "", /startsWith\("kargo-"\)/);
    assert.match(rule?.expression ?? "", /"count\/stages\.kargo\.akuity\.io": dyn\("20"\)/);
  });

  it("is expected by an audit", () => {
    const config = readStackText(stackText()).value;
    assert.ok(config);
    const expected = expectedObjects({ plan: plan(), config, teams: ["edge"] }, plan().services, undefined);
    assert.ok(
      expected.some(({ kind, metadata }) => kind === "ResourceQuota" && metadata.namespace === "kargo-nginx"),
    );
  });
});

describe("an added row whose content differs between services", () => {
  after(() => customize({}));

  it("is refused, because the deployer's guard cannot be derived from it", () => {
    customize({
      service: ({ name }) => [
        { role: "quota", apiVersion: "v1", kind: "ResourceQuota", metadata: { name }, spec: SPEC },
      ],
    });
    assert.throws(
      () => deployerGuard(platformPlan()),
      /The row custom-quota of ResourceQuota differs between services\. /,
    );
  });
});
