import assert from "node:assert/strict";
import type { CommitOptions } from "../../../components/values-files/commit.ts";
import { moveValues } from "../../../components/values-files/move.ts";
import type { Relocated } from "../../../model/values-losses.ts";
import { playground, token } from "../../github-playground.ts";

const OWN = "image:\n  tag: 20260601-abc # ours\n";
const SERVICES = ["auth", "nginx"];
const STAGES = ["dev", "prod"];
const old = Object.fromEntries(
  SERVICES.flatMap((name) =>
    STAGES.map((stage) => [`services/${name}/values-${stage}.yaml`, `${OWN}# ${name} ${stage} ✓\n`]),
  ),
);

describe("the move of values files", function () {
  this.timeout(60_000);
  const server = playground({
    repositories: [
      { name: "acme/gitops", files: { ...old, "services/nginx/notes.md": "ours\n" } },
      { name: "acme/other", files: { "README.md": "# Other\n" } },
    ],
  });
  const target = (repository = "acme/gitops", branch = "main") => ({
    repository,
    branch,
    url: server().github.url,
  });
  const relocated = (folder = "apps", repository = "acme/gitops", branch = "main"): Relocated[] => {
    const place = (name: string, at: string) => ({
      repoURL: `${server().github.url}/${name}.git`,
      folder: at,
    });
    return SERVICES.map((service) => ({
      service,
      from: { ...place("acme/gitops", `services/${service}`), branch: "main" },
      to: { ...place(repository, `${folder}/${service}`), branch },
      files: STAGES.map((stage) => `${folder}/${service}/values-${stage}.yaml`),
    }));
  };
  const options: CommitOptions = { auth: token, second: 1 };
  const text = (repository: string, path: string, ref = "main") =>
    server().bare(repository, "show", `${ref}:${path}`);
  const files = async (repository = "acme/gitops", ref = "main") =>
    (await server().bare(repository, "ls-tree", "-r", "--name-only", ref)).split("\n");
  const commits = async (repository = "acme/gitops", ref = "main") =>
    (await server().bare(repository, "log", "--format=%s", ref)).split("\n");
  const states = (moved: Awaited<ReturnType<typeof moveValues>>) => moved.moves.map(({ is }) => is);

  it("is one commit on one branch that keeps all bytes and all other files", async () => {
    const before = await text("acme/gitops", "services/nginx/values-prod.yaml");
    const { commit } = await moveValues(target(), relocated(), options);
    assert.match(commit ?? "", /^[0-9a-f]{40}$/);
    assert.deepEqual(await files(), [
      "apps/auth/values-dev.yaml",
      "apps/auth/values-prod.yaml",
      "apps/nginx/values-dev.yaml",
      "apps/nginx/values-prod.yaml",
      "services/nginx/notes.md",
    ]);
    assert.equal(await text("acme/gitops", "apps/nginx/values-prod.yaml"), before);
    assert.deepEqual((await commits())[0], "Move values of auth, nginx (4 files)");
    assert.equal((await commits()).length, 2);
  });

  it("can be a dry run, and has nothing to do the second time", async () => {
    assert.deepEqual(states(await moveValues(target(), relocated(), options, true)), Array(4).fill("moves"));
    assert.equal((await commits()).length, 1);
    await moveValues(target(), relocated(), options);
    const again = await moveValues(target(), relocated(), options);
    assert.deepEqual([states(again), again.commit], [Array(4).fill("there"), undefined]);
    assert.equal((await commits()).length, 2);
  });

  it("includes a tag that a promotion has just written", async () => {
    const path = "services/nginx/values-prod.yaml";
    const content = "image:\n  tag: newer\n";
    server().github.faults.add({ kind: "concurrent-push", repository: "acme/gitops", path, content });
    await moveValues(target(), relocated(), options);
    assert.match(await text("acme/gitops", "apps/nginx/values-prod.yaml"), /newer/);
    assert.ok(!(await files()).includes(path));
  });

  it("continues after some files were copied by hand, and deletes identical old files", async () => {
    const path = "services/auth/values-dev.yaml";
    await server().commit("acme/gitops", "apps/auth/values-dev.yaml", old[path]);
    const moved = await moveValues(target(), relocated(), options);
    assert.deepEqual(states(moved), ["there", "moves", "moves", "moves"]);
    assert.deepEqual(
      (await files()).filter((file) => file.startsWith("services/")),
      ["services/nginx/notes.md"],
    );
  });

  it("keeps both files if they differ, and says so", async () => {
    await server().commit("acme/gitops", "apps/auth/values-dev.yaml", "image:\n  tag: other\n");
    const moved = await moveValues(target(), relocated(), options);
    assert.deepEqual(states(moved), ["differs", "moves", "moves", "moves"]);
    assert.match(await text("acme/gitops", "apps/auth/values-dev.yaml"), /other/);
    assert.match(await text("acme/gitops", "services/auth/values-dev.yaml"), /20260601/);
  });

  it("names a file that is in neither place, and creates none", async () => {
    const [auth] = relocated();
    const gone = auth && { ...auth, files: ["apps/auth/values-qa.yaml"] };
    const moved = await moveValues(target(), gone ? [gone] : [], options);
    assert.deepEqual([states(moved), moved.commit], [["nowhere"], undefined]);
  });

  it("copies to another branch, and keeps the old files", async () => {
    await server().bare("acme/gitops", "branch", "next", "main~0");
    const next = ["acme/gitops", "next"] as const;
    const services = await moveValues(target(...next), relocated("services", ...next), options);
    assert.deepEqual(states(services), Array(4).fill("there"), "a branch of it has them already");
    const apps = await moveValues(target(...next), relocated("apps", ...next), options);
    assert.deepEqual(states(apps), Array(4).fill("moves"));
    assert.ok(apps.moves.every(({ deletesOld }) => !deletesOld));
    assert.equal(
      await text("acme/gitops", "apps/auth/values-dev.yaml", "next"),
      await text("acme/gitops", "services/auth/values-dev.yaml"),
    );
    assert.equal((await commits()).length, 1);
  });

  it("copies to another repository and keeps all bytes", async () => {
    const moved = await moveValues(target("acme/other"), relocated("services", "acme/other"), options);
    assert.deepEqual(states(moved), Array(4).fill("moves"));
    assert.ok(moved.moves.every(({ deletesOld }) => !deletesOld));
    for (const path of Object.keys(old))
      assert.equal(await text("acme/other", path), await text("acme/gitops", path));
    assert.deepEqual(await commits("acme/other"), ["Move values of auth, nginx (4 files)", "Initial commit"]);
    assert.equal((await commits()).length, 1);
    const again = await moveValues(target("acme/other"), relocated("services", "acme/other"), options);
    assert.deepEqual([states(again), again.commit], [Array(4).fill("there"), undefined]);
  });

  it("writes nothing to a protected branch, and explains a fix", async () => {
    server().github.faults.add({ kind: "protected-branch", repository: "acme/gitops" });
    await assert.rejects(
      moveValues(target(), relocated(), options),
      /move-values --stack <stack> --output <checkout>/,
    );
    assert.equal((await commits()).length, 1);
  });

  it("writes nothing if a file is in place of a folder", async () => {
    await server().commit("acme/gitops", "apps", "a file\n");
    await assert.rejects(moveValues(target(), relocated(), options), /^SeedError: apps is a file on main/);
  });

  it("refuses files on another GitHub", async () => {
    const elsewhere = relocated().map(({ from, ...more }) => ({
      ...more,
      from: { ...from, repoURL: "https://github.example/acme/gitops.git" },
    }));
    await assert.rejects(moveValues(target(), elsewhere, options), /is not at .* Copy them with Git\./);
  });

  it("makes no call if nothing is to move", async () => {
    assert.deepEqual(await moveValues(target(), [], { auth: undefined }), { moves: [], commit: undefined });
  });
});
