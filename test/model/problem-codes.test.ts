import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readFleet } from "../../fleet/all-stacks.ts";
import { customize, type OpenObject } from "../../manifests/inventory/customize.ts";
import { formatProblem, type Problem } from "../../model/diagnostics.ts";
import { keyProblems, newKeys } from "../../model/image-keys.ts";
import { losses, type PlanWithFiles } from "../../model/losses.ts";
import { type Answers, incomplete, obstaclesOf } from "../../model/obstacles.ts";
import { PROBLEM_CODES } from "../../model/problem-codes.ts";
import { provisioned } from "../../model/provisioned.ts";
import { shardText } from "../../model/shard-file.ts";
import { unsettled } from "../../model/shard-problems.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import { filesOf } from "../files.ts";
import {
  BUILDS,
  catalogueOf,
  catalogueText,
  NOW,
  PROMOTION_FILES,
  service,
  stackText,
  stage,
} from "../sources.ts";

type Keys = Readonly<Record<string, string>>;
type Texts = Readonly<Record<string, string>>;

const PAGE = readFileSync("docs/errors.md", "utf8");
const GOOD = catalogueOf({ nginx: {} });

const files = (catalogue: string, ...stacks: Keys[]): Texts => ({
  "services.json": catalogue,
  ...Object.fromEntries(
    stacks.map((keys, index) => [
      `Pulumi.${index === 0 ? "prod" : `prod-${index + 1}`}.yaml`,
      stackText(keys),
    ]),
  ),
});
const catalogue = (text: string) => files(text, {});
const entry = (more: object, name = "nginx") => catalogue(catalogueOf({ [name]: more }));
const stack = (keys: Keys) => files(GOOD, keys);
const raw = (text: string): Texts => ({ "services.json": GOOD, "Pulumi.prod.yaml": text });
const pipeline = (...stages: string[]) => stack({ pipelines: `{ standard: [${stages.join(", ")}] }` });
const included = (services: Readonly<Record<string, object>>, more: object, team = "edge") => ({
  ...catalogue(catalogueText(services).replace("{", '{\n  "include": ["catalogue/*.json"],')),
  [`catalogue/${team}.json`]: JSON.stringify({ services: more }, null, 2),
});
const OWNED = {
  edge: { group: "AD-Edge", owns: ["acme/*", "registry.example/*"] },
  identity: { group: "AD-Identity" },
};

const IMAGES = { web: "registry.example/shop/web", worker: "registry.example/shop/worker" };

const EU = {
  cluster: "{ name: eu, context: eu }",
  gitops: "{ repository: acme/gitops, path: 'clusters/{cluster}/{service}' }",
};
const US = {
  ...EU,
  cluster: "{ name: us, context: us }",
  webhooks: '{ url: "https://hooks.acme.example", owner: false }',
};
const MESSAGES = 'kargo: "https://kargo.acme.example", argoCd: "https://argocd.acme.example"';
const messages = (notify: object, keys: Keys, services: Readonly<Record<string, object>> = { nginx: {} }) =>
  files(catalogueOf(services, { edge: { group: "AD-Edge", notify } }), keys);
/** This many services without further keys. */
const numbered = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`service-${index}`, {}]));
const half = (index: number, more: Keys = {}) => ({
  platform: String(index === 1),
  rollout: `{ shard: { index: ${index}, of: 2 } }`,
  ...more,
});

/** A promotion file with a change. */
const PROMOTION = PROMOTION_FILES["promotion/v3.yaml"] ?? "";
const promotion = (was: string, is: string, keys: Keys = {}): Texts => ({
  ...stack({ promotionTasks: "{ v3: promotion/v3.yaml }", ...keys }),
  "promotion/v3.yaml": PROMOTION.replace(was, is),
});

const FIRST = { index: 1, of: 3, stack: "prod" };
const document = (keys: Keys) => parseStackFile("Pulumi.prod.yaml", stackText(keys));

