import assert from "node:assert/strict";
import { importFile, missingProviders } from "../../recovery/import-file.ts";
import { integrityProblems, parseState } from "../../recovery/state.ts";
import { creation } from "./creation.ts";

const STACK = "urn:pulumi:prod::kargo-fleet::pulumi:pulumi:Stack::kargo-fleet-prod";
const PIPELINE = "urn:pulumi:prod::kargo-fleet::kargo-fleet:index:ServicePipeline::nginx";
const PROVIDER = "urn:pulumi:prod::kargo-fleet::pulumi:providers:kubernetes::kubernetes";
const STAGE = `${PIPELINE.replace("::nginx", "")}$kubernetes:kargo.akuity.io/v1alpha1:Stage::nginx/stage-dev`;

const pipeline = creation(PIPELINE, { parent: STACK, custom: false });
const provider = creation(PROVIDER, { parent: STACK });
const stage = creation(STAGE, { parent: PIPELINE, provider: PROVIDER });
const taken = [{ creation: stage, id: "kargo-nginx/dev" }];

describe("an import file", () => {
  it("gives a resource its component and its provider by URN", () => {
    assert.deepEqual(importFile(taken, [stage]), {
      nameTable: { [PIPELINE]: PIPELINE, [PROVIDER]: PROVIDER },
      resources: [
        {
          type: "kubernetes:kargo.akuity.io/v1alpha1:Stage",
          name: STAGE,
          logicalName: "nginx/stage-dev",
          id: "kargo-nginx/dev",
          parent: PIPELINE,
          provider: PROVIDER,
        },
      ],
    });
  });

  it("includes a component that the state lacks, once, with its Pulumi name", () => {
    const other = creation(`${STAGE}-2`, { parent: PIPELINE, provider: PROVIDER });
    const { nameTable, resources } = importFile(
      [...taken, { creation: other, id: "x" }],
      [pipeline, stage, other],
    );
    assert.deepEqual(nameTable, { [PROVIDER]: PROVIDER });
    assert.deepEqual(
      resources.filter(({ component }) => component),
      [{ type: "kargo-fleet:index:ServicePipeline", name: PIPELINE, logicalName: "nginx", component: true }],
    );
    assert.equal(resources.length, 3);
  });

  it("needs the providers that do not exist yet", () => {
    assert.deepEqual(missingProviders(taken, [provider, stage]), [PROVIDER]);
    assert.deepEqual(missingProviders(taken, [stage]), []);
  });
});

describe("an exported state", () => {
  const reference = `${PROVIDER}::id`;
  const resources = [
    { urn: STACK, type: "pulumi:pulumi:Stack" },
    { urn: PROVIDER, type: "pulumi:providers:kubernetes", id: "id", parent: STACK },
    { urn: PIPELINE, type: "kargo-fleet:index:ServicePipeline", parent: STACK },
    {
      urn: STAGE,
      type: "kubernetes:x:Stage",
      parent: PIPELINE,
      provider: reference,
      dependencies: [PIPELINE],
    },
  ];
  const text = (some: readonly object[], pending: readonly object[] = []) =>
    JSON.stringify({ version: 3, deployment: { resources: some, pending_operations: pending } });

  it("yields its resources and pending operations", () => {
    const state = parseState(text(resources, [{ type: "creating", resource: resources[3] }]));
    assert.deepEqual(state.pending, [{ type: "creating", urn: STAGE }]);
    assert.equal(state.resources.length, 4);
    assert.deepEqual(parseState('{"version":3,"deployment":{}}').resources, []);
  });

  it("is consistent if every reference comes earlier", () => {
    assert.deepEqual(integrityProblems(parseState(text(resources))), []);
  });

  it("is inconsistent if a parent, a provider or a dependency is missing, or if a resource occurs twice", () => {
    const without = (urn: string) =>
      integrityProblems(parseState(text(resources.filter((one) => one.urn !== urn))));
    assert.match(
      without(PROVIDER).join("\n"),
      /its provider, .*kubernetes::id, is not in the state before it/,
    );
    assert.match(without(PIPELINE).join("\n"), /its parent, [\s\S]*what it depends on, /);
    assert.match(
      integrityProblems(parseState(text([...resources, resources[3] ?? {}]))).join("\n"),
      /is in the state twice/,
    );
  });

  it("may contain the old and the new resource during a replacement", () => {
    const old = { ...resources[3], delete: true };
    assert.deepEqual(integrityProblems(parseState(text([...resources, old]))), []);
  });
});
