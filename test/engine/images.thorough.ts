import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { remoteOf } from "../../sandbox/push.ts";
import { catalogueOf } from "../sources.ts";
import { succeeds } from "./commands.ts";
import { DEPLOYER } from "./expected-objects.ts";
import { type FleetStack, openFleetStack, TOKEN } from "./fleet-stack.ts";

const IMAGES = { web: "registry.example/shop/web", worker: "registry.example/shop/worker" };
const CRON = { ...IMAGES, cron: "registry.example/shop/cron" };
const shop = (images: object) => catalogueOf({ nginx: {}, shop: { images } });
const FILES = ["dev", "staging", "prod"].map((stage) => `services/shop/values-${stage}.yaml`);
const CLEAN = /\d+ unchanged/;

interface Live {
  readonly spec: {
    readonly subscriptions: readonly { readonly image: { readonly repoURL: string } }[];
    readonly promotionTemplate: {
      readonly spec: {
        readonly steps: readonly {
          readonly task: { readonly name: string };
          readonly vars: readonly { readonly name: string; readonly value: string }[];
        }[];
      };
    };
  };
}

describe("a service with several images, on a real API server", () => {
  let stack: FleetStack;
  const pulumi = async (...args: readonly string[]) => (await succeeds(stack.cli(...args))).output;
  const live = (kind: string, name: string) => stack.get<Live>(kind, name, "kargo-shop");
  const watched = async () =>
    (await live("warehouse", "shop")).spec.subscriptions.map(({ image }) => image.repoURL);
  const given = async (stage: string) => {
    const [step] = (await live("stage", stage)).spec.promotionTemplate.spec.steps;
    return [step?.task.name, step?.vars.find(({ name }) => name === "images")?.value];
  };

  /** Reads the values files, and pushes them if they were changed. */
  async function values(change: (text: string) => string = (text) => text): Promise<string[]> {
    const { url, baseUrl } = stack.github;
    const folder = await mkdtemp(join(tmpdir(), "images-clone-"));
    const git = (...args: string[]) => execa("git", args, { cwd: folder });
    try {
      await git("clone", "--quiet", remoteOf({ github: { url, baseUrl, token: TOKEN } }, "acme/gitops"), ".");
      const before = await Promise.all(FILES.map((file) => readFile(join(folder, file), "utf8")));
      const after = before.map(change);
      if (after.join() === before.join()) return after;
      await Promise.all(after.map((text, at) => writeFile(join(folder, FILES[at] ?? ""), text)));
      const author = ["-c", "user.name=Team", "-c", "user.email=team@acme.example"];
      await git(...author, "commit", "--quiet", "--all", "--message", "Add keys");
      await git("push", "--quiet", "origin", "HEAD:main");
      return after;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  before(async () => {
    const catalogue = catalogueOf(["nginx"]);
    stack = await openFleetStack(["shop", "nginx"], { config: { protect: "false" }, catalogue });
    await pulumi("up", "--yes", "--skip-preview");
  });
  after(() => stack?.close());

  it("comes to a fleet without one, as the deployer and without an administrator", async () => {
    assert.ok(!(await stack.objects()).some((name) => /kargo-fleet-images-/.test(name)));
    await stack.writeCatalogue(shop(IMAGES));
    await pulumi("up", "--yes", "--skip-preview");
    assert.equal((await stack.objects()).filter((name) => /kargo-fleet-images-/.test(name)).length, 4);
    assert.deepEqual(await watched(), Object.values(IMAGES));
    for (const stage of ["dev", "staging", "prod"])
      assert.deepEqual(await given(stage), [
        "kargo-fleet-images-promote-v1",
        `web=${IMAGES.web} worker=${IMAGES.worker}`,
      ]);
  });

  it("is built by a trigger for each image, on the one hook of its repository", async () => {
    assert.equal(stack.github.hooks("acme/shop").length, 1);
    const sensors = await Promise.all(
      ["github-00", "github-01"].map((name) =>
        stack.get("sensor", name, "kargo-fleet-events").catch(() => ({})),
      ),
    );
    const names = [...JSON.stringify(sensors).matchAll(/"name":"(shop-[a-z]+)"/g)].map(([, name]) => name);
    assert.deepEqual(names.sort(), ["shop-web", "shop-worker"]);
  });

  it("has values files with an empty tag for each image", async () => {
    const empty = Object.entries(IMAGES).map(([name, repository]) => [name, { repository, tag: "" }]);
    for (const text of await values()) assert.deepEqual(parse(text).images, Object.fromEntries(empty));
  });

  it("does not change at a second up, nor after a refresh", async () => {
    const second = await pulumi("up", "--yes");
    assert.match(second, CLEAN);
    assert.doesNotMatch(second, /[+~-] \d+ to/);
    await pulumi("refresh", "--yes");
    assert.doesNotMatch(await pulumi("preview", "--diff"), /[+~-] \d+ to/);
  });

  it("gets a further image only once its values files have the key, and says so before anything is touched", async () => {
    await stack.writeCatalogue(shop(CRON));
    const { failed, output } = await stack.cli("up", "--yes", "--skip-preview");
    assert.equal(failed, true);
    assert.match(
      output,
      /services\.shop\.images .*values-dev\.yaml has no images\.cron\.tag \(nor have 2 more.*\[KF097\]/,
    );
    assert.deepEqual(await watched(), Object.values(IMAGES));
    await values((text) => `${text}  cron:\n    repository: "${CRON.cron}"\n    tag: ""\n`);
    await pulumi("up", "--yes", "--skip-preview");
    assert.deepEqual(await watched(), Object.values(CRON));
    assert.match(await pulumi("up", "--yes"), CLEAN);
  });

  it("loses an image without a question, and its key stays for the team", async () => {
    await stack.writeCatalogue(shop(IMAGES));
    await pulumi("up", "--yes", "--skip-preview");
    assert.deepEqual(await watched(), Object.values(IMAGES));
    for (const text of await values()) assert.deepEqual(Object.keys(parse(text).images), Object.keys(CRON));
  });

  it("leaves nothing when the stack is destroyed", async () => {
    await succeeds(stack.destroy());
    assert.deepEqual(await stack.objects(), DEPLOYER);
  });
});
