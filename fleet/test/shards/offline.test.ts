import assert from "node:assert/strict";
import { shardText } from "../../../model/shard-file.ts";
import { shardsOf } from "../../../model/shards.ts";
import { parseStackFile } from "../../../model/stack-file.ts";
import { filesOf } from "../../../test/files.ts";
import { openRepository } from "../../../test/repository.ts";
import { catalogueText, NOW, service, stackText } from "../../../test/sources.ts";
import { readFleet } from "../../all-stacks.ts";
import type { StackChange } from "../../preview/change.ts";
import { workflowStacks } from "../../trust/stacks.ts";
import { type Folder, folderOf } from "../folder.ts";

const NAMES = Array.from({ length: 12 }, (_, index) => `service-${index}`);
const CATALOGUE = catalogueText(Object.fromEntries(NAMES.map((name) => [name, service(name)])));
const BASE = stackText({ shards: "3" });
const FILES = { "services.json": CATALOGUE, "Pulumi.prod.yaml": BASE };
const SHARDS = ["prod-00", "prod-01", "prod-02"];
const [FIRST] = shardsOf("prod", 3);
const written = (base = BASE) => {
  const document = parseStackFile("Pulumi.prod.yaml", base);
  return Object.fromEntries(
    shardsOf("prod", 3).map((shard, at) => [`Pulumi.${SHARDS[at]}.yaml`, shardText(document, shard)]),
  );
};
const fleetOf = (texts: Readonly<Record<string, string>>) => readFleet(filesOf(texts), NOW);

describe("offline commands, if only the stack with shards has a file", function () {
  this.timeout(60_000);
  let folder: Folder;
  before(async () => {
    folder = await folderOf(FILES);
  });
  after(() => folder.remove());

  it("see every shard with its services, and no service twice", () => {
    const { stacks, problems } = fleetOf(FILES);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      stacks.map(({ name }) => name),
      ["prod", ...SHARDS],
    );
    const services = stacks.flatMap(({ plan }) => plan?.services.map(({ name }) => name) ?? []);
    assert.deepEqual(services.sort(), [...NAMES].sort());
  });

  it("find the same as with the files of all shards", () => {
    const plans = (texts: Readonly<Record<string, string>>) => fleetOf(texts).stacks.map(({ plan }) => plan);
    assert.deepEqual(plans(FILES), plans({ ...FILES, ...written() }));
  });

  it("list why a service is in another shard", async () => {
    const { stdout } = await folder.run("list", "--stack", "prod");
    assert.match(
      stdout,
      /^Stack prod, cluster test: 0 of 12 services\nNot here, 12:\n {2}service-0 +it is in shard \d of 3$/m,
    );
    const shard = await folder.run("list", "--stack", "prod-01");
    assert.match(shard.stdout, /it is in shard [13] of 3, and this is shard 2/);
  });

  it("check and render a shard by its name", async () => {
    assert.match((await folder.run("check")).stdout, /^4 stacks checked in \d+ ms: everything is right\.$/m);
    const { stdout, exitCode } = await folder.run("render", "--stack", "prod-02");
    assert.equal(exitCode, 0);
    assert.match(stdout, /kind: Warehouse/);
    assert.doesNotMatch(stdout, /^kind: ClusterPromotionTask/m);
  });

  it("seed the values files of all shards at once, with the stack that has the key", async () => {
    const { stdout, exitCode } = await folder.run("seed", "--stack", "prod", "--dry-run", "--output", ".");
    assert.equal(exitCode, 2);
    assert.equal(stdout.trim().split("\n").length, 3 * NAMES.length);
  });

  it("print the deployer's rights of the whole cluster, whichever shard is named", async () => {
    const [base, shard] = await Promise.all(
      ["prod", "prod-01"].map((stack) => folder.run("deployer", "--stack", stack)),
    );
    assert.equal(base?.exitCode, 0);
    assert.deepEqual(shard, base);
  });

  it("name the shards for the workflows", () => {
    assert.deepEqual(workflowStacks(fleetOf(FILES)).stacks, ["prod", ...SHARDS]);
  });

  it("report a problem once, in the file that a person edits", () => {
    const { problems } = fleetOf({ ...FILES, "Pulumi.prod.yaml": `${BASE}  kargo-fleet:protect: maybe\n` });
    const places = new Set(problems.map(({ place: { file, line } }) => `${file}:${line}`));
    assert.deepEqual([...places], ["Pulumi.prod.yaml:11"]);
  });

  it("preview only the shards of the services that a pull request changes", async () => {
    const repository = await openRepository(folder.path);
    await repository.commit();
    const [one = "", other = ""] = NAMES;
    const changed = [one, other].map((name) => [name, service(name, { warehouse: { interval: "1h" } })]);
    await folder.write(
      "services.json",
      catalogueText({ ...JSON.parse(CATALOGUE).services, ...Object.fromEntries(changed) }),
    );
    const { stdout } = await folder.run("preview", "--base", "main", "--offline", "--json");
    await folder.write("services.json", CATALOGUE);
    const { stacks } = JSON.parse(stdout) as { stacks: { change: StackChange }[] };
    const touched = stacks.flatMap(({ change: { stack, services } }) => (services.length > 0 ? stack : []));
    const home = (name: string) =>
      fleetOf(FILES).stacks.find(({ plan }) => plan?.services.some((each) => each.name === name))?.name;
    assert.deepEqual(touched.sort(), [...new Set([home(one), home(other)])].sort());
  });
});

describe("a shard's file by hand", () => {
  it("is a problem with its place and a fix if it differs from its base", () => {
    const files = written();
    const file = "Pulumi.prod-01.yaml";
    const { problems, stacks } = fleetOf({
      ...FILES,
      ...files,
      [file]: files[file]?.replace("registry.example", "other.example") ?? "",
    });
    assert.deepEqual(
      problems
        .map(({ code, place, path, fix }) => [code, place.file, path, fix])
        .filter(([code]) => code === "KF120"),
      [
        [
          "KF120",
          file,
          "config.kargo-fleet:registry",
          "Change Pulumi.prod.yaml, then run: npm run fleet -- shards prod",
        ],
      ],
    );
    assert.equal(stacks.find(({ name }) => name === "prod-01")?.plan, undefined);
  });

  it("is a problem if its base has fewer shards", () => {
    const files = { ...FILES, ...written(), "Pulumi.prod.yaml": stackText({ shards: "2" }) };
    assert.deepEqual(
      [...new Set(fleetOf(files).problems.map(({ code, place }) => `${code} ${place.file}`))],
      ["KF120 Pulumi.prod-00.yaml", "KF120 Pulumi.prod-01.yaml", "KF122 Pulumi.prod-02.yaml"],
    );
  });

  it("may leave its base without shards, which is a problem of the shard", () => {
    const files = { "services.json": CATALOGUE, "Pulumi.prod-00.yaml": Object.values(written())[0] ?? "" };
    assert.ok(FIRST);
    assert.deepEqual(new Set(fleetOf(files).problems.map(({ code }) => code)), new Set(["KF122"]));
  });
});