/** Files by the code of their problem. */
const CASES: Readonly<Record<string, Texts>> = {
  KF001: catalogue('{ "teams": {}, "services": {}, }'),
  KF002: catalogue(""),
  KF003: catalogue('{ "teams": { "edge": { "group": "A" }, "edge": { "group": "B" } }, "services": {} }'),
  KF004: catalogue('{ "teams": {}, "services": { "__proto__": {} } }'),
  KF005: raw("config:\n  kargo-fleet:cluster: { name: test\n"),
  KF006: entry({ team: "ed\u0007ge" }),
  KF007: stack({ catalogue: "list.json" }),
  KF008: catalogue("\ufffd\ufffd{\0}\0"),
  KF009: stack({ rollout: "{ percent: 050 }" }),
  KF010: entry({ pipline: "standard" }),
  KF011: catalogue(catalogueText({ nginx: { team: "edge" } })),
  KF012: entry({ team: 3 }),
  KF013: entry({ image: "https://registry.example/nginx" }),
  KF014: catalogue(catalogueText({ Nginx: service("nginx") })),
  KF015: stack({
    credentials: "{ git: { username: kargo, existingSecret: kept } }",
    gitPassword: "{ secure: v1:abc }",
  }),
  KF016: stack({ rollout: "{ include: [ { names: [ngnix] } ] }" }),
  KF017: stack({ cluster: '{ name: test, context: "prod-{cluster}" }' }),
  KF018: catalogue("[".repeat(200)),
  KF019: included({ nginx: service("nginx") }, { nginx: { repository: "acme/nginx" } }),
  KF020: entry({ team: "egde" }),
  KF021: catalogue(catalogueOf({ nginx: { team: "identity" } }, OWNED)),
  KF022: catalogue(catalogueOf({ nginx: { image: "other.example/nginx" } }, OWNED)),
  KF023: catalogue(catalogueText({ nginx: service("nginx"), web: service("nginx") })),
  KF024: catalogue(catalogueOf({}, { ...OWNED, identity: { group: "AD-Identity", owns: ["acme/auth*"] } })),
  KF025: entry({ repository: "globex/nginx" }),
  KF026: catalogue(catalogueText({ "a--b": service("a-b") })),
  KF027: entry({
    build: false,
    tags: { strategy: "digest", tag: "stable" },
    warehouse: { cacheByTag: true },
  }),
  KF028: entry({ build: false, tags: { strategy: "lexical", pattern: "^[0-9a-f]{7}$" } }),
  KF029: entry({ image: "elsewhere.example/nginx" }),
  KF030: stack({ webhookMasterSecret: "" }),
  KF031: stack({ webhookMasterSecret: "hunter2" }),
  KF032: stack({ registry: "{ secure: v1:abc }" }),
  KF033: stack({ "kubernetes:context": "prod" }),
  KF034: raw(`environment: [shared]\n${stackText()}`),
  KF035: included({}, {}, "egde"),
  KF036: included({}, { auth: service("auth", { team: "identity" }) }),
  KF037: entry({ image: "registry.example/nginx", images: IMAGES, build: false }),
  KF038: entry({ images: { ...IMAGES, cron: IMAGES.web }, build: false }),
  KF040: pipeline(stage("dev"), stage("dev")),
  KF041: pipeline(stage("dev"), stage("prod", ", after: [dev, dev]")),
  KF042: pipeline(stage("dev"), stage("prod", ", after: [dve]")),
  KF043: pipeline(stage("dev", ", soak: 1h")),
  KF044: pipeline("{ stage: dev, promotion: manual, sync: auto, selectionPolicy: NewestFreight }"),
  KF045: pipeline(stage("dev", ", selectionPolicy: MatchUpstream")),
  KF046: pipeline(stage("dev", ", state: retired"), stage("prod", ", after: [dev]")),
  KF047: pipeline(stage("dev", ", after: [prod]"), stage("prod", ", after: [dev]")),
  KF048: pipeline(stage("dev", ", after: [dev]"), stage("prod", ", after: [dev]")),
  KF049: pipeline("{ stage: dev, promotion: manual, sync: manual }", stage("prod", ", after: [dev]")),
  KF050: entry({ pipeline: "standrd" }),
  KF051: pipeline(stage("dev", ', destination: { namespace: "kargo-{service}" }')),
  KF055: stack({ rollout: "{ freeze: [ { stages: [prd], until: 2026-12-31, reason: holidays } ] }" }),
  KF056: stack({ rollout: "{ promotionTask: { canaryPercent: 10 } }" }),
  KF057: stack({ rollout: "{ pipelines: { standard: { canary: next } } }" }),
  KF058: stack({ rollout: "{ pipelines: { standard: { canary: standard } } }" }),
  KF060: entry({}, "a".repeat(50)),
  KF061: catalogue(catalogueOf({ "shared-resources": {} })),
  KF062: files(catalogueOf({ a: {}, "a-b": {} }), {
    pipelines: `{ standard: [${stage("dev")}, ${stage("b-dev")}] }`,
  }),
  KF070: stack({ builds: "" }),
  KF071: stack({
    builds: BUILDS.replace(/, notify: "[^"]*"/, ""),
    webhooks: '{ url: "https://hooks.acme.example", receiver: { url: "https://kargo.acme.example" } }',
  }),
  KF072: entry({ tags: { strategy: "semver", constraint: "^1.2.0" } }),
  KF073: catalogue(
    catalogueOf(
      Object.fromEntries(
        Array.from({ length: 21 }, (_, index) => [
          `part-${index}`,
          { repository: "acme/mono", build: { context: `parts/${index}` } },
        ]),
      ),
    ),
  ),
  KF074: files(catalogueOf(numbered(120)), {
    webhooks: '{ url: "https://hooks.acme.example", groups: 1 }',
  }),
  KF075: stack({ builds: BUILDS.replace('["10.0.0.1/32"]', '["10.0.0.1/32"], mirrors: ["10.0.0.0/8"]') }),
  KF076: entry({ repository: "acme/gitops" }),
  KF080: files(
    GOOD,
    { ...EU, gitops: "{ repository: acme/gitops }" },
    { ...US, gitops: "{ repository: acme/gitops }" },
  ),
  KF081: files(GOOD, {}, { platform: "false" }),
  KF082: files(GOOD, EU, { ...US, cluster: "{ name: us, context: eu }" }),
  KF083: files(GOOD, half(1), half(2, { platform: "true" })),
  KF084: stack({ platform: "false" }),
  KF085: files(GOOD, half(1), half(2, { rollout: "{ shard: { index: 2, of: 4 } }" })),
  KF086: stack({ rollout: "{ shard: { index: 1, of: 2 } }" }),
  KF130: files(
    GOOD,
    half(1, { rollout: "{ shard: { index: 1, of: 2 }, waves: [{ percent: 10 }] }" }),
    half(2),
  ),
  KF087: files(GOOD, EU, { ...US, webhooks: '{ url: "https://hooks.acme.example" }' }),
  KF088: files(GOOD, US),
  KF120: { ...stack({ shards: "2" }), "Pulumi.prod-00.yaml": shardText(document({ shards: "3" }), FIRST) },
  KF121: stack({ shards: "2", rollout: "{ shard: { index: 1, of: 4 } }" }),
  KF122: {
    ...stack({ shards: "2" }),
    "Pulumi.prod-02.yaml": shardText(document({ shards: "3" }), { ...FIRST, index: 3 }),
  },
  KF089: files(GOOD, half(1, { webhooks: US.webhooks }), half(2)),
  KF150: files(
    GOOD,
    half(1),
    half(2, {
      rollout: "{ shard: { index: 2, of: 2 }, freeze: [ { until: 2026-12-31, reason: holidays } ] }",
    }),
  ),
  KF151: stack({
    rollout:
      "{ windows: [ { stages: [prd], zone: UTC, open: [ { from: '09:00', to: '16:00' } ], reason: office hours } ] }",
  }),
  KF160: messages(
    { webhooks: ["pagr"] },
    { notifications: `{ ${MESSAGES}, webhooks: { pager: { url: "https://pager.acme.example" } } }` },
  ),
  KF161: messages({ slack: "edge-releases" }, { notifications: `{ ${MESSAGES} }` }),
  KF162: messages({}, { notifications: `{ ${MESSAGES} }`, builds: "" }, { nginx: { build: false } }),
  KF163: messages(
    { slack: "edge-releases" },
    {
      notifications: `{ ${MESSAGES}, slack: { existingSecret: slack-app } }`,
      webhooks: '{ url: "https://hooks.acme.example", groups: 256 }',
    },
    numbered(6000),
  ),
  KF170: promotion("uses: git-push", "uses: git-psuh"),
  KF171: promotion("maxAttempts: 50", "maxAttempts: 50, force: true"),
  KF172: promotion("vars.pin ==", "vars.pins =="),
  KF173: promotion(
    "message: \"${{ task.outputs['update'].commitMessage }}\"",
    'message: "${{ vars.image }}"',
  ),
  KF174: promotion("as: push", "as: clone"),
  KF175: promotion("success() && vars.sync == 'auto'", "success()"),
  KF176: promotion("    retry: { errorThreshold: 18, timeout: 15m0s }\n", ""),
  KF177: promotion(PROMOTION.slice(PROMOTION.indexOf("  - uses: argocd-update")), ""),
  KF178: stack({ rollout: "{ promotionTask: { canary: v3, canaryPercent: 5 } }" }),
  KF179: promotion("", "", {
    pipelines: "{ standard: [{ stage: prod, promotion: pull-request, sync: auto }] }",
    rollout: "{ promotionTask: { stable: v3 } }",
  }),
  KF180: {
    ...promotion("", "", { rollout: "{ promotionTask: { stable: v3 } }" }),
    "services.json": catalogueOf({ shop: { images: IMAGES, build: false } }),
  },
};

