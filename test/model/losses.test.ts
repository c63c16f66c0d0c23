import assert from "node:assert/strict";
import { isGuarded } from "../../model/losses.ts";
import { provisionedSchema } from "../../model/provisioned.ts";
import { catalogueOf, planOf, stackText } from "../sources.ts";
import { ALL, KARGO, lost, upOf, without } from "./ups.ts";

describe("a lost service", () => {
  it("does not occur if nothing changes", () => {
    assert.deepEqual(lost(upOf(), ALL), []);
  });

  it("is only the one whose entry is gone", () => {
    assert.match(
      lost(upOf(), without("auth")).join("\n"),
      /^services\.auth {2}"auth" is provisioned, and its entry is gone: .*$/,
    );
  });

  it("is explained as renamed if a new service has its image", () => {
    assert.match(
      lost(upOf(), { ...without("auth"), login: { image: "registry.example/auth" } }).join(),
      /^services\.login {2}"login" has the image of "auth"/,
    );
  });

  it("may share repository and image with its successor, as the message says", () => {
    const both = { ...ALL, auth: { state: "decommissioned" }, login: { repository: "acme/auth" } };
    assert.deepEqual(lost(upOf(), both), []);
  });

  it("is reported with all others that include no longer selects", () => {
    assert.deepEqual(lost(upOf(), ALL, { rollout: "{ include: [{ names: [docs] }] }" }), [
      `config.kargo-fleet:rollout.include  no longer names 2 provisioned services: nginx, auth. For each service, ${KARGO}. Undo the change. To delete them, list them under rollout.decommission (or set "state": "decommissioned" in services.json), run pulumi up, then deselect them.`,
    ]);
  });

  it("is reported with the exclude selector that matches it", () => {
    const rollout = "{ exclude: [{ labels: { tier: new } }, { names: [auth] }] }";
    const entries = { ...ALL, web: { labels: { tier: "new" } } };
    assert.match(
      lost(upOf(), entries, { rollout }).join(),
      /^config\.kargo-fleet:rollout\.exclude\[1\] {2}excludes 1 provisioned service: auth\./,
    );
  });

  it("is reported if a lower percent excludes it, with the old percent", () => {
    assert.match(
      lost(upOf(), ALL, { rollout: "{ percent: 0 }" }).join(),
      /^config\.kargo-fleet:rollout\.percent {2}is 0 \(was 100\) and no longer reaches 3 provisioned services: nginx, auth, docs\./,
    );
  });

  it("is reported if another shard has it now, with the old shard", () => {
    const said = lost(upOf(), ALL, { rollout: "{ shard: { index: 1, of: 50 } }" }).join();
    assert.match(
      said,
      /^config\.kargo-fleet:rollout\.shard {2}is 1 of 50 \(was none\) and no longer contains \d provisioned services?: /,
    );
  });

  it("is none if an earlier up decommissioned it, whatever excludes it now", () => {
    const was = upOf({ ...ALL, auth: { state: "decommissioned" } });
    assert.deepEqual(lost(was, without("auth")), []);
    assert.deepEqual(lost(was, ALL, { rollout: "{ exclude: [{ names: [auth] }] }" }), []);
  });

  it("is none if it was decommissioned on this stack only", () => {
    const was = upOf(ALL, { rollout: "{ decommission: [{ names: [auth] }] }" });
    assert.deepEqual(lost(was, ALL, { rollout: "{ exclude: [{ names: [auth] }] }" }), []);
  });

  it("is one that was active again in the last up", () => {
    assert.equal(lost(upOf({ ...ALL, auth: { state: "active" } }), without("auth")).length, 1);
  });
});

describe("the loss check", () => {
  it("applies if the stack was protected or will be", () => {
    const plan = (protect: string) => planOf(catalogueOf(ALL), stackText({ protect }));
    const was = (protect: string) => upOf(ALL, { protect });
    assert.equal(isGuarded(was("true"), plan("false")), true);
    assert.equal(isGuarded(was("false"), plan("true")), true);
    assert.equal(isGuarded(was("false"), plan("false")), false);
  });

  it("parses the stack output that it wrote, after a JSON round trip", () => {
    const was = upOf();
    assert.deepEqual(provisionedSchema.parse(JSON.parse(JSON.stringify(was))), was);
  });
});
