import assert from "node:assert/strict";
import fc from "fast-check";
import { deviation, shardData, shardIn, shardText } from "../../model/shard-file.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import { stackText } from "../sources.ts";

const SHARD = { index: 4, of: 20, stack: "prod-eu" };
const parse = (text: string, file = "Pulumi.prod-eu.yaml") => parseStackFile(file, text);
const BASE = `encryptionsalt: v1:salt\n${stackText({ shards: "20", "github:token": "{ secure: v1:token }" })}`;
const base = parse(BASE);
const differs = (text: string, of = base) =>
  deviation(text, parse(text, "Pulumi.prod-eu-03.yaml"), of, SHARD)?.join(" ");

describe("the file of a shard", () => {
  const text = shardText(base, SHARD);

  it("says who makes it from which file", () => {
    assert.match(text, /^# Written by "fleet shards prod-eu" from Pulumi\.prod-eu\.yaml\. Change that file/);
  });

  it("is that of its base with its number, without the shared objects and without shards", () => {
    const { config } = parse(text).value as { config: Record<string, unknown> };
    assert.deepEqual(config["kargo-fleet:rollout"], { shard: SHARD });
    assert.equal(config["kargo-fleet:platform"], false);
    assert.ok(!("kargo-fleet:shards" in config));
    assert.deepEqual(config["github:token"], { secure: "v1:token" });
    assert.match(text, /^encryptionsalt: /m);
  });

  it("reads back as exactly what the base says, whatever its texts are", () => {
    const value = fc.jsonValue({ maxDepth: 2 }).filter((each) => !JSON.stringify(each).includes("__proto__"));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), value), (config) => {
        const odd = { value: { config: { "kargo-fleet:shards": 20, "kargo-fleet:x": config } } };
        const read = parse(shardText(odd, SHARD));
        if (read.problems.length > 0) return;
        assert.deepEqual(JSON.stringify(read.value), JSON.stringify(shardData(odd, SHARD)));
      }),
    );
  });

  it("is recognised only under the name of its stack", () => {
    assert.deepEqual(shardIn("prod-eu-03", parse(text)), SHARD);
    assert.equal(shardIn("prod-eu-04", parse(text)), undefined);
    assert.equal(shardIn("prod-eu", base), undefined);
  });

  it("differs if somebody changes, adds or removes a key", () => {
    assert.equal(differs(text), undefined);
    assert.equal(differs(text.replace("registry.example", "other.example")), "config kargo-fleet:registry");
    assert.equal(differs(text.replace("index: 4", "index: 5")), "config kargo-fleet:rollout shard index");
    assert.equal(differs(`${text}  kargo-fleet:protect: false\n`), "config kargo-fleet:protect");
    assert.equal(differs(text.replace(/.*platform.*\n/, "")), "config kargo-fleet:platform");
  });

  it("may be written in another style", () => {
    assert.equal(differs(text.replaceAll('"registry.example"', "registry.example")), undefined);
  });

  it("differs if a secret of the base changed", () => {
    const rotated = parse(BASE.replace("v1:token", "v1:new"));
    assert.equal(differs(text, rotated), "config github:token");
  });

  it("may have secrets of its own key, if they are those of the base", () => {
    const own = {
      encryption: { encryptionsalt: "v1:own" },
      values: { "github:token": { secure: "v1:own" } },
    };
    const cloud = parse(BASE.replace("encryptionsalt: v1:salt\n", ""));
    const encrypted = shardText(cloud, SHARD, own);
    assert.equal(differs(encrypted, cloud), undefined);
    assert.match(encrypted, /encryptionsalt: "v1:own"/);
    const rotated = parse(BASE.replace("encryptionsalt: v1:salt\n", "").replace("v1:token", "v1:new"));
    assert.equal(differs(encrypted, rotated), "config kargo-fleet:webhookMasterSecret");
  });
});
