import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, gitLine } from "../../github/git.ts";
import { ObjectReader } from "../../github/object-reader.ts";
import { editTree, readTree, writeBlob, writeCommit } from "../../github/objects.ts";
import { absent, moveReference, references } from "../../github/refs.ts";

const who = { name: "Ada", email: "ada@acme.example", date: "2026-01-02T03:04:05Z" };

describe("the local GitHub's reader of Git objects", () => {
  let directory = "";
  let objects: ObjectReader;
  const initialize = async () => await git(directory, ["init", "--quiet", "--bare"]);
  const commit = async () => {
    const sha = await writeBlob(directory, Buffer.from("text\n"));
    const edits = ["a/b", "a.b", "a/é"].map((path) => ({ path, mode: "100644", sha }));
    const tree = await editTree(directory, undefined, edits);
    const message = "Write";
    return await writeCommit(directory, { tree, parents: [], author: who, committer: who, message });
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "local-github-"));
    objects = new ObjectReader(directory);
  });
  afterEach(async () => {
    await objects.close();
    await rm(directory, { recursive: true, force: true });
  });

  it("reads an object that was just stored, and one that is packed meanwhile", async () => {
    await initialize();
    const blob = Buffer.from([0, 10, 255]);
    const sha = await gitLine(directory, ["hash-object", "--stdin"], { input: blob });
    assert.equal(await objects.read(sha), undefined);
    assert.equal(await writeBlob(directory, blob), sha);
    const tip = await commit();
    await moveReference(directory, "refs/heads/main", absent, tip);
    for (const _ of ["loose", "packed"]) {
      assert.deepEqual(await objects.read(`${tip.slice(0, 12)}^{commit}`), await objects.read(tip));
      assert.deepEqual((await objects.read(sha))?.content, blob);
      await git(directory, ["fsck", "--strict"]);
      await git(directory, ["repack", "-q", "-a", "-d", "-k"]);
    }
  });

  it("reads a tree as Git lists it", async () => {
    await initialize();
    const tip = await commit();
    const tree = (await objects.read(`${tip}^{tree}`))?.sha ?? "";
    const listed = await git(directory, ["ls-tree", "-z", "-r", "-t", "--long", tree]);
    const ours = (await readTree(objects, tree, true)).map(
      ({ mode, type, sha, size, path }) =>
        `${mode} ${type} ${sha} ${String(size ?? "-").padStart(7)}\t${path}\0`,
    );
    assert.equal(ours.join(""), listed.toString("utf8"));
  });

  it("answers parallel reads in the right order", async () => {
    await initialize();
    const texts = [1, 100_000, 0, 3].map((length) => Buffer.alloc(length, "x"));
    const ids = await Promise.all(texts.map((text) => writeBlob(directory, text)));
    const asked = [...ids, "1".repeat(40), ...ids];
    const answers = await Promise.all(asked.map(async (id) => (await objects.read(id))?.content));
    assert.deepEqual(answers, [...texts, undefined, ...texts]);
  });

  it("works again after its Git process ended, but not after it was closed", async () => {
    await assert.rejects(objects.read("1".repeat(40)), /Git ended while it was reading/);
    await initialize();
    const sha = await writeBlob(directory, Buffer.from("x"));
    assert.equal((await objects.read(sha))?.type, "blob");
    await objects.close();
    await assert.rejects(objects.read(sha), /has ended/);
  });

  it("reads the references that Git lists, loose or packed, without lock files", async () => {
    await initialize();
    const [one, other] = [await commit(), await writeBlob(directory, Buffer.from("x"))];
    const listed = async () =>
      await gitLine(directory, ["for-each-ref", "--format=%(refname) %(objectname)"]);
    const ours = async () => [...(await references(directory))].map((each) => each.join(" ")).join("\n");
    assert.equal(await ours(), "");
    for (const name of ["heads/main", "heads/feature/x", "heads/é", "heads/gone", "tags/v1"])
      await moveReference(directory, `refs/${name}`, absent, one);
    assert.equal(await ours(), await listed());
    await git(directory, ["pack-refs", "--all"]);
    assert.equal(await ours(), await listed());
    await moveReference(directory, "refs/tags/v1", one, other);
    await moveReference(directory, "refs/heads/gone", one, absent);
    await copyFile(join(directory, "refs/tags/v1"), join(directory, "refs/tags/v2.lock"));
    assert.equal(await ours(), await listed());
    assert.equal((await references(directory)).get("refs/tags/v1"), other);
  });
});
