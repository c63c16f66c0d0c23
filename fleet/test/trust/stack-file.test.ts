import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parse } from "yaml";
import { stackText } from "../../../test/sources.ts";
import { DATA_KEYS, stackFileTrust } from "../../trust/stack-file.ts";

const FILE = "Pulumi.prod.yaml";
const prod = readFileSync(FILE, "utf8");
const trust = (head: string, base = prod) => stackFileTrust(FILE, base, head);
const replaced = (from: string | RegExp, to: string) => {
  const head = prod.replace(from, to);
  assert.notEqual(head, prod);
  return head;
};

const withKey = (line: string) => replaced("config:", `config:\n  ${line}`);

describe("a changed stack file", () => {
  it("is data if only the rollout, the pipelines or the warehouse differ", () => {
    const head = replaced("percent: 100", "percent: 50")
      .replace("soak: 24h", "soak: 48h")
      .replace("interval: 1h", "interval: 2h");
    const { reasons, text } = trust(head);
    assert.deepEqual(reasons, []);
    assert.deepEqual(parse(text ?? ""), parse(head));
  });

  it("is replaced by the base's text with these values, quoted unambiguously", () => {
    const base = stackText({ rollout: "{ percent: 100 }" });
    const head = stackText({ rollout: "{ percent: 90, include: [{ names: [16, yes, 2026-11-25, ~ ] }] }" });
    const { reasons, text } = trust(head, base);
    assert.deepEqual(reasons, []);
    const line = text?.split("\n").find((each) => each.includes("rollout"));
    const names = '[ 16, "yes", "2026-11-25", null ]';
    assert.equal(line, `  kargo-fleet:rollout: { "percent": 90, "include": [ { "names": ${names} } ] }`);
  });

  it("may remove such a key or add it", () => {
    const [without, having] = [stackText(), stackText({ warehouse: "{ interval: 1h }" })];
    assert.deepEqual(parse(trust(without, having).text ?? ""), parse(without));
    assert.deepEqual(parse(trust(having, without).text ?? ""), parse(having));
  });

  it("keeps its text if nothing differs", () => {
    assert.equal(trust(prod).text, prod);
  });

  const changes = (key: string) => `it changes config.kargo-fleet:${key}`;
  for (const [what, head, reason] of [
    ["the cluster's context", replaced("context: prod-eu", "context: other"), changes("cluster")],
    [
      "another GitHub, which would be sent the token",
      replaced("{ owner: acme }", '{ owner: acme, url: "https://evil.example" }'),
      changes("github"),
    ],
    ["another owner", replaced("{ owner: acme }", "{ owner: evil }"), changes("github")],
    ["the GitOps repository", replaced("acme/gitops", "acme/payroll"), changes("gitops")],
    ["Kargo's credentials", replaced("registry-reader", "admin"), changes("credentials")],
    ["who deploys", replaced("AD-Platform-Emergency", "AD-All"), changes("access")],
    ["the protection", replaced("protect: true", "protect: false"), changes("protect")],
    ["the catalogue's path", withKey("kargo-fleet:catalogue: ../x"), changes("catalogue")],
    ["the salt", replaced("encryptionsalt: v1:o", "encryptionsalt: v1:p"), "it changes encryptionsalt"],
    ["a secrets provider", `secretsprovider: hashivault://evil\n${prod}`, "it changes secretsprovider"],
    ["an environment of Pulumi's", `environment: [evil]\n${prod}`, "it changes environment"],
    [
      "a provider's own key",
      withKey("github:baseUrl: https://evil.example"),
      "it changes config.github:baseUrl",
    ],
    ["a secret's value", replaced("secure: v1:K1LP", "secure: v1:K2LP"), "it changes config.github:token"],
    ["a secret that is taken out", replaced(/ {2}github:token:\n.*\n/, ""), "it changes config.github:token"],
    [
      "a secret that is moved to where it would be shown",
      replaced("percent: 100", "freeze: [{ reason: { secure: v1:K1LPWXsEGff6g9bD:m2FNn4 } }]"),
      "it moves a secret in config.kargo-fleet:rollout",
    ],
    ["a key twice", `${prod}config: {}\n`, "it is not plain YAML"],
    ["a second document", `${prod}---\nconfig: {}\n`, "it is not plain YAML"],
    ["what is no YAML", "config: [", "it is not plain YAML"],
    ["a config that is a list", prod.replace(/config:[\s\S]*/, "config: []\n"), "its config is not a map"],
    ["nothing", "", "it is not plain YAML"],
  ] as const)
    it(`needs an approval for ${what}`, () => {
      const { reasons, text } = trust(head);
      assert.ok((reasons as readonly string[]).includes(reason), JSON.stringify(reasons));
      assert.equal(text, undefined);
    });

  it("needs an approval for a secret that moves through an alias", () => {
    const keys = { webhookMasterSecret: "&secret { secure: v1:abc }", rollout: "{}" };
    const { reasons } = trust(stackText({ ...keys, rollout: "*secret" }), stackText(keys));
    assert.deepEqual(reasons, ["it moves a secret in config.kargo-fleet:rollout"]);
  });

  it("that is data has the base's value for every other key, whatever was written", () => {
    const base = parse(prod) as { config: Record<string, unknown> };
    const others = [...Object.keys(base.config), "github:baseUrl", "__proto__", "secure"];
    const key = fc.oneof({ arbitrary: fc.constantFrom(...DATA_KEYS), weight: 3 }, fc.constantFrom(...others));
    const changes = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 2 });
    const more = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 1 });
    let taken = 0;
    fc.assert(
      fc.property(changes, fc.option(more, { nil: {}, freq: 1 }), (config, rest) => {
        const written = JSON.stringify({ ...base, ...rest, config: { ...base.config, ...config } });
        // A JSON round trip, because -0 cannot be written.
        const head = JSON.parse(written) as typeof base;
        const { text } = trust(written);
        if (text === undefined) return;
        taken += 1;
        const { config: put, ...around } = parse(text) as typeof base;
        const { config: own, ...ours } = base;
        assert.deepEqual(around, ours);
        for (const key of new Set([...Object.keys(put), ...Object.keys(own)]))
          assert.deepEqual(put[key], DATA_KEYS.includes(key) ? head.config[key] : own[key], key);
      }),
    );
    assert.ok(taken > 5, "of what was generated some is data");
  });
});
