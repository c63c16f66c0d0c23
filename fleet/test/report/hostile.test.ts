import assert from "node:assert/strict";
import fc from "fast-check";
import { sampled } from "../../../test/sampling.ts";
import { service } from "../../../test/sources.ts";
import type { FleetReport } from "../../preview/change.ts";
import { cell, code, fenced, named } from "../../report/escape.ts";
import { renderComment, renderReport } from "../../report/markdown.ts";
import { outsideCode, skeleton, toHtml } from "./github-markdown.ts";
import { engineRun, fleetReport, plan, stackChange, step } from "./reports.ts";

/** A placeholder for untrusted text in a report. */
const TOKEN = "zqx";

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "](https://evil.example)",
        "![x](https://evil.example/i.png)",
        "<img src=x onerror=alert(1)>",
        "</details>",
        "</summary>",
        "<!--",
        "\n<!-- kargo-fleet preview -->\n",
        "@octocat",
        "@acme/admins",
        "#123",
        "GH-12",
        "acme/nginx#1",
        "deadbeefdeadbeef",
        "https://evil.example",
        "www.evil.example",
        "a@evil.example",
        "```",
        "````\n",
        "~~~",
        "`",
        "\n\n# heading\n",
        "| a | b |\n|---|---|\n",
        "|",
        "\\",
        "\\|",
        "\\`",
        "\r\n- item",
        "&#64;octocat",
        "&lt;b&gt;",
        "**",
        "__",
        "~~",
        "$`x`$",
        ":tada:",
        "]]>",
        "\u0000",
        "\u202e",
        "\u200b",
        "\ud800",
        '"',
        ";",
        "end\n",
        " ",
      ),
      fc.string({ unit: "binary", maxLength: 12 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

/** A report with {@link TOKEN} in every text. */
function report(): FleetReport {
  const more = (image: string) => ({ build: false, image, labels: { [TOKEN]: TOKEN } });
  const keys = (extra: object) => ({ rollout: JSON.stringify(extra) });
  const teams = { edge: { group: "AD" }, identity: { group: `${TOKEN}-b`, approvers: `${TOKEN}-c` } };
  const before = plan(
    { [TOKEN]: service(TOKEN, more("registry.example/a")), gone: service("gone", { build: false }) },
    { webhooks: '{ url: "https://hooks.acme.example", owner: false }' },
    teams,
  );
  const freeze = [{ until: "2026-12-31", reason: TOKEN }];
  const after = plan(
    {
      [TOKEN]: service(TOKEN, {
        ...more("registry.example/zqx"),
        team: "identity",
        tags: { strategy: "lexical", pattern: `^${TOKEN}$` },
      }),
      fresh: service("fresh", { labels: { tier: TOKEN }, build: { branch: TOKEN } }),
    },
    {
      ...keys({ freeze }),
      registry: "registry.example",
      access: `{ deployer: ${TOKEN}, breakGlass: ${TOKEN} }`,
    },
    teams,
  );
  const place = { file: TOKEN, line: 1, column: 1 };
  const problem = { code: "KF050", place, path: TOKEN, message: TOKEN, fix: TOKEN } as const;
  const steps = [
    step("delete", `x:${TOKEN}`, `fresh/${TOKEN}`, { paths: [TOKEN] }),
    step("update", "x:Role", `other/${TOKEN}`, { paths: [TOKEN] }),
    step(TOKEN, "x:y", `platform/${TOKEN}`),
  ];
  const movement = { what: "pipeline", from: TOKEN, to: TOKEN, services: [TOKEN], among: 3 } as const;
  const change = stackChange(before, after, {
    stack: TOKEN,
    cluster: TOKEN,
    problems: [problem],
    losses: [problem],
    movements: [movement],
  });
  const engine = engineRun({
    steps,
    outcome: "failed",
    errors: [TOKEN, TOKEN],
    because: TOKEN,
    scope: "full",
  });
  const second = { change: { ...change, stack: `${TOKEN}-2` }, engine: undefined };
  return fleetReport([{ change, engine }, second], { base: TOKEN, head: TOKEN, program: [TOKEN] });
}

const REPORT = lazily(() => JSON.stringify(report()));

function lazily<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** A time limit stops slow shrinking. */
const RUNS = { numRuns: sampled(40, 15), endOnFailure: true, interruptAfterTimeLimit: 15_000 } as const;

/** The same report with another text in place of the token, in keys and values. */
function withText(text: string): FleetReport {
  const own = JSON.stringify(text).slice(1, -1);
  return JSON.parse(REPORT().replaceAll(TOKEN, () => own));
}

describe("a report with hostile text", function () {
  this.timeout(120_000);

  for (const [name, render] of [
    ["the whole", renderReport],
    ["the comment", renderComment],
  ] as const) {
    it(`has no link, image, heading, row or tag of others: ${name}`, () => {
      const ours = skeleton(toHtml(render(withText("harmless"))));
      assert.ok(ours.includes("<table>") && ours.filter((tag) => tag === "<details>").length >= 3);
      fc.assert(
        fc.property(hostile, (text) => {
          const markdown = render(withText(text));
          // Omitted parts cannot be compared.
          fc.pre(!markdown.includes("Omitted to fit"));
          assert.deepEqual(skeleton(toHtml(markdown)), ours);
        }),
        RUNS,
      );
    });
  }

  it("has no mention, issue, commit, address or emoji outside code", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rest = outsideCode(toHtml(renderReport(withText(text))));
        assert.doesNotMatch(rest, /@|#\d|\bgh-\d|:\/\/|\bwww\.|\$|:\w+:|\b(?=[a-f]*\d)[0-9a-f]{7,64}\b/i);
      }),
      RUNS,
    );
  });

  it("keeps hostile text inside its diagrams", () => {
    const line =
      /^( {2}subgraph p0\["[^"]*"\]| {4}p0w\[\("Warehouse"\)\]| {4}p0s\d+(\["<b>[^"<>`]*<\/b>(<br\/>[^"<>`]*)+"\]|\(\["[^"]*"\]\))(:::\w+)?| {4}p0\w+ (==>|-\.->)(\|"[^"|]*"\|)? p0s\d+| {2}end| {2}classDef \w+ \S+( \d)?|flowchart LR)$/;
    fc.assert(
      fc.property(hostile, (text) => {
        const own = JSON.stringify(text).slice(1, -1);
        const changed = REPORT()
          .replaceAll('"pipeline":"standard"', () => `"pipeline":"${own}"`)
          .replace(/"(name|after)":(\[?)"staging"/g, (_, key, list) => `"${key}":${list}"${own}"`);
        const [, chart] =
          /```mermaid\n([\s\S]*?)\n```/.exec(renderReport(withChangedStages(JSON.parse(changed)))) ?? [];
        assert.ok(chart);
        for (const each of chart.split("\n")) assert.match(each, line);
      }),
      RUNS,
    );
  });
});

/** Changes the soak of every first Stage, so that its pipeline is drawn. */
function withChangedStages(of: FleetReport): FleetReport {
  const [first] = of.stacks;
  const [stage] = first?.change.after?.services[0]?.stages ?? [];
  if (stage) Object.assign(stage, { soak: TOKEN });
  return of;
}

describe("untrusted text", () => {
  it("is unchanged if it can only be a word", () => {
    assert.deepEqual(["nginx", "AD-Edge-Release", "v2"].map(named), ["nginx", "AD-Edge-Release", "v2"]);
  });

  it("is code if it could be a commit, an issue, a mention or an address", () => {
    for (const text of ["deadbeef", "GH-12", "@edge", "www.a.example", "a.b", "1", "a--b", "a_b_"]) {
      assert.equal(named(text), `\`${text}\``);
    }
  });

  it("is code between more backticks than it contains", () => {
    assert.deepEqual(["a`b", "`", " x", "``` "].map(code), [
      "``a`b``",
      "`` ` ``",
      "`  x `",
      "```` ```  ````",
    ]);
  });

  it("shows invisible characters", () => {
    assert.equal(code("a\u202eb\nc\u200bd\u00a0e"), "`a\\u{202e}b\\u{a}c\\u{200b}d\\u{a0}e`");
    assert.deepEqual(["", "  "].map(code), ["(empty)", "(blank)"]);
  });

  it("ends no table cell, whatever backslashes precede a bar", () => {
    assert.deepEqual(["a|b", "a\\|b", "a\\\\|b"].map(cell), ["a\\|b", "a\\u{7c}b", "a\\\\u{7c}b"]);
  });

  it("is cut if it is long, and shows its length", () => {
    assert.match(code("x".repeat(1000)), /^`x{300}… \(1000 characters\)`$/);
  });

  it("ends no code block", () => {
    assert.equal(fenced(["````", "x"]), "`````\n````\nx\n`````");
  });
});
