import assert from "node:assert/strict";
import { formatProblem } from "../../model/diagnostics.ts";
import { parseJson } from "../../model/documents.ts";
import { configOf, parseStackFile } from "../../model/stack-file.ts";

const read = (text: string) => parseStackFile("Pulumi.prod.yaml", text);
const said = (text: string) => read(text).problems.map(formatProblem).join("\n");

describe("a stack file", () => {
  it("has full keys for bare keys and the engine's old syntax, with their positions", () => {
    const document = read("config:\n  a: 1\n  kargo-fleet:config:b: 2\n  github:token: 3\n");
    assert.deepEqual(configOf(document), { "kargo-fleet:a": 1, "kargo-fleet:b": 2, "github:token": 3 });
    assert.equal(document.place(["config", "kargo-fleet:b"], "key").line, 3);
  });

  for (const other of ["a", "kargo-fleet:config:a"]) {
    it(`refuses ${other} beside kargo-fleet:a, because the engine may use either`, () =>
      assert.match(
        said(`config:\n  kargo-fleet:a: 1\n  ${other}: 2\n`),
        /:3:3 {2}.*is a duplicate .* \[KF003\]/,
      ));
  }

  it("merges maps as the engine does: explicit keys win, then the first merged map", () => {
    const text = "x: [&a { p: 1, q: 1 }, &b { q: 2, r: 2 }]\nconfig:\n  m: { r: 3, <<: [*a, *b] }\n";
    assert.deepEqual(configOf(read(text)), { "kargo-fleet:m": { p: 1, q: 1, r: 3 } });
  });

  it("accepts an unquoted date, but no unquoted time", () => {
    assert.deepEqual(configOf(read("config:\n  until: 2026-12-31\n")), { "kargo-fleet:until": "2026-12-31" });
    assert.match(said("config:\n  until: 2026-12-31T18:00:00Z\n"), /reads this as a time/);
  });

  for (const [what, text, rule] of [
    ["an octal number", "a: 050", /octal number/],
    ["a number with underscores", "a: 1_000", /number in another notation/],
    ["a number in hexadecimal digits", "a: 0x1F", /number in another notation/],
    ["a number that is not exact", "a: 9007199254740993", /not exact/],
    ["a tag", "a: !!str 5", /the tag .* changes this value/],
    ["a key that is a number", "{ 1: x }", /the key 1 is not a text/],
    ["a merge key in quotes", 'a: { "<<": x }', /is not a text/],
    ["an escape that Go does not know", 'a: "\\/"', /does not know the escape/],
    ["a question mark in brackets", "a: [x?y]", /question mark/],
    ["a colon without a blank in brackets", "a: [x:, y]", /a space is missing/],
    ["an end of the document", "a: 1\n...\n", /reads nothing after/],
    ["a tab between values", "a:\t1", /a tab between/],
    ["a line break of YAML 1.1", "a: 1 # x\u2028  protect: false", /U\+2028/],
    ["a config that is a list", "[a]", /must be a map/],
    ["a key of too many parts", "a:b:c: 1", /is not a config key/],
  ] as const) {
    it(`with ${what} is refused, and the message names it`, () =>
      assert.match(said(`config:\n  ${text}\n`), rule));
  }

  it("in another encoding is refused in one line", () => {
    const utf16 = Buffer.from("\ufeffconfig:\n", "utf16le").toString("utf8");
    const latin1 = Buffer.from("config:\n  a: gr\xf6\xdfe\n", "latin1").toString("utf8");
    assert.match(said(utf16), /^Pulumi\.prod\.yaml:1:1 .* bytes of UTF-16\..* \[KF008\]$/);
    assert.match(said(latin1), /^Pulumi\.prod\.yaml:2:8 .*perhaps Latin-1\..* \[KF008\]$/);
    const [problem, more] = parseJson("services.json", utf16).problems;
    assert.deepEqual([problem?.code, more], ["KF008", undefined]);
  });

  for (const [what, text] of [
    ["brackets", `a: ${"[".repeat(100_000)}`],
    ["lists", `a:\n${Array.from({ length: 300 }, (_, depth) => `${" ".repeat(depth + 2)}-`).join("\n")}`],
    ["dashes", `- ${"- ".repeat(100_000)}`],
  ] as const) {
    it(`with endless ${what} is refused in one line with the position`, () =>
      assert.match(
        said(text),
        /^Pulumi\.prod\.yaml:\d+:\d+ {2}\(document\) {2}is nested more than 100 .* \[KF018\]$/,
      ));
  }
});
