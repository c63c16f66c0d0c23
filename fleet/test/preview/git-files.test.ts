import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRepository, type Repository } from "../../../test/repository.ts";
import { FleetError } from "../../fleet-error.ts";
import { changedFiles, revisions } from "../../preview/git.ts";
import { gitFiles } from "../../preview/git-files.ts";

describe("the files of a commit", () => {
  const home = process.cwd();
  let repository: Repository;

  before(async () => {
    repository = await openRepository();
    await repository.write({
      "Pulumi.prod.yaml": "one\n",
      "stacks/Pulumi.dev.yaml": "dev\n",
      "stacks/lists/a.json": "Größe\n",
      "shared.json": "{}\n",
      "model/plan.ts": "1\n",
    });
    await symlink("../shared.json", join(repository.path, "stacks/linked.json"));
    await symlink("/etc/hostname", join(repository.path, "stacks/outside.json"));
    await repository.commit();
    await repository.git("checkout", "--quiet", "-b", "change");
    await repository.write({ "Pulumi.prod.yaml": "two\n" });
    await repository.commit();
    await repository.git("checkout", "--quiet", "main");
    await repository.write({ "Pulumi.later.yaml": "later\n" });
    await repository.commit();
    await repository.git("checkout", "--quiet", "change");
  });

  beforeEach(() => process.chdir(repository.path));
  afterEach(() => process.chdir(home));
  after(() => repository.remove());

  const files = () => {
    const { base, prefix } = revisions("main", undefined);
    return gitFiles(base, prefix, "main");
  };

  it("are those of the merge base, whatever the base got since", () => {
    assert.equal(files().read("Pulumi.prod.yaml"), "one\n");
    assert.ok(!files().list().includes("Pulumi.later.yaml"));
    assert.equal(files().read("Pulumi.later.yaml"), undefined);
  });

  it("are those of the working directory's folder, and files outside it that they name", () => {
    process.chdir("stacks");
    assert.deepEqual(files().list(), ["Pulumi.dev.yaml", "linked.json", "lists", "outside.json"]);
    assert.equal(files().read("lists/a.json"), "Größe\n");
    assert.equal(files().read("../shared.json"), "{}\n");
    assert.equal(files().read("lists"), undefined);
  });

  it("exclude folders and symbolic links", () => {
    process.chdir("stacks");
    const kinds = files()
      .entries("")
      .map(({ name, kind }) => [name, kind]);
    assert.deepEqual(kinds, [
      ["Pulumi.dev.yaml", "file"],
      ["linked.json", "other"],
      ["lists", "folder"],
      ["outside.json", "other"],
    ]);
    assert.deepEqual(files().entries("lists"), [{ name: "a.json", kind: "file" }]);
    assert.deepEqual([files().entries("none"), files().entries("../..")], [[], []]);
  });

  it("follow a link inside the commit but not out of it", () => {
    process.chdir("stacks");
    assert.equal(files().read("linked.json"), "{}\n");
    for (const file of ["outside.json", "/etc/hostname", "../../etc/hostname", "../../../etc/hostname"])
      assert.equal(files().read(file), undefined, file);
  });

  it("are none in a folder that the commit lacks", async () => {
    await mkdir("young", { recursive: true });
    process.chdir("young");
    assert.deepEqual(files().list(), []);
  });

  it("show which program files changed, even uncommitted ones", async () => {
    const now = revisions("main", undefined);
    assert.deepEqual(changedFiles(now, ["model", "index.ts"]), []);
    await repository.write({ "model/plan.ts": "2\n", "model/new.ts": "3\n" });
    assert.deepEqual(changedFiles(now, ["model", "index.ts"]), ["model/new.ts", "model/plan.ts"]);
    assert.deepEqual(changedFiles(revisions("main", "change"), ["model"]), []);
    await repository.git("checkout", "--quiet", "model/plan.ts");
    await rm("model/new.ts");
  });

  for (const [ref, message] of [
    ["origin/main", /Git knows no commit "origin\/main" here\. Run: git fetch origin main .*fetch-depth: 0/],
    ["nowhere", /Git knows no commit "nowhere" here\. Write a branch/],
    ["--all", /Git knows no commit "--all" here/],
  ] as const) {
    it(`explain a fix if ${ref} is no commit`, () => {
      assert.throws(() => revisions(ref, undefined), { name: FleetError.name, message });
    });
  }

  it("explain a fix in a clone that is too shallow", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fleet-shallow-"));
    try {
      const flags = ["--quiet", "--depth=1", "--no-single-branch", "--branch=change"];
      await repository.git("clone", ...flags, `file://${repository.path}`, folder);
      process.chdir(folder);
      assert.throws(() => revisions("origin/main", undefined), {
        message: /shallow: run git fetch --unshallow/,
      });
    } finally {
      process.chdir(home);
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("explain a fix if there is no repository", async () => {
    process.chdir(tmpdir());
    assert.throws(() => revisions("main", undefined), {
      message: /is not in a readable Git repository .*name it with -C/,
    });
  });
});
