import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { InvalidInput } from "../../model/diagnostics.ts";
import { sampled } from "../sampling.ts";
import {
  catalogueOf,
  catalogueText,
  planOf,
  problemsOf,
  readCatalogueText,
  service,
  stackText,
} from "../sources.ts";

describe("services.json", () => {
  it("has no problems in this repository", () => {
    const text = readFileSync("services.json", "utf8");
    for (const stack of ["sandbox", "prod"])
      assert.deepEqual(problemsOf(text, readFileSync(`Pulumi.${stack}.yaml`, "utf8")), []);
  });

  it("gets defaults for missing keys", () => {
    const { value } = readCatalogueText(catalogueOf({ nginx: {} }));
    assert.deepEqual(value?.services.nginx, {
      team: "edge",
      repository: "acme/nginx",
      tags: { strategy: "lexical", pattern: "^[0-9]{14}-[0-9a-f]{7}$" },
      pipeline: "standard",
      build: { context: ".", dockerfile: "Dockerfile", branch: "main" },
      labels: {},
      state: "active",
    });
  });

  it("allows a $schema for the editor", () => {
    const text = '{ "$schema": "./services.schema.json", "teams": {}, "services": {} }';
    assert.deepEqual(readCatalogueText(text).problems, []);
  });

  it("reports a duplicate key with the line of the first", () => {
    const text = `{
  "teams": { "edge": { "group": "AD-Edge" } },
  "services": {
    "nginx": { "team": "edge", "repository": "acme/nginx" },
    "nginx": { "team": "edge", "repository": "acme/other" }
  }
}`;
    assert.deepEqual(problemsOf(text), [
      'services.json:5:5  services.nginx  the key "nginx" is a duplicate (first on line 4). Remove or rename one of them.',
    ]);
  });

  for (const name of ["Nginx", "-a", "a-", "a.b", "a_b", "a b", "", "__proto__", "a".repeat(64)])
    it(`refuses the service name ${JSON.stringify(name.length > 20 ? "64 letters" : name)}`, () => {
      const text = `{ "teams": { "edge": { "group": "AD-Edge" } }, "services": { ${JSON.stringify(name)}: { "team": "edge", "repository": "acme/x" } } }`;
      assert.equal(problemsOf(text).length, 1);
    });

  for (const [what, text, rule] of [
    [
      "a syntax error, with its line",
      '{\n  "teams": {},\n  "services": {\n}',
      /^services\.json:4:2 {2}\(document\) {2}is not valid JSON: close brace expected\./,
    ],
    ["comments", '{ "teams": {}, /* all */ "services": {} }', /is not valid JSON/],
    [
      "an unknown key of a strategy",
      catalogueOf({ nginx: { tags: { strategy: "semver", constraint: "^1", patern: "x" } } }),
      /services\.nginx\.tags\.patern {2}"patern" is not a valid key here/,
    ],
    [
      "a repository that is none of GitHub's",
      catalogueOf({ nginx: { repository: "nginx" } }),
      /services\.nginx\.repository {2}"nginx" is not a GitHub repository/,
    ],
    [
      "an unknown state",
      catalogueOf({ nginx: { state: "gone" } }),
      /services\.nginx\.state {2}must be one of "active", "decommissioned"/,
    ],
    [
      "half of a surrogate pair",
      catalogueOf({}, { edge: { group: "\ud800" } }),
      /teams\.edge\.group {2}"\\ud800" is not valid Unicode/,
    ],
    [
      "a control character",
      catalogueOf({}, { edge: { group: "AD\u0000" } }),
      /teams\.edge\.group {2}"AD\\u0000" has a control character/,
    ],
    [
      "a directory group that Kubernetes reserves",
      catalogueOf({}, { edge: { group: "system:masters" } }),
      /teams\.edge\.group {2}"system:masters" is not a valid directory group/,
    ],
  ] as const)
    it(`refuses ${what}`, () => assert.match(problemsOf(text).join("\n"), rule));

  it("refuses an image outside the stack's registries, even if the registry's name has the same beginning", () => {
    const said = (image: string, keys = {}) =>
      problemsOf(catalogueOf({ nginx: { image } }), stackText(keys)).join();
    const own = { registries: "[registry.example/edge, ghcr.io/acme]" };
    for (const image of ["ghcr.io/acme/nginx", "registry.example/edge/nginx"]) {
      assert.match(said(image), image.startsWith("ghcr") ? /\[KF029\]|is not in a registry/ : /^$/);
      assert.equal(said(image, own), "");
    }
    for (const image of ["ghcr.io/acme-evil/nginx", "registry.example.evil.example/nginx"])
      assert.match(
        said(image, own),
        /services\.nginx\.image {2}the image "[^"]+" is not in a registry of this stack \(registry\.example\/edge, ghcr\.io\/acme\)/,
      );
    const leaving = { image: "ghcr.io/acme/nginx", state: "decommissioned" };
    assert.deepEqual(problemsOf(catalogueOf({ nginx: leaving })), []);
  });

  it("reports every problem of both files at once, in reading order", () => {
    const text = catalogueText({
      nginx: service("nginx", { team: "nobody" }),
      Auth: service("auth"),
      api: { team: "edge" },
    });
    const problems = problemsOf(text, stackText({ registry: "https://registry.example", regisry: "x" }));
    assert.deepEqual(
      problems.map((line) => line.split("  ")[1]),
      [
        "config.kargo-fleet:registry",
        "config.kargo-fleet:regisry",
        "services.nginx.team",
        "services.Auth",
        "services.api.repository",
      ],
    );
  });

  it("never crashes, whatever JSON it is given", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { value, problems } = readCatalogueText(text);
        assert.ok(value !== undefined || problems.length > 0);
      }),
      { numRuns: sampled(2000, 500) },
    );
  });

  it("never crashes, whatever value services has", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (services, teams) => {
        try {
          planOf(JSON.stringify({ teams, services }));
        } catch (error) {
          assert.ok(error instanceof InvalidInput);
        }
      }),
      { numRuns: sampled(2000, 250) },
    );
  });

  it("gives every problem a position inside the file", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (services) => {
        const text = JSON.stringify({ teams: {}, services }, null, 1);
        const lines = text.split("\n");
        for (const { place } of readCatalogueText(text).problems) {
          assert.ok(
            place.column <= (lines[place.line - 1] ?? "").length + 1,
            `${place.line}:${place.column}`,
          );
        }
      }),
      { numRuns: sampled(1000, 150) },
    );
  });
});
