import assert from "node:assert/strict";
import fc from "fast-check";
import { isGuarded, losses, type Planned } from "../../model/losses.ts";
import { type Provisioned, provisioned, provisionedSchema } from "../../model/provisioned.ts";
import { relocated } from "../../model/values-losses.ts";
import { sampled } from "../sampling.ts";
import {
  catalogueText,
  planOf,
  problemText,
  readCatalogueText,
  readStackText,
  service,
  stackText,
} from "../sources.ts";

type Entries = Readonly<Record<string, object>>;
type Keys = Readonly<Record<string, string>>;

const EDITS = sampled(10_000, 3_000);

const ALL: Entries = { nginx: {}, auth: {}, docs: {} };

function list(entries: Entries): string {
  return catalogueText(
    Object.fromEntries(Object.entries(entries).map(([name, more]) => [name, service(name, more)])),
  );
}

/** The output that an up of these files leaves. */
function upOf(entries: Entries = ALL, keys: Keys = {}): Provisioned {
  return provisioned(planOf(list(entries), stackText(keys)));
}

function planned(entries: Entries, keys: Keys = {}): Planned {
  const [catalogue, stack] = [list(entries), stackText(keys)];
  return {
    plan: planOf(catalogue, stack),
    catalogue: readCatalogueText(catalogue),
    config: readStackText(stack),
  };
}

/** The messages of the next up, without the file and position. */
function said(was: Provisioned, next: Planned): string[] {
  return losses(was, next).map((problem) => problemText(problem).replace(/^[^ ]+ {2}/, ""));
}

const lost = (was: Provisioned, entries: Entries, keys: Keys = {}) => said(was, planned(entries, keys));

function without(name: string): Entries {
  return Object.fromEntries(Object.entries(ALL).filter(([key]) => key !== name));
}

const KARGO = "its Kargo Project would be deleted, with its Freight, approvals and history";
const stage = (name: string, more = "") => `{ stage: ${name}, promotion: auto, sync: auto${more} }`;
const pipelines = (all: Readonly<Record<string, readonly string[]>>) => ({
  pipelines: `{ ${Object.entries(all)
    .map(([name, stages]) => `${name}: [${stages.join()}]`)
    .join()} }`,
});

