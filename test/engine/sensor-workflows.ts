import assert from "node:assert/strict";
import type { Cluster } from "../../fleet/cluster.ts";
import { buildWorkflows } from "../../manifests/argo-workflows.ts";
import { catalogueText, planOf, service } from "../sources.ts";
import { withTokenOf } from "./access-world.ts";
import type { FleetStack } from "./fleet-stack.ts";
import { dry, post } from "./requests.ts";

const WORKFLOWS = "/apis/argoproj.io/v1alpha1/namespaces/builds-edge/workflows";
const STEPS = { entrypoint: "x", templates: [{ name: "x", container: { image: "example.com/x" } }] };
const OTHER = { name: "mine", clusterScope: true };
const SECRET = [{ name: "x", secret: { secretName: "nginx-push" } }];

/** Changes of a Workflow that somebody with the Sensors' token might try. */
const FORBIDDEN: Readonly<Record<string, object>> = {
  "with steps of its own": { workflowTemplateRef: undefined, ...STEPS },
  "with steps beside the template's": STEPS,
  "of another template": { workflowTemplateRef: OTHER },
  "of a template of the namespace": { workflowTemplateRef: { name: "build-push-image" } },
  "with a Secret mounted": { volumes: SECRET },
  "by another account": { serviceAccountName: "kargo-fleet-launch" },
  "with pods of another form": { podSpecPatch: "{}" },
  "with a hook that runs at its end": { onExit: "push" },
  "with an expression in a parameter": {
    arguments: { parameters: [{ name: "commit", value: "{{=env.TOKEN}}" }] },
  },
  "with a parameter that the template does not know": {
    arguments: { parameters: [{ name: "mine", value: "x" }] },
  },
  "with a parameter from a ConfigMap": {
    arguments: { parameters: [{ name: "commit", valueFrom: { configMapKeyRef: { name: "x", key: "y" } } }] },
  },
  "with an artifact": { arguments: { parameters: [], artifacts: [{ name: "x" }] } },
};

/** The Workflows that the Sensors' account may start, checked with its real token. */
export function describeSensorWorkflows(stackOf: () => FleetStack): void {
  describe("the Sensors' account", () => {
    let token: Cluster;

    before(async () => {
      token = await withTokenOf(stackOf(), "kargo-fleet-events", "kargo-fleet-sensor");
    });
    after(() => token?.close());

    const start = (spec: object) => {
      const plan = planOf(catalogueText({ nginx: service("nginx") }));
      const [build] = plan.platform?.buildTriggers?.groups.flatMap(({ builds }) => builds) ?? [];
      assert.ok(build);
      const [workflow] = buildWorkflows(build);
      assert.ok(workflow);
      const metadata = { ...workflow.metadata, name: "nginx-0123456789ab" };
      const body = { ...workflow, metadata, spec: { ...workflow.spec, ...spec } };
      return token.send(dry(post(WORKFLOWS, body)));
    };

    it("starts a run of the shared template", async () => {
      const { status, body } = await start({});
      assert.equal(status, 201, JSON.stringify(body));
    });

    for (const [what, spec] of Object.entries(FORBIDDEN)) {
      it(`starts no Workflow ${what}`, async () => {
        const { status, body } = await start(spec);
        assert.equal(status, 403, JSON.stringify(body));
        assert.match(JSON.stringify(body), /ValidatingAdmissionPolicy 'kargo-fleet-workflows'/);
      });
    }
  });
}
