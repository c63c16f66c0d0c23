import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { registered } from "../../test/components/program.ts";
import { catalogueText, service, stackText } from "../../test/sources.ts";
import { asker } from "../edit/ask.ts";
import { eachFolder } from "./folder.ts";

const CATALOGUE = catalogueText({ auth: service("auth"), nginx: service("nginx") });
const FILES = { "services.json": CATALOGUE, "Pulumi.test.yaml": stackText() };

describe("fleet new", function () {
  this.timeout(60_000);
  const folder = eachFolder(FILES);

  const written = () => readFile(join(folder.path, "services.json"), "utf8");

  it("writes the entry at its sorted place and prints what a preview will show", async () => {
    const labels = ["--label", "tier=critical", "--label", "zone=eu"];
    const { exitCode, stdout, stderr } = await folder.run("new", "checkout", "--team", "edge", ...labels);
    assert.equal(exitCode, 0, stderr);
    assert.match(
      stdout,
      /^services\.json:16 {2}checkout added\. pulumi preview will show:\n {2}test: (\d+) resources to create: the Kargo Project kargo-checkout with Stages dev, staging, prod/,
    );
    const { services } = JSON.parse(await written());
    assert.deepEqual(Object.keys(services), ["auth", "checkout", "nginx"]);
    assert.deepEqual(services.checkout, {
      team: "edge",
      repository: "acme/checkout",
      labels: { tier: "critical", zone: "eu" },
    });
    const all = await registered(["checkout"]);
    const own = all.filter(({ name, parent }) => name === "checkout" || parent === "checkout");
    assert.equal(/test: (\d+) resources/.exec(stdout)?.[1], String(own.length));
  });

  it("writes nothing if the entry would be invalid for a stack", async () => {
    const args = ["new", "checkout", "--team", "edge", "--pipeline", "standrd", "--repository", "acme/nginx"];
    const { exitCode, stderr } = await folder.run(...args);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^2 problems found; nothing was touched\.\n/);
    assert.match(
      stderr,
      /services\.nginx\.repository {2}the repository "acme\/nginx" is also used by service "checkout"/,
    );
    assert.match(
      stderr,
      /services\.checkout\.pipeline {2}"standrd" is not a pipeline .* Did you mean "standard"\?/,
    );
    assert.equal(await written(), CATALOGUE);
  });

  it("writes nothing in a dry run", async () => {
    const { stdout } = await folder.run("new", "checkout", "--team", "edge", "--dry-run");
    assert.match(stdout, /^services\.json: would add checkout on line \d+\./);
    assert.equal(await written(), CATALOGUE);
  });

  for (const [what, args, message] of [
    [
      "a service that is there",
      ["new", "nginx", "--team", "edge"],
      'services.json already has a service "nginx".',
    ],
    [
      "a misspelt team",
      ["new", "a", "--team", "egde"],
      '"egde" is not a team (there are: edge, identity). Did you mean "edge"?',
    ],
    [
      "a missing team without a terminal",
      ["new", "a"],
      "A service needs a team. Name it with --team (there are: edge, identity).",
    ],
    [
      "a catalogue that no stack reads",
      ["new", "a", "--catalogue", "service.json"],
      'No stack reads service.json (they read: services.json). Did you mean "services.json"?',
    ],
  ] as const) {
    it(`explains what to do about ${what}`, async () => {
      const { exitCode, stderr } = await folder.run(...args);
      assert.deepEqual([exitCode, stderr], [1, `${message}\n`]);
      assert.equal(await written(), CATALOGUE);
    });
  }

  it("refuses to edit an invalid catalogue", async () => {
    await folder.write("Pulumi.test.yaml", stackText({ registry: "https://x" }));
    const { exitCode, stderr } = await folder.run("new", "checkout", "--team", "edge");
    assert.equal(exitCode, 1);
    assert.match(stderr, /config\.kargo-fleet:registry/);
    assert.equal(await written(), CATALOGUE);
  });

  it("asks again after an invalid answer, and suggests the nearest valid one", async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const person = asker(input, output);
    const said: string[] = [];
    output.on("data", (part) => said.push(String(part)));
    const all = () => said.join("");
    const answer = person.ask("Team", { among: ["edge", "identity"] });
    const asksAgainAfter = async (said: RegExp) => {
      while (!new RegExp(`${said.source}[^]*Team \\(edge, identity\\): $`).test(all()))
        await once(output, "data");
    };
    input.write("egde\n");
    await asksAgainAfter(/Did you mean/);
    input.write("\n");
    await asksAgainAfter(/A value is required/);
    input.write("identity\n");
    assert.equal(await answer, "identity");
    person.close();
    assert.match(all(), /Team \(edge, identity\): Did you mean "edge"\?\n.*A value is required/s);
  });
});