describe("a lost service", () => {
  it("does not occur if nothing changes", () => {
    assert.deepEqual(lost(upOf(), ALL), []);
  });

  it("is one whose entry is gone, and the message explains the two steps", () => {
    assert.deepEqual(lost(upOf(), without("auth")), [
      `services.auth  "auth" is provisioned, and its entry is gone: ${KARGO}. Put the entry back. To let it go, give it "state": "decommissioned", run pulumi up, and remove it then.`,
    ]);
  });

  it("is explained as renamed if a new service has its repository", () => {
    assert.deepEqual(lost(upOf(), { ...without("auth"), login: { repository: "acme/auth" } }), [
      `services.login  "login" has the repository of "auth", which is provisioned and no longer listed. A renamed service is a new one; of the old one ${KARGO}. Keep "auth" beside it with "state": "decommissioned", run pulumi up, and remove it when "login" has taken over.`,
    ]);
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
      `config.kargo-fleet:rollout.include  no longer names 2 provisioned services: nginx, auth. Of each ${KARGO}. Undo it. To let them go, name them under rollout.decommission (or give them "state": "decommissioned" in services.json), run pulumi up, and deselect them then.`,
    ]);
  });

  it("is reported with the exclude selector that matches it", () => {
    const rollout = "{ exclude: [{ labels: { tier: new } }, { names: [auth] }] }";
    const entries = { ...ALL, web: { labels: { tier: "new" } } };
    assert.match(
      lost(upOf(), entries, { rollout }).join(),
      /^config\.kargo-fleet:rollout\.exclude\[1\] {2}takes out 1 provisioned service: auth\./,
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
      /^config\.kargo-fleet:rollout\.shard {2}is 1 of 50 \(was none\), which has no longer \d provisioned services?: /,
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

describe("a lost stage", () => {
  const three = pipelines({
    standard: [stage("dev"), stage("qa", ", after: [dev]"), stage("prod", ", after: [dev]")],
  });
  const two = pipelines({ standard: [stage("dev"), stage("prod", ", after: [dev]")] });

  it("is one that is gone from its pipeline, with every service that has it", () => {
    assert.deepEqual(lost(upOf(ALL, three), ALL, two), [
      'config.kargo-fleet:pipelines.standard  the stage "qa" is gone from it; 3 provisioned services have it: nginx, auth, docs. Its Stages and Applications would be deleted. Put it back. To let it go, give it state: retired, run pulumi up, and remove it then.',
    ]);
  });

  it("is none if an earlier up retired it", () => {
    const retired = pipelines({
      standard: [
        stage("dev"),
        stage("qa", ", after: [dev], state: retired"),
        stage("prod", ", after: [dev]"),
      ],
    });
    assert.deepEqual(lost(upOf(ALL, three), ALL, retired), []);
    assert.deepEqual(lost(upOf(ALL, retired), ALL, two), []);
  });

  it("is one that the service's new pipeline lacks", () => {
    const both = pipelines({
      standard: [stage("dev"), stage("qa", ", after: [dev]")],
      light: [stage("dev")],
    });
    assert.deepEqual(lost(upOf(ALL, both), { ...ALL, auth: { pipeline: "light" } }, both), [
      'services.auth.pipeline  "light" has no stage "qa", as "standard" has; 1 provisioned service has it: auth. Its Stages and Applications would be deleted. Stay on standard, or move first to a pipeline in which qa is there with state: retired, run pulumi up, and move on then.',
    ]);
  });

  it("is none if another pipeline has the same stages", () => {
    const both = pipelines({ standard: [stage("dev")], other: [stage("dev")] });
    assert.deepEqual(lost(upOf(ALL, both), { ...ALL, auth: { pipeline: "other" } }, both), []);
  });

  it("is one that stops to deploy, so its Application would be deleted", () => {
    const flow = pipelines({
      standard: [
        stage("dev"),
        "{ stage: qa, controlFlow: true, after: [dev] }",
        stage("prod", ", after: [dev]"),
      ],
    });
    assert.match(
      lost(upOf(ALL, three), ALL, flow).join(),
      /^config\.kargo-fleet:pipelines\.standard\[1\]\.controlFlow {2}the stage "qa" no longer deploys; 3 provisioned services have it/,
    );
  });

  it("is none of a decommissioned service", () => {
    const was = upOf({ nginx: { state: "decommissioned" } }, three);
    assert.deepEqual(lost(was, { nginx: { state: "decommissioned" } }, two), []);
  });
});

describe("lost values files", () => {
  const gitops = (more: string) => ({ gitops: `{ repository: acme/gitops, ${more} }` });
  const moved = gitops('path: "apps/{service}"');

  for (const keys of [moved, gitops("branch: other"), { gitops: "{ repository: acme/other }" }])
    it(`are those of every service if the stack changes to ${keys.gitops}`, () => {
      const [first, ...more] = lost(upOf(), ALL, keys);
      assert.match(
        first ?? "",
        /^config\.kargo-fleet:gitops {2}names another place for the values files of 3 provisioned services: nginx, auth, docs\. Those of nginx are in services\/nginx of /,
      );
      assert.deepEqual(more, []);
    });

  it("are those of every service if the cluster gets another name and its folder depends on it", () => {
    const own = gitops('path: "{cluster}/{service}"');
    const renamed = { ...own, cluster: "{ name: other, context: test }" };
    assert.match(lost(upOf(ALL, own), ALL, renamed).join(), /would be looked for in other\/nginx of /);
  });

  it("are only those that are not in their new place", () => {
    const said = losses(upOf(), planned(ALL, moved), new Set(["nginx", "docs"]));
    assert.match(said.map(problemText).join(), /of 1 provisioned service: auth\. /);
    assert.deepEqual(losses(upOf(), planned(ALL, moved), new Set(Object.keys(ALL))), []);
  });

  it("are checked for the Stages that a service had, not for a new one", () => {
    const [was, is] = [
      upOf({ nginx: {} }, pipelines({ standard: [stage("dev")] })),
      planned({ nginx: {} }, { ...moved, ...pipelines({ standard: [stage("dev"), stage("qa")] }) }),
    ];
    assert.deepEqual(
      relocated(was, is.plan).map(({ files }) => files),
      [["apps/nginx/values-dev.yaml"]],
    );
  });

  it("are none if an older program did not record their place", () => {
    const was = upOf();
    const older = Object.entries(was.services).map(([name, { values: _, ...more }]) => [name, more] as const);
    assert.deepEqual(lost({ ...was, services: Object.fromEntries(older) }, ALL, moved), []);
  });
});

describe("the loss check", () => {
  it("applies if the stack was protected or will be", () => {
    const plan = (protect: string) => planOf(list(ALL), stackText({ protect }));
    const was = (protect: string) => upOf(ALL, { protect });
    assert.equal(isGuarded(was("true"), plan("false")), true);
    assert.equal(isGuarded(was("false"), plan("true")), true);
    assert.equal(isGuarded(was("false"), plan("false")), false);
  });

  it("reads its own output in the engine's form", () => {
    const was = upOf();
    assert.deepEqual(provisionedSchema.parse(JSON.parse(JSON.stringify(was))), was);
  });

  it(`reports every active service and stage that ${EDITS} edits remove, and no other`, function () {
    this.timeout(120_000);
    const names = ["svc-1", "svc-2", "svc-3", "svc-4", "svc-5"];
    const selector = fc.constantFrom(...names).map((name) => `{ names: [${name}] }`);
    const entry = fc.record({
      state: fc.constantFrom("active", "active", "decommissioned"),
      labels: fc.constantFrom({}, { tier: "critical" }),
      pipeline: fc.constantFrom("standard", "standard", "light"),
      repository: fc.constantFrom(undefined, undefined, "moved"),
    });
    const files = fc.record({
      entries: fc.array(fc.option(entry, { freq: 4 }), { minLength: 5, maxLength: 5 }),
      percent: fc.constantFrom(100, 100, 60, 30, 0),
      include: fc.option(selector, { freq: 1, nil: "" }),
      exclude: fc.option(selector, { freq: 1, nil: "{ labels: { tier: critical } }" }),
      qa: fc.constantFrom("", stage("qa", ", after: [dev]"), stage("qa", ", after: [dev], state: retired")),
    });
    type Files = typeof files extends fc.Arbitrary<infer Value> ? Value : never;
    const written = ({ entries, percent, include, exclude, qa }: Files): readonly [Entries, Keys] => {
      const all = names.flatMap((name, index) => {
        const found = entries[index];
        return found
          ? [[name, { ...found, repository: `acme/${found.repository ?? "x"}-${index}` }] as const]
          : [];
      });
      const there = new Set(all.map(([name]) => name));
      const critical = all.some(([, { labels }]) => "tier" in labels);
      const known = (one: string) => {
        const name = /svc-\d/.exec(one)?.[0];
        return (name === undefined ? one === "" || critical : there.has(name)) ? [one] : [];
      };
      const rollout = `{ percent: ${percent}, include: [${known(include)}], exclude: [${known(exclude)}] }`;
      const stages = [stage("dev"), qa].filter((text) => text !== "");
      return [
        Object.fromEntries(all),
        { rollout, ...pipelines({ standard: stages, light: [stage("dev")] }) },
      ];
    };
    const pool = fc.sample(files, { numRuns: sampled(500, 150), seed: 7 }).map((one) => {
      const next = planned(...written(one));
      return { was: provisioned(next.plan), next };
    });
    const member = fc.nat(pool.length - 1);
    fc.assert(
      fc.property(member, member, (one, other) => {
        const [was, next] = [pool[one]?.was, pool[other]?.next];
        assert.ok(was && next);
        const now = new Map(next.plan.services.map((each) => [each.name, each]));
        const expected = Object.entries(was.services)
          .filter(([name, { state, stages }]) => {
            const left = now.get(name)?.stages.map((each) => each.name);
            const active = Object.keys(stages).filter((each) => stages[each]?.state === "active");
            return state === "active" && (left === undefined || active.some((each) => !left.includes(each)));
          })
          .map(([name]) => name);
        const named =
          said(was, next)
            .join("\n")
            .match(/svc-\d/g) ?? [];
        assert.deepEqual([...new Set(named)].sort(), expected.sort());
      }),
      { numRuns: EDITS },
    );
  });
});
