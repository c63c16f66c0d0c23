import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { parseAllDocuments, stringify } from "yaml";
import type { StackResource } from "../../fleet/operator/stack-resource.ts";
import { OPERATOR_DEFINITIONS } from "../../sandbox/crds/releases.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { openRepository, type Repository } from "../repository.ts";
import { catalogueOf, stackText } from "../sources.ts";
import { fleetIn, succeeds } from "./commands.ts";
import { type SharedControlPlane, sharedControlPlane } from "./control-plane.ts";

const IMAGE = `registry.example/mirror/pulumi@sha256:${"1".repeat(64)}`;
/** A priority level's share. */
interface Level {
  readonly nominalConcurrencyShares?: number;
}

const LONG = "production-of-the-whole-company-in-europe-west";

/** Two shards with everything that a Stack can say. */
const shard = (index: number) =>
  `${stackText({
    cluster: "{ name: prod-eu, context: eu }",
    access: '{ deployer: "system:serviceaccount:ci:kargo-fleet" }',
    credentials: "{ git: { username: kargo } }",
    gitPassword: "{ secure: v1:abc }",
    "github:token": "{ secure: v1:abc }",
    rollout: `{ percent: 50, shard: { index: ${index}, of: 2 } }`,
    platform: String(index === 1),
  })}secretsprovider: awskms://alias/kargo-fleet\n`;

describe("the resources of fleet operator on a real API server", () => {
  let plane: SharedControlPlane;
  let repository: Repository;
  let printed = "";

  const kubectl = (args: readonly string[], input = "") =>
    execa(plane.programs.kubectl, ["--kubeconfig", plane.admin, ...args], { input, reject: false });
  const apply = (text: string) =>
    kubectl(["apply", "--server-side", "--validate=strict", "--field-manager=test", "-f", "-"], text);

  before(async () => {
    plane = await sharedControlPlane();
    await installDefinitions({ admin: plane.admin, definitions: OPERATOR_DEFINITIONS });
    repository = await openRepository();
    await repository.write({
      "platform/services.json": catalogueOf(["nginx", "auth"]),
      [`platform/Pulumi.${LONG}-1.yaml`]: shard(1),
      [`platform/Pulumi.${LONG}-2.yaml`]: shard(2),
    });
    await repository.commit();
    await repository.git("remote", "add", "origin", "https://github.com/acme/fleet.git");
    await repository.git("update-ref", "refs/remotes/origin/main", "HEAD");
    const place = { folder: repository.path, environment: {} };
    const args = ["--git-token", "--backend", "s3://acme-state", "--organization", "acme"];
    const command = ["-C", "platform", "operator", `${LONG}-1`, "--image", IMAGE, ...args];
    printed = (await succeeds(fleetIn(place, ...command))).stdout;
    await kubectl(["create", "namespace", "ci"]);
  });
  after(() => repository?.remove());

  it("are taken, with strict validation, and stored as they are written", async () => {
    const { exitCode, stderr } = await apply(printed);
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stderr, /Warning/);
    for (const document of parseAllDocuments(printed)) {
      const written = document.toJS() as StackResource;
      const get = ["get", "stacks.pulumi.com", written.metadata.name, "-n", "ci", "-o", "json"];
      assert.deepEqual((JSON.parse((await kubectl(get)).stdout) as StackResource).spec, written.spec);
    }
  });

  it("have names that the definition's rule of 42 characters accepts, and it refuses the stack's own", async () => {
    const [first] = parseAllDocuments(printed).map((document) => document.toJS() as StackResource);
    assert.ok(first);
    const named = { ...first, metadata: { ...first.metadata, name: `${LONG}-1` } };
    const { exitCode, stderr } = await apply(stringify(named));
    assert.equal(exitCode, 1);
    assert.match(stderr, /Stack name must be no more than 42 characters/);
  });

  it("act at the priority level that docs/scale.md names, with that share of the API server's requests", async () => {
    const get = async (...what: readonly string[]) =>
      JSON.parse((await kubectl(["get", ...what, "-o", "json"])).stdout) as Record<string, unknown>;
    const schema = (await get("flowschema", "service-accounts")) as {
      spec: { priorityLevelConfiguration: { name: string } };
    };
    const { items } = (await get("prioritylevelconfigurations")) as {
      items: readonly { metadata: { name: string }; spec: Partial<Record<string, Level>> }[];
    };
    const shares = new Map(
      items.map(({ metadata, spec }) => [
        metadata.name,
        (spec.limited ?? spec.exempt)?.nominalConcurrencyShares ?? 0,
      ]),
    );
    const level = schema.spec.priorityLevelConfiguration.name;
    const own = shares.get(level) ?? 0;
    const all = [...shares.values()].reduce((sum, one) => sum + one, 0);
    const page = (await readFile("docs/scale.md", "utf8")).replaceAll(/\s+/g, " ");
    const seats = Math.ceil((600 * own) / all);
    assert.ok(
      page.includes(
        `at the priority level \`${level}\`, which has ${own} of ${all} shares of the API server's 600 seats: ${seats} requests at once`,
      ),
      `${level} ${own} ${all} ${seats}`,
    );
  });

  it("would be refused with a misspelt field", async () => {
    const { exitCode, stderr } = await apply(
      printed.replaceAll("workspaceReclaimPolicy", "workspaceReclaim"),
    );
    assert.equal(exitCode, 1);
    assert.match(stderr, /workspaceReclaim/);
  });
});
