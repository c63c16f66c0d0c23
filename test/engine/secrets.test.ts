import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogueText, service } from "../sources.ts";
import { fleet } from "./access-world.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, MASTER_SECRET, openFleetStack, PASSWORDS, TOKEN } from "./fleet-stack.ts";

const ROTATED = "planted-git-password-rotated";
const NAMES = ["nginx", "auth"];

const planted = [TOKEN, MASTER_SECRET, ...Object.values(PASSWORDS), ROTATED];

/** What must be nowhere: the planted values, what is derived from them, and both as Kubernetes encodes a Secret. */
function forbidden(): string[] {
  const derived = NAMES.map((name) =>
    createHmac("sha256", MASTER_SECRET).update(`webhook/${name}`).digest("hex"),
  );
  const texts = [...planted, ...derived];
  const encoded = texts.map((text) => Buffer.from(text).toString("base64").replace(/=+$/, ""));
  return [...texts, ...encoded];
}

/** The forbidden texts that a text has. */
function found(text: string): string[] {
  return forbidden().filter((secret) => text.includes(secret));
}

/**
 * The forbidden texts in what the CLI printed or the engine told. Of its debug messages, which a CLI shows with `--debug` alone,
 * the planted values only: there Pulumi's own SDK says what providers answered, and the engine masks no more than the
 * secrets of the config. docs/security.md says so.
 */
function traced(trace: string): string[] {
  const debugging = /"severity":"debug"/.test(trace);
  return found(trace).filter((secret) => !debugging || planted.includes(secret));
}

/** Every file below a folder, with its text. */
async function files(folder: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(paths.map(async (path) => [path, (await readFile(path)).toString("latin1")] as const));
}

describe("a full run with planted secrets", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: FleetStack;
  /** What a command of `fleet` said, by its name. */
  const said: Record<string, string> = {};
  const states: string[] = [];

  before(async () => {
    stack = await openFleetStack(NAMES);
    const catalogue = catalogueText({
      nginx: service("nginx"),
      auth: service("auth", { team: "identity" }),
    });
    await stack.writeConfig({ protect: "false" });
    await stack.writeCatalogue(catalogue);
    const step = async (run: Promise<{ failed: boolean; output: string }>, fails = false) => {
      const { failed, output } = await run;
      assert.equal(failed, fails, output);
      states.push(await stack.state().catch(() => ""));
    };
    await step(stack.cli("preview", "--diff", "--json"));
    await step(stack.cli("preview", "--diff"));
    await step(stack.up());
    await step(stack.refresh());
    await stack.setSecret("gitPassword", ROTATED);
    const everything = ["--diff", "--show-config", "--show-sames", "--show-replacement-steps"];
    await step(stack.cli("up", "--yes", "--skip-preview", ...everything));
    const app =
      "{ git: { githubApp: { clientId: Iv1.0, installationId: '1' } }, image: { username: reader } }";
    await stack.writeConfig({ protect: "false", credentials: app });
    await step(stack.up());
    // A failure on the way: the definition refuses every Warehouse, the message names the object.
    const restore = await stack.narrowDefinition("warehouses.kargo.akuity.io", "interval", "^1s$");
    await stack.writeConfig({ protect: "false", credentials: app, warehouse: "{ interval: 10m }" });
    await step(stack.up(), true);
    await restore();
    for (const command of [
      ["audit", "--services=nginx", "--kubeconfig", stack.admin],
      ["audit", "--json", "--kubeconfig", stack.admin],
      ["deployer"],
    ]) {
      const { exitCode, stdout, stderr } = await fleet(stack, ...command, "--stack", "test");
      assert.equal(exitCode, 0, stderr);
      said[command.slice(0, 2).join(" ")] = stdout + stderr;
    }
    await step(stack.destroy());
  });

  after(() => stack?.close());

  it("reached Kargo and GitHub with them, so that there was something to find", () => {
    assert.equal(stack.github.hooks("acme/nginx").length, 0);
    assert.ok(states.some((state) => state.includes("kargo-fleet-git")));
    assert.ok(stack.traces.some((trace) => trace.includes("resOutputsEvent")));
    assert.ok(stack.traces.some((trace) => /credential-git/.test(trace)));
  });

  it("leaves none of them in the state, whenever it is looked at", () => {
    for (const state of states) assert.deepEqual(found(state), []);
  });

  it("leaves none of them in what the CLI printed, nor in any event of the engine", () => {
    assert.ok(stack.traces.length > 500, `${stack.traces.length} traces`);
    for (const trace of stack.traces) assert.deepEqual(traced(trace), [], trace.slice(0, 300));
  });

  it("leaves none of them in what fleet printed", () => {
    for (const [command, text] of Object.entries(said)) {
      assert.ok(text.length > 100, command);
      assert.deepEqual(found(text), [], command);
    }
  });

  it("leaves none of them in a file of the engine: backups, history, logs", async () => {
    const kept = [
      ...(await files(join(stack.folder, "state"))),
      ...(await files(join(stack.folder, "pulumi-home"))),
    ];
    assert.ok(kept.length > 5, `${kept.length} files`);
    for (const [path, text] of kept) assert.deepEqual(found(text), [], path);
  });

  it("would have been caught with one of them", () => {
    for (const secret of forbidden()) assert.deepEqual(found(`{"x":"${secret}"}`).includes(secret), true);
  });
});
