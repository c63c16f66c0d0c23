import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { InvalidInput } from "../../model/diagnostics.ts";
import { sampled } from "../sampling.ts";
import { catalogueText, planOf, problemsOf, readCatalogueText, service, stackText } from "../sources.ts";

describe("services.json", () => {
  it("has no problems in this repository", () => {
    const text = readFileSync("services.json", "utf8");
    for (const stack of ["sandbox", "prod"])
      assert.deepEqual(problemsOf(text, readFileSync(`Pulumi.${stack}.yaml`, "utf8")), []);
  });

  it("gets defaults for missing keys", () => {
    const { value } = readCatalogueText(catalogueText({ nginx: service("nginx") }));
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

  it("reports an unknown key and suggests the nearest one", () => {
    assert.deepEqual(
      problemsOf('{ "teams": { "edge": { "group": "AD", "aprovers": "X" } }, "services": {} }'),
      [
        'services.json:1:39  teams.edge.aprovers  "aprovers" is not a valid key here (there are: group, approvers, owns, notify, github). Did you mean "approvers"?',
      ],
    );
  });

  it("reports an unknown key of a strategy", () => {
    const text = catalogueText({
      nginx: service("nginx", { tags: { strategy: "semver", constraint: "^1", patern: "x" } }),
    });
    assert.match(
      problemsOf(text).join(),
      /services\.nginx\.tags\.patern {2}"patern" is not a valid key here/,
    );
  });

  it("reports a wrong type", () => {
    assert.match(
      problemsOf(catalogueText({ nginx: service("nginx", { team: 3 }) })).join(),
      /services\.json:\d+:\d+ {2}services\.nginx\.team {2}must be of type string, received number\. Write it as that type\./,
    );
  });

  it("reports a missing key", () => {
    assert.match(
      problemsOf(catalogueText({ nginx: { team: "edge" } })).join(),
      /services\.nginx\.repository {2}is missing; a value of type string is required\. Add it\./,
    );
  });

  it("reports a syntax error with its line", () => {
    assert.match(
      problemsOf('{\n  "teams": {},\n  "services": {\n}').join("\n"),
      /^services\.json:4:2 {2}\(document\) {2}is not valid JSON: close brace expected\./m,
    );
  });

  it("refuses comments and trailing commas, as other JSON parsers do", () => {
    assert.match(problemsOf('{ "teams": {}, /* all */ "services": {} }').join(), /is not valid JSON/);
    assert.match(problemsOf('{ "teams": {}, "services": {}, }').join(), /is not valid JSON/);
  });

  it("reports an empty file", () => {
    assert.match(problemsOf("").join(), /services\.json:1:1 {2}\(document\) {2}is empty\. Write at least/);
  });

  it("reports an unknown team and suggests the nearest one", () => {
    assert.match(
      problemsOf(catalogueText({ nginx: service("nginx", { team: "egde" }) })).join(),
      /services\.nginx\.team {2}"egde" is not a team \(there are: edge, identity\)\. Did you mean "edge"\?/,
    );
  });

  for (const name of ["Nginx", "-a", "a-", "a.b", "a_b", "a b", "", "__proto__", "a".repeat(64)])
    it(`refuses the service name ${JSON.stringify(name.length > 20 ? "64 letters" : name)}`, () => {
      const text = `{ "teams": { "edge": { "group": "AD-Edge" } }, "services": { ${JSON.stringify(name)}: { "team": "edge", "repository": "acme/x" } } }`;
      assert.equal(problemsOf(text).length, 1);
    });

  for (const image of [
    "https://registry.example/nginx",
    "registry.example/nginx:latest",
    "Registry.example/nginx",
    "registry.example/nginx@sha256:00",
    "nginx",
  ]) {
    it(`refuses the image ${image}`, () => {
      assert.match(
        problemsOf(catalogueText({ nginx: service("nginx", { image }) })).join(),
        /services\.nginx\.image/,
      );
    });
  }

  for (const repository of [
    "nginx",
    "https://github.com/acme/nginx",
    "acme/nginx.git",
    "acme/..",
    "-acme/nginx",
    "acme/a/b",
  ]) {
    it(`refuses the repository ${repository}`, () => {
      assert.match(
        problemsOf(catalogueText({ nginx: service("nginx", { repository }) })).join(),
        /services\.nginx\.repository/,
      );
    });
  }

  it("refuses an image outside the stack's registries, even if the registry's name has the same beginning", () => {
    const said = (image: string, keys = {}) =>
      problemsOf(catalogueText({ nginx: service("nginx", { image }) }), stackText(keys)).join();
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
    const leaves = service("nginx", { image: "ghcr.io/acme/nginx", state: "decommissioned" });
    assert.deepEqual(problemsOf(catalogueText({ nginx: leaves })), []);
  });

  it("refuses an invalid default image, and says to name an image", () => {
    assert.match(
      problemsOf(catalogueText({ "a--b": service("a-b") })).join(),
      /services\.a--b {2}its image "registry\.example\/a--b" is not an image repository.* Name its image\./,
    );
    const image = `registry.example/${"a".repeat(256)}`;
    assert.match(
      problemsOf(catalogueText({ nginx: service("nginx", { image }) })).join(),
      /not an image repository of at most 255/,
    );
  });

  it("refuses half of a surrogate pair and control characters", () => {
    for (const [group, rule] of [
      ["\ud800", /teams\.edge\.group {2}"\\ud800" is not valid Unicode/],
      ["AD\u0000", /teams\.edge\.group {2}"AD\\u0000" has a control character/],
    ] as const) {
      const teams = { edge: { group }, identity: { group: "AD-Identity" } };
      assert.match(problemsOf(catalogueText({ nginx: service("nginx") }, teams)).join(), rule);
    }
  });

  it("refuses a tag pattern that is not anchored: `at` would match `latest`", () => {
    const text = catalogueText({
      nginx: service("nginx", { tags: { strategy: "lexical", pattern: "v.*" } }),
    });
    assert.match(problemsOf(text).join(), /services\.nginx\.tags\.pattern {2}"v\.\*" is not anchored/);
  });

  it("refuses a directory group that Kubernetes reserves", () => {
    const text = catalogueText({}, { edge: { group: "system:masters" } });
    assert.match(
      problemsOf(text).join(),
      /teams\.edge\.group {2}"system:masters" is not a valid directory group/,
    );
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
