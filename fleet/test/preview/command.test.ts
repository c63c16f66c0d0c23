import assert from "node:assert/strict";
import { readFile, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { openRepository, type Repository } from "../../../test/repository.ts";
import { catalogueText, PROMOTION_FILES, service, stackText } from "../../../test/sources.ts";
import type { FleetReport } from "../../preview/change.ts";
import { fleetCommand } from "../commands.ts";
import { catalogueOf, codes, type Entries } from "./compared-texts.ts";
import { error, fakePulumi, step } from "./fake-pulumi.ts";

const BASE: Entries = { auth: {}, nginx: {} };
const CHANGED: Entries = { ...BASE, auth: { warehouse: { interval: "1h" } } };
const GONE: Entries = { nginx: {} };

describe("fleet preview", () => {
  let repository: Repository;
  const pulumi = fakePulumi();

  before(async () => {
    repository = await openRepository();
    await repository.write({
      "services.json": catalogueOf(BASE),
      "Pulumi.eu.yaml": stackText(),
      "Pulumi.us.yaml": stackText({
        cluster: "{ name: us, context: us }",
        gitops: '{ repository: acme/gitops, path: "us/{service}" }',
        webhooks: '{ url: "https://hooks.acme.example", owner: false }',
      }),
      "index.ts": "1\n",
    });
    await repository.commit();
    await repository.git("branch", "change");
  });

  after(() => repository.remove());

  afterEach(() => repository.git("checkout", "--quiet", "--", "."));

  const fleet = (...args: readonly string[]) =>
    fleetCommand(["preview", "--base", "main", ...args], repository.path, process.env);

  /** Commits files on a branch, and returns to `main`. */
  async function commitOn(files: Readonly<Record<string, string>>, ...branch: readonly string[]) {
    await repository.git("checkout", "--quiet", ...branch);
    await repository.write(files);
    await repository.commit();
    await repository.git("checkout", "--quiet", "main");
  }

  const reportOf = (stdout: string) => JSON.parse(stdout) as FleetReport;

  it("shows offline what a change does to every stack, without an engine", async () => {
    await repository.write({ "services.json": catalogueOf(CHANGED) });
    await pulumi.answer({ stderr: "asked", code: 255 });
    const { stdout, exitCode } = await fleet("--offline", "--json");
    const { stacks, program, tense } = reportOf(stdout);
    assert.deepEqual(
      stacks.map(({ change }) => change.stack),
      ["eu", "us"],
    );
    for (const { change, engine } of stacks) {
      // The JSON omits unaffected services.
      const planned = change.after?.services.map(({ name }) => name);
      assert.deepEqual(
        [change.services.map((one) => one.service), planned, engine],
        [["auth"], ["auth"], undefined],
      );
    }
    assert.deepEqual([exitCode, program, tense, await pulumi.calls()], [0, [], "planned", []]);
  });

  it("runs no engine if nothing is affected", async () => {
    await pulumi.answer({ stderr: "asked", code: 255 });
    const { exitCode } = await fleet();
    assert.deepEqual([exitCode, await pulumi.calls()], [0, []]);
  });

  it("previews everything if the program changed, and names the files", async () => {
    await repository.write({ "index.ts": "2\n" });
    await pulumi.answer({ events: [step("same", "urn:pulumi:eu::kargo-fleet::a:b:C::x")] });
    const { stdout } = await fleet("--json", "--stack", "eu");
    const { program, stacks } = reportOf(stdout);
    assert.deepEqual(program, ["index.ts"]);
    assert.equal(stacks[0]?.engine?.because, "the program changed: index.ts");
  });

  it("keeps the report of the other stacks if one cannot be reached, and exits with 1", async () => {
    await repository.write({ "services.json": catalogueOf(CHANGED) });
    await pulumi.answer({ events: [error("unreachable")], code: 255 }, { events: [step("read", "urn:x")] });
    const { stdout, exitCode } = await fleet("--json", "--parallel", "1");
    const outcomes = reportOf(stdout).stacks.map(({ engine }) => engine?.outcome);
    assert.deepEqual([outcomes, exitCode], [["failed", "succeeded"], 1]);
  });

  it("exits with 2 if files have problems", async () => {
    await repository.write({ "services.json": catalogueOf({ ...BASE, auth: { pipeline: "none" } }) });
    const { stdout, exitCode } = await fleet("--json");
    assert.deepEqual(codes(reportOf(stdout).stacks[0]?.change.problems ?? []), ["KF050"]);
    assert.equal(exitCode, 2);
  });

  it("exits with 2 if the loss check refuses, even offline", async () => {
    await repository.write({ "services.json": catalogueOf(GONE) });
    assert.equal((await fleet("--offline")).exitCode, 2);
  });

  it("exits with 3 only if the report contains a kind that --fail-on names", async () => {
    await repository.write({
      "services.json": catalogueText(
        { auth: service("auth", { team: "identity" }), nginx: service("nginx") },
        { edge: { group: "AD-Edge" }, identity: { group: "AD-Identity" } },
      ),
    });
    assert.equal((await fleet("--offline", "--fail-on", "access")).exitCode, 3);
    assert.equal((await fleet("--offline", "--fail-on", "deletions,replacements")).exitCode, 0);
    await repository.write({
      "services.json": catalogueOf({ ...BASE, auth: { image: "registry.example/other" } }),
    });
    assert.equal((await fleet("--offline", "--fail-on", "source")).exitCode, 3);
    assert.equal((await fleet("--offline", "--fail-on", "access,unclassified")).exitCode, 0);
    const { exitCode, stderr } = await fleet("--offline", "--fail-on", "everything");
    assert.deepEqual([exitCode, /"everything" is not one of deletions/.test(stderr)], [1, true]);
  });

  it("writes the whole report and the comment to files", async () => {
    await repository.write({ "services.json": catalogueOf(CHANGED) });
    const { stdout } = await fleet("--offline", "--report", "whole.md", "--comment", "comment.md");
    const [whole, comment] = await Promise.all(
      ["whole.md", "comment.md"].map((file) => readFile(join(repository.path, file), "utf8")),
    );
    assert.equal(whole?.trim(), stdout.trim());
    assert.match(comment ?? "", /^<!-- kargo-fleet preview -->/);
    const { exitCode, stderr } = await fleet("--offline", "--report", "nowhere/whole.md");
    assert.deepEqual([exitCode, /nowhere\/whole\.md cannot be written/.test(stderr)], [1, true]);
  });

  it("lists the existing stacks if none has the given name", async () => {
    const { exitCode, stderr } = await fleet("--offline", "--stack", "eru");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^There is no stack "eru" here \(there are: eu, us\)/);
  });

  describe("of another commit", () => {
    before(() => commitOn({ "services.json": catalogueOf(CHANGED) }, "change"));

    it("runs the working directory's program with that commit's data", async () => {
      await pulumi.answer({ events: [step("read", "urn:x")], show: ["services.json", "index.ts"] });
      await repository.write({ "index.ts": "here\n" });
      const { stdout, stderr } = await fleet("--head", "change", "--stack", "eu", "--json");
      const [one] = reportOf(stdout).stacks;
      assert.equal(one?.engine?.outcome, "succeeded", stderr);
      const [seen] = await pulumi.calls();
      assert.equal(seen?.files?.["services.json"], catalogueOf(CHANGED));
      assert.equal(seen?.files?.["index.ts"], "here\n");
    });

    it("reads included files from that commit, and none from the working directory", async () => {
      const including = { ...JSON.parse(catalogueOf(CHANGED)), include: ["catalogue/*.json"] };
      const own = (name: string) => JSON.stringify({ services: { [name]: { repository: `acme/${name}` } } });
      const files = { "services.json": JSON.stringify(including), "catalogue/edge.json": own("there") };
      await commitOn(files, "-b", "including", "change");
      await repository.write({ "catalogue/identity.json": own("here") });
      await pulumi.answer({ events: [step("read", "urn:x")], show: ["catalogue/edge.json"] });
      const { stdout, stderr } = await fleet("--head", "including", "--stack", "eu", "--json");
      const [seen] = await pulumi.calls();
      assert.equal(seen?.files?.["catalogue/edge.json"], own("there"), stderr);
      const named = reportOf(stdout).stacks[0]?.change.services.map(({ service: name }) => name) ?? [];
      assert.ok(named.includes("there") && !named.includes("here"), named.join());
      await rm(join(repository.path, "catalogue"), { recursive: true, force: true });
    });

    it("reads promotion files from that commit", async () => {
      const [file = "", other = ""] = Object.values(PROMOTION_FILES);
      const named = stackText({ promotionTasks: "{ v3: promotion/v3.yaml }" });
      await commitOn({ "Pulumi.eu.yaml": named, "promotion/v3.yaml": file }, "-b", "promoting", "change");
      await repository.write({ "promotion/v3.yaml": other });
      await pulumi.answer({ events: [step("read", "urn:x")], show: ["promotion/v3.yaml"] });
      const { stderr } = await fleet("--head", "promoting", "--stack", "eu", "--json");
      const [seen] = await pulumi.calls();
      assert.equal(seen?.files?.["promotion/v3.yaml"], file, stderr);
      await rm(join(repository.path, "promotion"), { recursive: true, force: true });
    });

    it("passes the engine an absolute path for a passphrase file", async () => {
      const before = process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
      process.env.PULUMI_CONFIG_PASSPHRASE_FILE = "secrets/passphrase";
      try {
        await pulumi.answer({ events: [step("read", "urn:x")] });
        await fleet("--head", "change", "--stack", "eu", "--json");
        const [seen] = await pulumi.calls();
        assert.equal(seen?.passphrase, join(await realpath(repository.path), "secrets/passphrase"));
      } finally {
        if (before === undefined) delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
        else process.env.PULUMI_CONFIG_PASSPHRASE_FILE = before;
      }
    });

    for (const name of ["Model/services.json", "main.js"])
      it(`refuses a catalogue with the name of a program file: ${name}`, async () => {
        await commitOn(
          { "Pulumi.eu.yaml": stackText({ catalogue: name }), [name]: catalogueOf(CHANGED) },
          "change",
        );
        const { exitCode, stderr } = await fleet("--head", "change");
        assert.equal(exitCode, 1);
        assert.match(stderr, new RegExp(`names the file "${name}", which cannot be read beside`));
      });

    const elsewhere = stackText({ github: '{ owner: acme, url: "https://evil.example" }' });
    for (const [what, files, reason] of [
      [
        "more than data changed",
        { "index.ts": "2\n", "services.json": catalogueOf(CHANGED) },
        /did not run, because the program changed/,
      ],
      ["they would be sent elsewhere", { "Pulumi.eu.yaml": elsewhere }, /address of GitHub or the secrets/],
    ] as const)
      it(`does not expose secrets with --data-only if ${what}`, async () => {
        await repository.write(files);
        await pulumi.answer({ stderr: "asked", code: 255 });
        const { stdout, exitCode } = await fleet("--data-only", "--stack", "eu", "--json");
        assert.match(reportOf(stdout).stacks[0]?.engine?.errors.join() ?? "", reason);
        assert.deepEqual([exitCode, await pulumi.calls()], [1, []]);
      });
  });
});
