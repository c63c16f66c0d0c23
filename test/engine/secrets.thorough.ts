import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogueOf } from "../sources.ts";
import { pulumiIn, succeeds } from "./commands.ts";
import { type FleetStack, MASTER_SECRET, openFleetStack, PASSWORDS, TOKEN } from "./fleet-stack.ts";

const ROTATED = "planted-git-password-rotated";
const NAMES = ["nginx", "auth"];

const planted = [TOKEN, MASTER_SECRET, ...Object.values(PASSWORDS), ROTATED];

/** Forbidden texts: the planted secrets, values derived from them, and both in base64. */
function forbidden(): string[] {
  const derived = NAMES.map((name) =>
    createHmac("sha256", MASTER_SECRET).update(`webhook/${name}`).digest("hex"),
  );
  const texts = [...planted, ...derived];
  const encoded = texts.map((text) => Buffer.from(text).toString("base64").replace(/=+$/, ""));
  return [...texts, ...encoded];
}

/** The forbidden texts in a text. */
function found(text: string): string[] {
  return forbidden().filter((secret) => text.includes(secret));
}

/** Every file below a folder with its text. */
async function files(folder: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(paths.map(async (path) => [path, (await readFile(path)).toString("latin1")] as const));
}

describe("a full run with planted secrets", () => {
  let stack: FleetStack;
  /** The output of each `fleet` command. */
  const said: Record<string, string> = {};
  const states: string[] = [];
  /** The events that with-events.sh kept. */
  const kept: string[] = [];
  /** The output of `up --json`, line by line. */
  let own: readonly string[] = [];

  before(async () => {
    const catalogue = catalogueOf({ nginx: {}, auth: { team: "identity" } });
    stack = await openFleetStack(NAMES, { config: { protect: "false" }, catalogue });
    const step = async (
      run: Promise<{ failed: boolean; output: string; events?: string }>,
      fails = false,
    ) => {
      const { failed, output, events } = await run;
      assert.equal(failed, fails, output);
      if (events !== undefined) kept.push(events);
      states.push(await stack.state().catch(() => ""));
    };
    await step(stack.kept("preview", "--diff"));
    await step(stack.kept("up", "--yes", "--skip-preview"));
    await step(stack.kept("refresh", "--yes", "--skip-preview"));
    await stack.setSecret("gitPassword", ROTATED);
    const everything = ["--diff", "--show-config", "--show-sames", "--show-replacement-steps"];
    await step(stack.kept("up", "--yes", "--skip-preview", ...everything));
    const json = await succeeds(
      pulumiIn(stack, "up", "--yes", "--skip-preview", "--json", "--stack", "test"),
    );
    own = json.stdout.split("\n");
    const app =
      "{ git: { githubApp: { clientId: Iv1.0, installationId: '1' } }, image: { username: reader } }";
    await stack.writeConfig({ protect: "false", credentials: app });
    await step(stack.up());
    // Causes a failure: the definition refuses every Warehouse, and the message names the object.
    const restore = await stack.narrowDefinition("warehouses.kargo.akuity.io", "interval", "^1s$");
    await stack.writeConfig({ protect: "false", credentials: app, warehouse: "{ interval: 10m }" });
    await step(stack.kept("up", "--yes", "--skip-preview"), true);
    await restore();
    // The audit exits with 2, because it finds the Warehouse that the up left and the sandbox's identity.
    for (const [code, ...command] of [
      [2, "audit", "--services=nginx", "--kubeconfig", stack.admin],
      [2, "audit", "--json", "--kubeconfig", stack.admin],
      [0, "deployer"],
    ] as const) {
      const ended = await stack.fleet(...command);
      assert.equal(ended.code, code, ended.output);
      said[command.slice(0, 2).join(" ")] = ended.output;
    }
    await step(stack.destroy());
  });

  after(() => stack?.close());

  it("uses them with Kargo and GitHub, so that there is something to find", () => {
    assert.equal(stack.github.hooks("acme/nginx").length, 0);
    assert.ok(states.some((state) => state.includes("kargo-fleet-git")));
    for (const events of kept) assert.match(events, /"resOutputsEvent"/);
    assert.ok(stack.traces.some((trace) => /credential-git/.test(trace)));
  });

  it("leaves none of them in the state at any time", () => {
    for (const state of states) assert.deepEqual(found(state), []);
  });

  it("leaves none of them in the CLI's output", () => {
    assert.ok(stack.traces.length > 5, `${stack.traces.length} traces`);
    for (const trace of stack.traces) assert.deepEqual(found(trace), [], trace.slice(0, 300));
  });

  it("leaves none of them in the events that are kept", () => {
    assert.equal(kept.length, 5);
    for (const events of kept) assert.deepEqual(found(events), []);
  });

  it("shows none of them in --json, because the program sends no debug messages", () => {
    assert.ok(own.length > 20, `${own.length} lines`);
    assert.deepEqual(found(own.join("\n")), []);
  });

  it("leaves none of them in the output of fleet", () => {
    for (const [command, text] of Object.entries(said)) {
      assert.ok(text.length > 100, command);
      assert.deepEqual(found(text), [], command);
    }
  });

  it("leaves none of them in the engine's files: backups, history, logs", async () => {
    const kept = [
      ...(await files(join(stack.folder, "state"))),
      ...(await files(join(stack.folder, "pulumi-home"))),
    ];
    assert.ok(kept.length > 5, `${kept.length} files`);
    for (const [path, text] of kept) assert.deepEqual(found(text), [], path);
  });

  it("would fail if one of them were found", () => {
    for (const secret of forbidden()) assert.deepEqual(found(`{"x":"${secret}"}`).includes(secret), true);
  });
});
