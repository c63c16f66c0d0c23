import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { requireSettled } from "../../components/shards.ts";
import { catalogueText, planOf, readCatalogueText, readStackText, service, stackText } from "../sources.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx") });
const SHARD = stackText({
  platform: "false",
  builds: "",
  rollout: "{ shard: { stack: test, index: 1, of: 2 } }",
});

/** What an `up` of a shard says when the engine answers a read of the stack `test` so. */
async function said(answer: () => object): Promise<string> {
  await pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: answer },
    "kargo-fleet",
    "test-00",
    false,
    "organization",
  );
  const planned = {
    plan: planOf(CATALOGUE, SHARD),
    catalogue: readCatalogueText(CATALOGUE),
    config: readStackText(SHARD, "Pulumi.test-00.yaml"),
  };
  return requireSettled(planned, undefined).then(
    () => "settled",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

/** Fails as the engine does over gRPC. */
const failing = (message: string) => () => {
  const details = `invocation of pulumi:pulumi:readStackOutputs returned an error: ${message}`;
  throw Object.assign(new Error(details), { details });
};

describe("the up of a shard", () => {
  it("is told to run the stack of the shared objects first, if the backend has no such stack", async () => {
    assert.match(
      await said(failing('unknown stack "organization/kargo-fleet/test"')),
      /Run first: pulumi up --stack test/,
    );
  });

  for (const why of [
    "failed to load checkpoint: blob (key ...) (code=Unknown): dial tcp: connection refused",
    "failed to load checkpoint: unexpected end of JSON input",
    "[503] Service Unavailable",
  ])
    it(`stops with the reason, and without that advice, if the state of that stack cannot be read: ${why}`, async () => {
      const text = await said(failing(why));
      assert.ok(text.includes(`What stack test has recorded of its shards cannot be read: ${why}`), text);
      assert.match(text, /Nothing was changed\..*fleet -- recover --stack test$/);
      assert.doesNotMatch(text, /KF123|Run first/);
    });
});