/** The files of the last up and of the next one, by the code of the loss. */
const LOSSES: Readonly<Record<string, { readonly before: Texts; readonly after: Texts }>> = {
  KF090: { before: catalogue(GOOD), after: catalogue(catalogueOf({})) },
  KF091: { before: catalogue(GOOD), after: catalogue(catalogueText({ web: service("nginx") })) },
  KF092: { before: catalogue(GOOD), after: stack({ rollout: "{ exclude: [ { names: [nginx] } ] }" }) },
  KF093: {
    before: pipeline(stage("dev"), stage("gate", ", after: [dev]")),
    after: pipeline(stage("dev"), "{ stage: gate, controlFlow: true, after: [dev] }"),
  },
  KF094: { before: pipeline(stage("dev"), stage("qa", ", after: [dev]")), after: pipeline(stage("dev")) },
  KF095: {
    before: files(GOOD, { pipelines: `{ standard: [${stage("dev")}], short: [${stage("qa")}] }` }),
    after: files(catalogueOf({ nginx: { pipeline: "short" } }), {
      pipelines: `{ standard: [${stage("dev")}], short: [${stage("qa")}] }`,
    }),
  },
  KF096: {
    before: catalogue(GOOD),
    after: stack({ gitops: '{ repository: acme/gitops, path: "apps/{service}" }' }),
  },
};

