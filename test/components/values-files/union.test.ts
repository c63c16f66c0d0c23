import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { commitMissing } from "../../../components/values-files/commit.ts";
import { startLocalGitHub } from "../../../sandbox/github/server.ts";
import { sampled } from "../../sampling.ts";

const VALUES = ["a", "b"].flatMap((service) =>
  ["dev", "staging", "prod"].map((stage) => `services/${service}/values-${stage}.yaml`),
);
/** Other files with similar names. */
const OTHERS = [
  "README.md",
  "values-dev.yaml",
  "services/a/values-dev.yaml.bak",
  "services/a/notes/values-dev.yaml",
  "Services/a/values-dev.yaml",
  "services/a b/ü'\".yaml",
];

const content = fc.oneof(
  fc.constantFrom("", "image:\n  tag: v1\n", "image:\r\n  tag: v1\r\n", "no newline", "\uFEFF# comment\n"),
  fc.string({ unit: "grapheme" }),
);

/** A commit of somebody else while the branch is being changed. */
const meanwhile = fc.option(fc.record({ path: fc.constantFrom(...VALUES, ...OTHERS), content }), { freq: 3 });

describe("for any existing and wanted files", function () {
  this.timeout(300_000);

  it("the result is exactly the union, and every existing file keeps its bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...VALUES, ...OTHERS), content, { minKeys: 1 }),
        fc.subarray(VALUES),
        meanwhile,
        async (there, wanted, push) => {
          const folder = await mkdtemp(join(tmpdir(), "values-files-"));
          const github = await startLocalGitHub({
            directory: folder,
            token: "a-token",
            owner: "acme",
            repositories: [{ name: "acme/gitops", files: there }],
            ...(push && {
              faults: [{ kind: "concurrent-push", repository: "acme/gitops", ...push }],
            }),
          });
          try {
            const files = wanted.map((path) => ({ service: "x", path, text: `# new\npath: ${path}\n` }));
            const target = { repository: "acme/gitops", branch: "main", url: github.url };
            const options = { auth: "a-token", second: 1 };
            const { written } = await commitMissing(target, files, options);
            const pushed = push && github.faults.list().length === 0 ? { [push.path]: push.content } : {};
            const kept = { ...there, ...pushed };
            const added = files.filter(({ path }) => !(path in kept));
            assert.deepEqual(written, added);
            const expected = { ...Object.fromEntries(added.map(({ path, text }) => [path, text])), ...kept };
            assert.deepEqual(await filesIn(folder), expected);
            assert.deepEqual((await commitMissing(target, files, options)).written, []);
          } finally {
            await github.stop();
            await rm(folder, { recursive: true, force: true });
          }
        },
      ),
      { numRuns: sampled(25, 8) },
    );
  });
});

/** Every file of the branch by path. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const cwd = join(folder, "repositories/acme/gitops.git");
  const { stdout } = await execa("git", ["ls-tree", "-r", "-z", "main"], { cwd });
  const entries = stdout.split("\0").filter(Boolean);
  const read = async (entry: string) => {
    const [, , sha = "", path = ""] = /^\S+ (\S+) (\S+)\t(.*)$/s.exec(entry) ?? [];
    const { stdout: bytes } = await execa("git", ["cat-file", "blob", sha], {
      cwd,
      encoding: "buffer",
      stripFinalNewline: false,
    });
    return [path, Buffer.from(bytes).toString("utf8")];
  };
  return Object.fromEntries(await Promise.all(entries.map(read)));
}