describe("fleet new and decommission with included files", function () {
  this.timeout(60_000);
  const list = JSON.stringify({
    include: ["catalogue/*.json"],
    teams: { edge: { group: "AD-Edge" }, identity: { group: "AD-Identity" } },
    services: { auth: service("auth", { team: "identity" }) },
  });
  const edge = '{ "services": { "nginx": { "repository": "acme/nginx" } } }\n';

  const folder = eachFolder({ ...FILES, "services.json": list, "catalogue/edge.json": edge });
  const read = (file: string) => readFile(join(folder.path, file), "utf8");

  it("write into the team's file and keep the other files", async () => {
    const { stdout, stderr } = await folder.run("new", "api", "--team", "edge");
    assert.match(stdout, /^catalogue\/edge\.json:1 {2}api added\./, stderr);
    assert.equal(
      await read("catalogue/edge.json"),
      edge.replace('"nginx"', '"api": { "team": "edge", "repository": "acme/api" }, "nginx"'),
    );
    const gone = await folder.run("decommission", "nginx");
    assert.match(gone.stdout, /^catalogue\/edge\.json: nginx is decommissioned\./, gone.stderr);
    assert.match(
      await read("catalogue/edge.json"),
      /"nginx": \{ "repository": "acme\/nginx", "state": "decommissioned" \}/,
    );
    assert.equal(await read("services.json"), list);
  });

  it("write into services.json for a team without a file", async () => {
    const { stdout, stderr } = await folder.run("new", "login", "--team", "identity");
    assert.match(stdout, /^services\.json:1 {2}login added\./, stderr);
    const gone = await folder.run("decommission", "auth");
    assert.match(gone.stdout, /^services\.json: auth is decommissioned/);
    assert.equal(await read("catalogue/edge.json"), edge);
  });

  it("ask for the file if a team has several, and refuse another team's file", async () => {
    await folder.write("services.json", list.replace('"]', '","catalogue/edge/*.json"]'));
    await folder.write("catalogue/edge/more.json", '{ "services": {} }');
    const asked = await folder.run("new", "api", "--team", "edge");
    assert.equal(
      asked.stderr,
      "The team edge has several files (catalogue/edge.json, catalogue/edge/more.json). Name one with --catalogue.\n",
    );
    const other = await folder.run("new", "api", "--team", "identity", "--catalogue", "catalogue/edge.json");
    const refused = "catalogue/edge.json does not belong to the team identity (its files: none).\n";
    assert.equal(other.stderr, refused);
    const named = await folder.run("new", "api", "--team", "edge", "--catalogue", "catalogue/edge/more.json");
    assert.match(named.stdout, /^catalogue\/edge\/more\.json:1 {2}api added/, named.stderr);
  });
});

describe("fleet decommission", function () {
  this.timeout(60_000);
  const folder = eachFolder(FILES);

  it("writes the state, keeps the rest of the file, and explains the two steps", async () => {
    const { exitCode, stdout } = await folder.run("decommission", "nginx");
    assert.equal(exitCode, 0);
    assert.equal(
      stdout,
      "services.json: nginx is decommissioned. Next: pulumi up of test, which turns its webhook and auto-promotion off; then remove the entry and run pulumi up again.\n",
    );
    const text = await readFile(join(folder.path, "services.json"), "utf8");
    assert.equal(text.replace(/,\n {6}"state": "decommissioned"/, ""), CATALOGUE);
    const again = await folder.run("decommission", "nginx");
    assert.equal(again.exitCode, 1);
    assert.match(
      again.stderr,
      /^nginx is decommissioned already\. After a pulumi up .* remove its entry\.\n$/,
    );
  });

  it("suggests the nearest name for a typo", async () => {
    const { exitCode, stderr } = await folder.run("decommission", "ngnix");
    assert.equal(exitCode, 1);
    assert.equal(stderr, 'services.json has no service "ngnix". Did you mean "nginx"?\n');
  });
});
