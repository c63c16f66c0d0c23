import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { execa } from "execa";

/** The parts of this repository that a page's commands need, without engine and cluster. */
const PARTS = [
  ".gitignore",
  "Pulumi.prod.yaml",
  "Pulumi.yaml",
  "components",
  "customize.ts",
  "fleet",
  "index.ts",
  "git-host",
  "manifests",
  "model",
  "node-version.cjs",
  "package.json",
  "services.json",
];

/** A block of a page: commands, or expected output. */
interface Block {
  readonly language: string;
  readonly text: string;
}

async function blocksOf(page: string): Promise<readonly Block[]> {
  const text = await readFile(page, "utf8");
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", block = ""]) => ({
    language,
    text: block,
  }));
}

describe("the followed pages", function () {
  this.timeout(180_000);
  let root: string;
  let folder: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "page-"));
    // Always the same path, so that Node's compile cache works.
    folder = join(root, "fleet");
    await mkdir(folder);
    for (const part of PARTS) await cp(part, join(folder, part), { recursive: true });
    await type(
      "git init --quiet --initial-branch=main && git add --all && git commit --quiet --message=main",
    );
    await writeFile(join(folder, ".git/info/exclude"), "node_modules\n");
    await symlink(resolve("node_modules"), join(folder, "node_modules"));
    await rename(folder, join(root, "new"));
  });
  beforeEach(() => cp(join(root, "new"), folder, { recursive: true, verbatimSymlinks: true }));
  afterEach(() => rm(folder, { recursive: true, force: true }));
  after(() => rm(root, { recursive: true, force: true }));

  async function type(script: string): Promise<string> {
    const who = { GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@acme.example" };
    const env = {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: "1",
      ...who,
      GIT_COMMITTER_NAME: who.GIT_AUTHOR_NAME,
      GIT_COMMITTER_EMAIL: who.GIT_AUTHOR_EMAIL,
      NODE_COMPILE_CACHE: join(root, "compiled"),
    };
    const options = { cwd: folder, env, extendEnv: false, all: true, input: "" } as const;
    return (await execa("bash", ["-e", "-c", script], options)).all;
  }

  for (const page of ["docs/add-a-service.md", "docs/review-a-change.md"])
    it(`show the real output: ${page}`, async () => {
      let output = "";
      const counts = { typed: 0, seen: 0 };
      for (const { language, text } of await blocksOf(page)) {
        if (language === "sh") {
          counts.typed += 1;
          // The packages are already installed.
          output = await type(text.replace(/^npm ci$/m, ""));
        }
        if (language !== "text") continue;
        let at = 0;
        for (const line of text.trimEnd().split("\n")) {
          counts.seen += 1;
          const found = output.indexOf(line, at);
          assert.ok(found >= 0, `${page} promises ${JSON.stringify(line)}, and this is seen:\n${output}`);
          at = found + line.length;
        }
      }
      assert.ok(counts.typed >= 4 && counts.seen >= 7, JSON.stringify(counts));
    });

  it("have a valid entry, the same as the command writes", async () => {
    const [entry = ""] = (await blocksOf("docs/add-a-service.md"))
      .filter(({ language }) => language === "json")
      .map(({ text }) => text);
    const written = JSON.parse(`{${entry}}`) as Record<string, unknown>;
    await type("npm run --silent fleet -- new checkout --team edge --label tier=critical");
    const { services } = JSON.parse(await readFile(join(folder, "services.json"), "utf8"));
    assert.deepEqual(services.checkout, written.checkout);
  });

  it("list every exit code of the preview's help", async () => {
    const help = await type("npm run --silent fleet -- preview --help");
    const codes = /Exit codes:([\s\S]*?)\n\n/.exec(help)?.[1] ?? "";
    const page = await readFile("docs/review-a-change.md", "utf8");
    const said = [...codes.matchAll(/(?:^|,|;)\s*(\d) /g)].map(([, code]) => code);
    assert.deepEqual(said, ["0", "2", "3", "1"]);
    assert.deepEqual(
      [...page.matchAll(/^\| (\d) \|/gm)].map(([, code]) => code),
      said,
    );
  });

  it("list in workflows.md every workflow, script folder and secret", async () => {
    const page = await readFile("docs/workflows.md", "utf8");
    const files = await Promise.all(
      ["check", "preview", "up", "drift"].map((name) => readFile(`.github/workflows/${name}.yaml`, "utf8")),
    );
    const names = files.flatMap((text) =>
      [...text.matchAll(/(?:secrets|vars)\.(\w+)/g)].map(([, name = ""]) => name),
    );
    for (const name of new Set([...names, "preview-program", "check", "drift", "up"]))
      assert.ok(page.includes(`\`${name}\``), name);
  });
});
