import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { readStackConfig, stackConfigSchema } from "../../model/stack-config.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import { SECRET_KEYS } from "../../model/stack-secrets.ts";
import { catalogueOf, problemsOf, readStackText, stackText } from "../sources.ts";

const CATALOGUE = catalogueOf({ nginx: {} });
const APP = '{ owner: acme, app: { clientId: Iv1.0123, installationId: "42" } }';
const SECRET = "{ secure: v1:abc }";
const problems = (keys: Readonly<Record<string, string>>) => problemsOf(CATALOGUE, stackText(keys));

describe("stack config", () => {
  it("gets defaults for missing keys", () => {
    const { value } = readStackText(stackText());
    assert.deepEqual(value?.gitops, {
      repository: "acme/gitops",
      branch: "main",
      path: "services/{service}",
      chart: { path: "charts/service" },
    });
    assert.equal(value?.protect, true);
    assert.deepEqual(Object.keys(value?.pipelines ?? {}), ["standard"]);
  });

  it("reads the engine's form, objects as JSON and scalars as text, like the file's", () => {
    const freeze = "{ freeze: [{ until: 2026-12-31, reason: x }] }";
    const file = readStackText(stackText({ builds: "", protect: "false", rollout: freeze }));
    const values = {
      "kargo-fleet:cluster": '{"name":"test","context":"test"}',
      "kargo-fleet:registry": "registry.example",
      "kargo-fleet:gitops": '{"repository":"acme/gitops"}',
      "kargo-fleet:github": '{"owner":"acme"}',
      "kargo-fleet:webhooks": '{"url":"https://hooks.acme.example"}',
      "kargo-fleet:access": '{"deployer":"kargo-fleet-deployer"}',
      // Pulumi.yaml's default.
      "kargo-fleet:builds": "{}",
      "kargo-fleet:webhookMasterSecret": "(secret)",
      "kargo-fleet:protect": "false",
      // An unquoted date in Go's format.
      "kargo-fleet:rollout": '{"freeze":[{"until":"2026-12-31 00:00:00 +0000 UTC","reason":"x"}]}',
    };
    const engine = readStackConfig(parseStackFile("Pulumi.test.yaml", "{}"), values);
    assert.deepEqual(engine.value, file.value);
    assert.deepEqual(engine.problems, []);
  });

  it("reports an unknown key, which Pulumi itself would ignore", () => {
    assert.deepEqual(problems({ regisry: "x" }), [
      'Pulumi.test.yaml:10:3  config.kargo-fleet:regisry  "regisry" is not a valid key here (there are: catalogue, cluster, registry, registries, gitops, github, webhooks, builds, notifications, commitStatus, warehouse, kargo, access, credentials, pipelines, promotionTasks and 4 more). Did you mean "registry"?',
    ]);
  });

  it("reports an unknown key inside an object", () => {
    assert.deepEqual(problems({ cluster: "{ name: test, contxt: test, context: test }" }), [
      'Pulumi.test.yaml:2:38  config.kargo-fleet:cluster.contxt  "contxt" is not a valid key here (there are: name, context, kubeconfig, qps, burst). Did you mean "context"?',
    ]);
  });

  it("takes a cluster without a context, which is the pod's", () => {
    assert.deepEqual(problems({ cluster: "{ name: test }" }), []);
  });

  it("takes a GitHub App with its private key", () => {
    assert.deepEqual(problems({ github: APP, githubAppPrivateKey: SECRET }), []);
  });

  for (const [what, keys, rule] of [
    [
      "without a key that has no default",
      { gitops: "" },
      /config\.kargo-fleet:gitops {2}is missing; a value of type object is required\. Add it\./,
    ],
    [
      "with a kubeconfig without a context",
      { cluster: "{ name: test, kubeconfig: file }" },
      /config\.kargo-fleet:cluster\.kubeconfig {2}needs a context beside it/,
    ],
    ["with a token in plain text", { "github:token": "ghp_x" }, /github:token {2}must be a secret/],
    [
      "with a GitHub App without its private key",
      { github: APP },
      /githubAppPrivateKey {2}is missing; .* Run: pulumi config set --secret kargo-fleet:githubAppPrivateKey/,
    ],
    [
      "with a GitHub App's private key in plain text",
      { github: APP, githubAppPrivateKey: "key" },
      /githubAppPrivateKey {2}must be a secret, but is plain text/,
    ],
    [
      "with a token beside a GitHub App, which nothing would read",
      { github: APP, githubAppPrivateKey: SECRET, "github:token": SECRET },
      /config\.github:token {2}has no effect: kargo-fleet:github names a GitHub App\. Remove it/,
    ],
    [
      "with a GitHub App's installation that is no number",
      { github: APP.replace("42", "acme") },
      /installationId {2}must be the installation's number/,
    ],
  ] as const)
    it(`is refused ${what}`, () => assert.match(problems(keys).join("\n"), rule));

  it("never repeats a plain-text secret", () => {
    assert.doesNotMatch(
      problems({ webhookMasterSecret: "hunter2", "github:token": "hunter3" }).join(),
      /hunter/,
    );
  });

  it("reports a duplicate key", () => {
    assert.match(
      problemsOf(CATALOGUE, `${stackText()}  kargo-fleet:registry: other.example\n`).join(),
      /Pulumi\.test\.yaml:10:3 {2}config\.kargo-fleet:registry {2}the key "kargo-fleet:registry" is a duplicate \(first on line 3\)\. Remove/,
    );
  });

  it("reports a nested duplicate key together with other problems", () => {
    const problems = problemsOf(
      CATALOGUE,
      `${stackText({ warehouse: "{ discoveryLimit: 5, discoveryLimit: 6 }", protect: "maybe" })}`,
    );
    assert.match(
      problems.join("\n"),
      /config\.kargo-fleet:warehouse\.discoveryLimit {2}the key .* is a duplicate/,
    );
    assert.match(problems.join("\n"), /config\.kargo-fleet:protect {2}must be of type boolean/);
  });

  it("reports the first error of broken YAML, not every following line", () => {
    const broken = `${stackText()}\tkargo-fleet:protect: true\n  a: [\n  b: {\n`;
    assert.equal(problemsOf(CATALOGUE, broken).filter((line) => line.includes("not valid YAML")).length, 1);
  });

  for (const [key, value, rule] of [
    ["registry", "https://registry.example", "without scheme"],
    ["webhooks", '{ url: "http://hooks.acme.example" }', "https"],
    ["webhooks", '{ url: "https://hooks.acme.example/" }', "slash"],
    ["gitops", "{ repository: acme/gitops, path: services }", "\\{service\\}"],
    ["gitops", "{ repository: acme/gitops, path: '../{service}' }", "\\.\\."],
    ["gitops", "{ repository: acme/gitops, path: 'services/{servce}/{service}' }", "and no other braces"],
    ["gitops", "{ repository: acme/gitops, branch: '-x' }", "branch name"],
    ["warehouse", "{ interval: 10s }", "5m or more"],
    ["warehouse", "{ interval: soon }", "duration"],
    ["warehouse", "{ discoveryLimit: 0 }", "must be at least 1"],
    ["rollout", "{ percent: 101 }", "must be at most 100"],
    ["rollout", "{ include: [ { name: nginx } ] }", '"name" is not a valid key here .*Did you mean "names"'],
    ["rollout", "{ include: [ nginx ] }", "must be of type object"],
    ["rollout", "{ include: [ {} ] }", "takes exactly one of these keys: names, labels"],
    ["rollout", "{ include: [ { names: [nginx], labels: {} } ] }", "takes exactly one of these keys"],
    ["rollout", "{ include: [ { names: nginx } ] }", "names {2}must be of type array"],
    [
      "credentials",
      "{ git: { githubApp: { clientID: a } } }",
      '"clientID" is not a valid key here .*Did you mean "clientId"',
    ],
    [
      "pipelines",
      "{ standard: [ { stage: dev, promotion: yes, sync: auto } ] }",
      'must be one of "auto", "manual"',
    ],
    ["protect", "maybe", "boolean"],
    ["cluster", "{ name: Prod, context: prod }", "a-z"],
  ] as const) {
    it(`refuses ${key}: ${value}`, () => {
      const found = problems({ [key]: value });
      assert.notEqual(found.length, 0);
      assert.match(found.join(), new RegExp(`config\\.kargo-fleet:${key}.*${rule}`));
    });
  }

  it("is declared in Pulumi.yaml key by key, with the same defaults", () => {
    const { config } = parse(readFileSync("Pulumi.yaml", "utf8")) as {
      config: Record<string, Record<string, unknown>>;
    };
    assert.deepEqual(
      Object.keys(config).sort(),
      [...Object.keys(stackConfigSchema.shape), ...SECRET_KEYS].sort(),
    );
    for (const [key, declared] of Object.entries(config)) {
      assert.ok(declared.description, `${key} has no description`);
      assert.equal(declared.secret ?? false, key === "webhookMasterSecret", key);
      const schema = Object.entries(stackConfigSchema.shape).find(([name]) => name === key)?.[1];
      // Without an empty default the engine would require secrets that only some stacks have.
      if (SECRET_KEYS.includes(key))
        assert.equal(declared.default, key === "webhookMasterSecret" ? undefined : "", key);
      // The engine requires a default for an optional object; an empty one means none.
      else if (["builds", "notifications", "commitStatus"].includes(key))
        assert.deepEqual(declared.default, {}, key);
      else if (!schema?.safeParse(undefined).success) assert.equal(declared.default, undefined, key);
      else assert.deepEqual(schema.parse(declared.default), schema.parse(undefined), key);
    }
  });
});