/** The problem of values files that lack the key of a second image. */
function keyless(): readonly Problem[] {
  const entries = [{ web: IMAGES.web }, IMAGES].map((images) => entry({ images, build: false }, "shop"));
  const [before, after] = entries.map(plannedOf);
  return before && after ? keyProblems(newKeys(provisioned(before.plan), after.plan), after) : [];
}

const READY: Answers = { repository: "ready", builds: undefined, project: { is: "absent" } };

/** Answers of GitHub or the cluster, by the code of the problem. */
const ANSWERS: Readonly<Record<string, Partial<Answers>>> = {
  KF100: { repository: "missing" },
  KF101: { repository: "archived" },
  KF102: { builds: { is: "absent" } },
  KF103: { project: { is: "there", labels: {} } },
};

/** The obstacles of the one service in {@link GOOD}. */
function obstacles(code: string): readonly Problem[] {
  const { plan, catalogue: list } = plannedOf(catalogue(GOOD));
  const asking = { document: list.document, stack: "prod" };
  return plan.services.flatMap((one) =>
    code === "KF104"
      ? [incomplete(one, ["webhook"], asking)]
      : obstaclesOf(one, { ...READY, ...ANSWERS[code] }, asking),
  );
}

/** The problems of a `customize.ts` that changes the source of prod's Application. */
function customized(): readonly Problem[] {
  const elsewhere = (object: OpenObject) => {
    const spec = object.spec as { readonly source: object };
    return { ...object, spec: { ...spec, source: { ...spec.source, path: "charts/other" } } };
  };
  customize({ object: (object, { role }) => (role === "application-prod" ? elsewhere(object) : object) });
  try {
    return readFleet(filesOf(catalogue(GOOD)), NOW).problems;
  } finally {
    customize({});
  }
}

