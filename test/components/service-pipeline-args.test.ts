import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { packageSchema } from "../../components/package-schema.ts";
import { ServicePipeline, type ServicePipelineArgs } from "../../components/service-pipeline.ts";
import { serviceArgsSchema } from "../../model/service-args.ts";
import { catalogueText, planOf, stackText } from "../sources.ts";
import { record } from "./recording.ts";

const ARGS: ServicePipelineArgs = {
  team: { name: "edge", group: "AD-Edge" },
  repository: "acme/nginx",
  image: "registry.example/nginx",
  gitops: { repository: "acme/gitops" },
};

const registered = (args: ServicePipelineArgs, name = "nginx") =>
  record(() => new ServicePipeline(name, args));

describe("a ServicePipeline with its own arguments", () => {
  it("registers the same resources as a catalogue with this service", async () => {
    const text = catalogueText(
      { nginx: { team: "edge", repository: "acme/nginx", build: false } },
      { edge: { group: "AD-Edge" } },
    );
    const [service] = planOf(text, stackText({})).services;
    assert.ok(service);
    const secrets = { webhookMasterSecret: "" };
    assert.deepEqual(
      await registered(ARGS),
      await record(() => new ServicePipeline("nginx", { service, secrets })),
    );
  });

  it("accepts an image that only the engine knows", async () => {
    const late = await registered({
      ...ARGS,
      image: pulumi.output(Promise.resolve("registry.example/nginx")),
    });
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
    assert.deepEqual(late.toSorted(byName), (await registered(ARGS)).toSorted(byName));
  });

  it("exposes its resources by role", async () => {
    let roles: string[] = [];
    await record(() => {
      roles = [...new ServicePipeline("nginx", ARGS).parts.keys()];
    });
    assert.ok(
      ["namespace", "warehouse", "stage-prod", "application-prod"].every((role) => roles.includes(role)),
    );
  });

  for (const [wrong, args, message] of [
    [
      "an image with a tag",
      { image: "registry.example/nginx:1" },
      /\n {2}image {2}"registry\.example\/nginx:1" is not an image repository/,
    ],
    [
      "a group that Kubernetes owns",
      { team: { name: "edge", group: "system:masters" } },
      /\n {2}team\.group {2}/,
    ],
    [
      "a Stage after one that is not there",
      { stages: [{ stage: "prod", promotion: "auto", sync: "auto", after: ["x"] }] },
      /\n {2}stages\[0\]\.after\[0\] {2}"x" is not a stage/,
    ],
    [
      "a folder that two services would share",
      { gitops: { repository: "acme/gitops", path: "values" } },
      /\n {2}gitops\.path {2}must contain \{service\}/,
    ],
    ["an argument that it does not know", { colour: "red" }, /\n {2}colour {2}"colour" is not a valid key/],
    ["no image", { image: undefined }, /\n {2}image {2}is missing/],
    ["no repository", { repository: undefined }, /\n {2}repository {2}is missing/],
  ] as const)
    it(`refuses ${wrong}, and names the argument`, () => {
      assert.throws(() => new ServicePipeline("nginx", { ...ARGS, ...args } as ServicePipelineArgs), message);
    });

  it("refuses a name that is not a DNS label", () => {
    assert.throws(() => new ServicePipeline("Nginx", ARGS), /\n {2}name {2}"Nginx" is not a valid name/);
  });
});

describe("the package schema", () => {
  it("has every argument with its description", () => {
    const { resources } = packageSchema("1.2.3") as {
      resources: Record<string, { inputProperties: Record<string, { description?: string }> }>;
    };
    const { inputProperties = {} } = resources["kargo-fleet:index:ServicePipeline"] ?? {};
    assert.deepEqual(Object.keys(inputProperties), Object.keys(serviceArgsSchema.shape));
    assert.ok(Object.values(inputProperties).every(({ description }) => description));
  });
});
