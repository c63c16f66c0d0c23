import assert from "node:assert/strict";
import { parse, parseDocument } from "yaml";
import { valuesFiles, valuesFileText } from "../../manifests/values-file.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";

const TEXT = valuesFileText("nginx", "dev", "registry.example/nginx");

describe("a new values file", () => {
  it("names its owner, service and stage, and has an empty tag", () => {
    assert.equal(
      TEXT,
      [
        "# Stage dev of nginx. kargo-fleet wrote this file once and never writes it again.",
        "# It is the team's to change, except image.tag.",
        "",
        'name: "nginx"',
        'stage: "dev"',
        "image:",
        '  repository: "registry.example/nginx"',
        "  # Kargo owns this line. Until the first promotion it is empty, and nothing is deployed.",
        '  tag: ""',
        "",
      ].join("\n"),
    );
  });

  it("has a tag that a promotion can set without changing another line", () => {
    const document = parseDocument(TEXT);
    document.setIn(["image", "tag"], "20260102030405-0123abc");
    const lines = document.toString().split("\n");
    const changed = TEXT.split("\n").filter((line, index) => line !== lines[index]);
    assert.deepEqual(changed, ['  tag: ""']);
  });

  for (const name of ["on", "no", "y", "null", "1e3", "0x1f", "1234567", "12-30"]) {
    it(`keeps the name ${name} a text for Helm, which reads YAML 1.1`, () => {
      const read = parse(valuesFileText(name, name, "registry.example/x"), { version: "1.1" });
      assert.deepEqual([read.name, read.stage], [name, name]);
    });
  }
});

describe("the values files of a plan", () => {
  it("exist for each Stage that deploys, at the path that the promotion writes", () => {
    const { services } = planOf(catalogueText({ nginx: service("nginx"), auth: service("auth") }));
    const expected = services.flatMap(({ stages }) => stages.map(({ deployment }) => deployment?.valuesFile));
    assert.deepEqual(
      valuesFiles(services).map(({ path }) => path),
      expected,
    );
    assert.equal(expected.length, 6);
  });

  it("do not exist for a control-flow Stage", () => {
    const pipelines = `{ standard: [
      { stage: dev, promotion: auto, sync: auto },
      { stage: gate, after: [dev], controlFlow: true },
      { stage: prod, promotion: manual, sync: manual, after: [gate] } ] }`;
    const { services } = planOf(catalogueText({ nginx: service("nginx") }), stackText({ pipelines }));
    assert.deepEqual(
      valuesFiles(services).map(({ path }) => path),
      ["services/nginx/values-dev.yaml", "services/nginx/values-prod.yaml"],
    );
  });

  it("name the image that the Warehouse watches", () => {
    const image = "registry.example:5000/identity/auth";
    const registries = '["registry.example:5000"]';
    const { services } = planOf(
      catalogueText({ auth: service("auth", { image }) }),
      stackText({ registries }),
    );
    for (const { text } of valuesFiles(services)) assert.equal(parse(text).image.repository, image);
  });
});