/** The problems of a stack whose services the last `up` left in two shards. */
function moved(): readonly Problem[] {
  const { plan, config } = plannedOf(stack({ shards: "2" }));
  return unsettled("prod", 7, provisioned(plan), config.document, true);
}

function plannedOf(texts: Texts): PlanWithFiles {
  const { stacks } = readFleet(filesOf(texts), NOW);
  const [{ plan, catalogue: list, config } = { plan: undefined, catalogue: undefined, config: undefined }] =
    stacks;
  if (!plan || !list || !config) throw new Error("the files are wrong in themselves");
  return { plan, catalogue: list, config };
}

function problemsOf(code: string): readonly Problem[] {
  if (code.startsWith("KF10")) return obstacles(code);
  if (code === "KF110") return customized();
  if (code === "KF123") return moved();
  if (code === "KF097") return keyless();
  const loss = LOSSES[code];
  if (loss === undefined) return readFleet(filesOf(CASES[code] ?? {}), NOW).problems;
  return losses(provisioned(plannedOf(loss.before).plan), plannedOf(loss.after));
}

/** The codes whose files have further problems. */
const SEVERAL = "KF006 KF021 KF022 KF032 KF048 KF060 KF062 KF120 KF150 KF170".split(" ");

/** The sections of the page by title. */
const sections = new Map(
  PAGE.split(/^### /m)
    .slice(1)
    .map((section): [string, string] => [section.split("\n", 1)[0] ?? "", section]),
);

describe("docs/errors.md", () => {
  it("has a section for every code, in order, and no others", () => {
    const titles = Object.entries(PROBLEM_CODES).map(([code, title]) => `${code}: ${title}`);
    assert.deepEqual([...sections.keys()], titles);
    assert.deepEqual(titles, [...titles].sort());
  });

  for (const [code, title] of Object.entries(PROBLEM_CODES)) {
    it(`shows for ${code} the exact message, the reason and the fix`, () => {
      const section = sections.get(`${code}: ${title}`) ?? "";
      const shown = /```\n(.*)\n```/s.exec(section)?.[1];
      const texts = [...new Set(problemsOf(code).map(formatProblem))];
      const own = SEVERAL.includes(code) ? texts.filter((text) => text === shown) : texts;
      assert.deepEqual(own, [shown]);
      assert.match(section, /\*\*Why\*\*: .+\n\n\*\*Fix\*\*: .+/);
    });
  }
});
