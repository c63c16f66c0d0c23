import assert from "node:assert/strict";
import { commitMissing, missingFiles, servicesThere } from "../../../components/values-files/commit.ts";
import { token } from "../../github-playground.ts";
import { filesOf, gitopsRepository, headOf, subjects, textOf } from "./missing-files.ts";

describe("the commit of missing values files", function () {
  this.timeout(60_000);
  const { server, target, fastRun, calls } = gitopsRepository();

  it("is not needed by services whose files all exist", async () => {
    const services = [
      { service: "nginx", files: ["services/nginx/values-dev.yaml"] },
      { service: "half", files: ["services/nginx/values-dev.yaml", "services/half/values-dev.yaml"] },
      { service: "auth", files: ["services/auth/values-dev.yaml"] },
    ];
    assert.deepEqual(await servicesThere(target(), services, { auth: token }), new Set(["nginx"]));
  });

  it("contains all missing files, and keeps existing ones", async () => {
    const { written, commit } = await commitMissing(target(), filesOf("auth", "nginx"), { auth: token });
    assert.deepEqual(
      written.map(({ path }) => path),
      ["services/auth/values-dev.yaml", "services/auth/values-prod.yaml", "services/nginx/values-prod.yaml"],
    );
    assert.equal(await headOf(server()), commit);
    assert.equal(await textOf(server(), "services/nginx/values-dev.yaml"), "image:\n  tag: v1\n");
    assert.equal(await textOf(server(), "services/auth/values-dev.yaml"), "new: dev\n");
    assert.equal(await textOf(server(), "README.md"), "# GitOps\n");
    assert.equal((await subjects(server())).length, 2);
  });

  it("takes six calls, whatever is missing", async () => {
    await commitMissing(target(), filesOf("auth", "cart", "nginx"), { auth: token });
    assert.deepEqual(calls(), [
      "GET git/ref/heads%2Fmain",
      "GET git/commits",
      "GET git/trees?recursive=1",
      "POST git/trees",
      "POST git/commits",
      "PATCH git/refs/heads%2Fmain",
    ]);
  });

  it("is not made if no file is missing", async () => {
    await commitMissing(target(), filesOf("auth"), { auth: token });
    const head = await headOf(server());
    assert.deepEqual(await commitMissing(target(), filesOf("auth"), { auth: token }), {
      written: [],
      commit: undefined,
    });
    assert.equal(await headOf(server()), head);
  });

  it("makes no call if no file is wanted", async () => {
    await commitMissing(target(), [], { auth: undefined });
    assert.deepEqual(calls(), []);
  });

  it("is one commit for hundreds of files, uploaded in parts", async () => {
    const names = Array.from({ length: 101 }, (_, index) => `service-${index}`);
    const { lines, options } = fastRun();
    const { written } = await commitMissing(target(), filesOf(...names), options);
    assert.equal(written.length, 202);
    assert.equal(calls().filter((call) => call === "POST git/trees").length, 2);
    assert.deepEqual(
      lines,
      [200, 202].map((count) => `Uploading ${count} of 202 files.`),
    );
    assert.deepEqual(await subjects(server()), [
      "Seed values of service-0, service-1, service-2 and 98 more (202 files)",
      "Initial commit",
    ]);
    assert.equal(await textOf(server(), "services/service-100/values-prod.yaml"), "new: prod\n");
  });

  it("goes to the branch in the stack, even one with a slash", async () => {
    const main = await headOf(server());
    await server().bare("acme/gitops", "branch", "env/live", "main");
    const { commit } = await commitMissing(target("env/live"), filesOf("auth"), { auth: token });
    assert.equal(await headOf(server(), "env/live"), commit);
    assert.equal(await headOf(server()), main);
  });

  it("can be previewed without being made", async () => {
    const missing = await missingFiles(target(), filesOf("nginx"), { auth: token });
    assert.deepEqual(
      missing.map(({ path }) => path),
      ["services/nginx/values-prod.yaml"],
    );
    assert.ok(calls().every((call) => call.startsWith("GET")));
  });

  it("comes after somebody else's push, and keeps it", async () => {
    const { options, lines } = fastRun();
    server().github.faults.add({ kind: "concurrent-push", repository: "acme/gitops", times: 2 });
    await commitMissing(target(), filesOf("auth"), options);
    assert.equal(await textOf(server(), "services/auth/values-dev.yaml"), "new: dev\n");
    assert.equal(await textOf(server(), "pushed-by-someone-else.txt"), "pushed in between\n");
    assert.deepEqual(lines, Array(2).fill("Somebody else pushed to main first; trying again."));
    assert.deepEqual((await subjects(server())).slice(0, 2), [
      "Seed values of auth (2 files)",
      "Change pushed-by-someone-else.txt",
    ]);
  });

  it("keeps a values file that somebody else pushed meanwhile", async () => {
    const path = "services/auth/values-dev.yaml";
    server().github.faults.add({
      kind: "concurrent-push",
      repository: "acme/gitops",
      path,
      content: "theirs\n",
    });
    const { written } = await commitMissing(target(), filesOf("auth"), fastRun().options);
    assert.deepEqual(
      written.map((file) => file.path),
      ["services/auth/values-prod.yaml"],
    );
    assert.equal(await textOf(server(), path), "theirs\n");
  });

  it("gives up after ten lost races", async () => {
    const { options, lines } = fastRun();
    server().github.faults.add({ kind: "concurrent-push", repository: "acme/gitops", times: 50 });
    await assert.rejects(commitMissing(target(), filesOf("auth"), options), {
      name: "SeedError",
      message: /pushed to main of acme\/gitops before us, 10 times in a row\. Nothing was written\./,
    });
    assert.equal(lines.length, 9);
  });
});
