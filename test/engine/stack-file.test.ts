import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { configOf, parseStackFile } from "../../model/stack-file.ts";
import { sharedPrograms } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";

/** Values that YAML parsers may read differently. */
const SCALARS = [
  "true",
  "True",
  "yes",
  "no",
  "on",
  "off",
  "~",
  "null",
  "Null",
  "1",
  "-1",
  "0",
  "-0",
  "1.0",
  "1e3",
  "0.1",
  "1e-7",
  "050",
  "089",
  "0o17",
  "0x1F",
  "0b11",
  "1_000",
  "+1",
  ".5",
  "1.",
  ".inf",
  ".nan",
  "2026-12-31",
  "2026-1-2",
  "2026-02-30",
  "2026-12-31T18:00:00Z",
  "12:30:45",
  "1:30",
  "v1.2",
  "10.0.0.1/32",
  "2.10.29",
  "9007199254740993",
  "a b",
  "a#b",
  "a: b",
  "'~'",
  '"\\u00e9"',
  '"\\/"',
  "''",
  "[a, b]",
  "{ a: 1 }",
  "[x?y]",
  "<<",
  "=",
  "!!str 5",
  "|\n    a\n    b",
  ">-\n    a\n    b",
];

/** Keys and maps: bare, in old syntax, merged. */
const WHOLE = `x: [&a { p: 1, q: 1 }, &b { q: 2, r: 2 }]
config:
  bare: 1
  kargo-fleet:named: "2"
  kargo-fleet:config:old: 3
  other:key: { s: t }
  merged: { r: 3, <<: [*a, *b] }
  nested: [{ <<: *a, until: 2026-12-31 }, *b]
`;

describe("a stack file", () => {
  it("has the same values for us and for the engine, or is refused", async () => {
    const { path } = await sharedPrograms();
    const folder = await engineFolder("stack-file");
    const env = { ...(await engineEnvironment(path, folder)), PULUMI_CONFIG_PASSPHRASE: "x" };
    const pulumi = (...args: string[]) => execa("pulumi", args, { cwd: folder, env, extendEnv: false });
    try {
      await writeFile(join(folder, "Pulumi.yaml"), "name: kargo-fleet\nruntime: nodejs\n");
      await pulumi("stack", "init", "dev");
      /** The engine's values of a text by key; a date is in Go's format. */
      const engine = async (text: string) => {
        await writeFile(join(folder, "Pulumi.dev.yaml"), text);
        const { stdout } = await pulumi("config", "--json", "--stack", "dev");
        const values = Object.entries(
          JSON.parse(stdout) as Record<string, { value: string; objectValue?: unknown }>,
        );
        return Object.fromEntries(
          values.map(([key, { value, objectValue }]) => [key, plain(objectValue ?? value)]),
        );
      };
      const ours = (text: string) => {
        const document = parseStackFile("Pulumi.dev.yaml", text);
        const values = Object.entries(configOf(document)).map(([key, value]) => [
          key,
          value !== null && typeof value === "object" ? plain(value) : String(value ?? ""),
        ]);
        return document.problems.length > 0 ? undefined : Object.fromEntries(values);
      };
      const taken = SCALARS.filter((scalar) => ours(`config:\n  a: ${scalar}\n`) !== undefined);
      assert.ok(taken.length > SCALARS.length / 2, "most are read");
      const all = `config:\n${taken.map((scalar, index) => `  k${index}: ${scalar}\n`).join("")}`;
      assert.deepEqual(ours(all), await engine(all));
      const inside = `config:\n  list:\n${taken.map((scalar) => `  - ${scalar}\n`).join("")}`;
      assert.deepEqual(ours(inside), await engine(inside));
      assert.deepEqual(ours(WHOLE), await engine(WHOLE));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function plain(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/^(\d{4}-\d{2}-\d{2}) 00:00:00 \+0000 UTC$/, "$1");
  return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
    typeof each === "string" ? plain(each) : each,
  );
}
