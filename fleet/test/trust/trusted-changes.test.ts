import assert from "node:assert/strict";
import { filesOf } from "../../../test/files.ts";
import { stackText } from "../../../test/sources.ts";
import { type ChangedFile, LARGEST, trustedChanges } from "../../trust/trusted-changes.ts";

const base = filesOf({ "services.json": "{}", "Pulumi.prod.yaml": stackText() });

function changed(path: string, more: Partial<ChangedFile> = {}): ChangedFile {
  return { path, kind: "file", bytes: () => 10, text: () => "text", ...more };
}

/** A file that must not be read if it is not data. */
const unread = {
  bytes: () => assert.fail("its size was asked for"),
  text: () => assert.fail("its text was read"),
};

function whyNot(file: ChangedFile): readonly string[] {
  return trustedChanges(base, ["services.json"], [changed("services.json"), file]).reasons.map(
    ({ why }) => why,
  );
}

describe("a file of a pull request", () => {
  it("is data if it is the catalogue or if neither program nor engine reads it", () => {
    const files = ["services.json", "README.md", "docs/review-a-change.md", "docs/x/y.png", "LICENSE"];
    const trust = trustedChanges(
      base,
      ["services.json"],
      files.map((file) => changed(file)),
    );
    assert.equal(trust.verdict, "data only");
    assert.deepEqual([...trust.data], [["services.json", "text"]]);
  });

  it("is data only if the base's stacks name the catalogue", () => {
    assert.deepEqual(whyNot(changed("other.json", unread)), ["it is not data"]);
    const trust = trustedChanges(base, ["lists/all.json"], [changed("lists/all.json")]);
    assert.equal(trust.verdict, "data only");
  });

  for (const file of [
    "index.ts",
    "fleet/trust/trusted-changes.ts",
    "package.json",
    "promotion/v3.yaml",
    "package-lock.json",
    ".npmrc",
    "Pulumi.yaml",
    ".github/workflows/preview.yaml",
    ".gitattributes",
    "services.json/x",
    "x/services.json",
    "x/Pulumi.prod.yaml",
    "Pulumi.prod.yml",
    "Pulumi.a/b.yaml",
    "Services.json",
    "docs",
    "fleet/README.md",
    "node_modules/x",
    "",
  ])
    it(`is no data if it is ${JSON.stringify(file)}`, () => {
      assert.deepEqual(whyNot(changed(file, unread)), ["it is not data"]);
    });

  for (const [what, file, reason] of [
    ["a new stack", changed("Pulumi.new.yaml"), "it is a new stack"],
    ["a deleted stack", changed("Pulumi.prod.yaml", { ...unread, kind: "gone" }), "it is deleted"],
    ["a deleted catalogue", changed("services.json", { ...unread, kind: "gone" }), "it is deleted"],
    ["a link", changed("services.json", { ...unread, kind: "other" }), "it is not a regular file"],
    [
      "more than anybody writes",
      changed("services.json", { bytes: () => LARGEST + 1, text: unread.text }),
      `it is larger than ${LARGEST} bytes`,
    ],
    [
      "an address",
      changed("Pulumi.prod.yaml", { text: () => stackText({ github: "{ owner: evil }" }) }),
      "it changes config.kargo-fleet:github",
    ],
  ] as const)
    it(`needs an approval if it is ${what}`, () => assert.deepEqual(whyNot(file), [reason]));

  it("is no data outside the folder of the stacks", () => {
    const files = [changed("stacks/services.json"), changed("services.json", unread)];
    const { reasons, data } = trustedChanges(base, ["services.json"], files, "stacks/");
    assert.deepEqual(reasons, [{ file: "services.json", why: "it is outside the folder of the stacks" }]);
    assert.equal(data.size, 0, "nothing is taken where anything needs an approval");
  });

  describe("with an included catalogue", () => {
    const list = (...include: string[]) => JSON.stringify({ include, teams: {}, services: {} });
    const base = filesOf({ "lists/services.json": list("catalogue/*.json") });
    const trust = (...files: ChangedFile[]) => trustedChanges(base, ["lists/services.json"], files);

    it("is data if it is included, even a new one", () => {
      const { verdict, data } = trust(
        changed("lists/catalogue/edge.json"),
        changed("lists/catalogue/new.json"),
      );
      assert.deepEqual(
        [verdict, [...data.keys()]],
        ["data only", ["lists/catalogue/edge.json", "lists/catalogue/new.json"]],
      );
    });

    it("is no data if the base does not include it", () => {
      for (const path of [
        "catalogue/edge.json",
        "lists/catalogue/a/edge.json",
        "lists/catalogue/edge.ts",
        "lists/other.json",
      ])
        assert.deepEqual(trust(changed(path, unread)).reasons, [{ file: path, why: "it is not data" }]);
    });

    it("needs an approval if it is a link, if it is deleted, or if it changes the include", () => {
      const edge = "lists/catalogue/edge.json";
      const [link, gone] = [
        changed(edge, { ...unread, kind: "other" }),
        changed(edge, { ...unread, kind: "gone" }),
      ];
      assert.deepEqual(trust(link).reasons, [{ file: edge, why: "it is not a regular file" }]);
      assert.deepEqual(trust(gone).reasons, [{ file: edge, why: "it is deleted" }]);
      const more = changed("lists/services.json", {
        text: () => list("catalogue/*.json", "credentials/*.json"),
      });
      assert.deepEqual(trust(more).reasons, [
        { file: "lists/services.json", why: "it includes other files" },
      ]);
      const less = changed("lists/services.json", { text: () => list() });
      assert.equal(trust(less).verdict, "data only");
    });
  });
});
