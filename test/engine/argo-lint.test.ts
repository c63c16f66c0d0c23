import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { buildTemplate, buildWorkflows } from "../../manifests/argo-workflows.ts";
import type { WorkflowManifest } from "../../manifests/argo-workflows-types.ts";
import type { KubernetesObject } from "../../manifests/objects.ts";
import type { BuildPlan, BuildTriggersPlan } from "../../model/build-plan.ts";
import { ensurePrograms } from "../../sandbox/toolchain/for-tests.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";

const RECEIVER =
  '{ url: "https://hooks.acme.example", receiver: { url: "https://kargo.acme.example/webhooks" } }';

describe("the build template and its Workflows in Argo's linter", () => {
  let folder: string;
  let argo: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "argo-lint-"));
    argo = (await ensurePrograms(["argo"], { quiet: true })).argo;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function lint(...objects: readonly KubernetesObject[]): Promise<{ exitCode?: number; all: string }> {
    const file = join(folder, "objects.yaml");
    await writeFile(
      file,
      objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join("---\n"),
    );
    return await execa(argo, ["lint", "--offline", file], { all: true, reject: false });
  }

  function builds(keys: Record<string, string> = {}): [BuildTriggersPlan, readonly BuildPlan[]] {
    const services = {
      nginx: service("nginx"),
      api: service("api", { build: { context: "services/api", dockerfile: "docker/prod.Dockerfile" } }),
      plain: service("plain", { tags: { strategy: "newest-build" } }),
      shop: service("shop", { images: { web: "registry.example/web", worker: "registry.example/worker" } }),
    };
    const plan = planOf(catalogueText(services), stackText(keys));
    const triggers = plan.platform?.buildTriggers;
    assert.ok(triggers);
    return [triggers, plan.services.flatMap(({ build }) => build ?? [])];
  }

  /** The Workflow of a push after the Sensor filled in its parameters. */
  function submitted(workflow: WorkflowManifest): KubernetesObject {
    const values: Record<string, string> = { commit: "0".repeat(40), "pushed-at": "1764072000" };
    const parameters = workflow.spec.arguments.parameters.map(({ name, value }) => ({
      name,
      value: values[name] ?? value,
    }));
    const metadata = { ...workflow.metadata, name: `${workflow.metadata.name}000000000000` };
    return {
      ...workflow,
      metadata,
      spec: { ...workflow.spec, arguments: { parameters } },
    } as KubernetesObject;
  }

  for (const [what, keys] of [
    ["as it is", {}],
    ["that tells Kargo of its image", { webhooks: RECEIVER }],
  ] as const) {
    it(`have no errors in a template ${what} and every form of its Workflow`, async () => {
      const [triggers, plans] = builds(keys);
      const { exitCode, all } = await lint(
        buildTemplate(triggers),
        ...plans.flatMap(buildWorkflows).map(submitted),
      );
      assert.equal(exitCode, 0, all);
    });
  }

  it("would have an error for a missing step, an undeclared parameter, and an unknown field", async () => {
    const [triggers] = builds();
    const changed = async (from: string, to: string) => {
      const text = JSON.stringify(buildTemplate(triggers));
      assert.ok(text.includes(from), from);
      return await lint(JSON.parse(text.replace(from, to)) as KubernetesObject);
    };
    for (const [from, to, said] of [
      ['"template":"push"', '"template":"psuh"', /psuh/],
      ["{{inputs.parameters.destination}}", "{{inputs.parameters.destinaton}}", /destinaton/],
      ['"entrypoint":', '"entrypiont":"main","entrypoint":', /unknown field "spec\.entrypiont"/],
    ] as const) {
      const { exitCode, all } = await changed(from, to);
      assert.notEqual(exitCode, 0);
      assert.match(all, said);
    }
  });

  it("would have an error for a file without templates", async () => {
    const { exitCode, all } = await lint({ kind: "Something" } as unknown as KubernetesObject);
    assert.equal(exitCode, 1);
    assert.match(all, /nothing to lint/);
  });
});
