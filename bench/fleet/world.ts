import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { familyOf } from "../../fleet/shards/files.ts";
import { shardStack } from "../../model/shards.ts";
import { parseStackFile, stackFileName } from "../../model/stack-file.ts";
import { startControlPlane } from "../../sandbox/control-plane.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { startLocalGitHub } from "../../sandbox/github/server.ts";
import { connectionOf, kubernetesApi } from "../../sandbox/kubernetes-api.ts";
import { stopOnSignals } from "../../sandbox/signals.ts";
import { sharedPrograms } from "../../test/engine/control-plane.ts";
import { engineEnvironment, engineFolder } from "../../test/engine/engine-environment.ts";
import { SECRETS_PROVIDER } from "../../test/engine/vault.ts";
import { BUILDS, catalogueOf, planOf, platformPlan, stackText } from "../../test/sources.ts";

/** A fresh cluster with a fleet's files for one peer. */
export type World = Awaited<ReturnType<typeof openWorld>>;

/** What a fleet's files say. */
export interface FleetState {
  /** The interval of all Warehouses. */
  readonly interval: string;
  /** That of the last service, if it differs. */
  readonly last?: string;
}

export const TEAMS = { edge: { group: "AD-Edge" }, identity: { group: "AD-Identity" } };
const TOKEN = "bench-github-token";
const STACK = "bench";

/** A service's name; the last one is changed alone. */
export function serviceName(index: number): string {
  return `service-${index}`;
}

/**
 * Starts a control plane with the administrator's objects, a local GitHub, and a folder with the program, the
 * catalogue and the stacks. It has an organization's hook, because kubectl could not create one per repository.
 * @param shards the number of shards; 1: the stack has its services itself
 */
export async function openWorld(size: number, shards: number) {
  const shared = await sharedPrograms();
  const folder = await engineFolder("bench", true);
  const plane = await startControlPlane({
    directory: join(folder, "control-plane"),
    programs: shared.programs,
    administered: { teams: Object.keys(TEAMS), platform: platformPlan(keys("x"), TEAMS) },
  });
  const release = stopOnSignals(() => plane.stop());
  try {
    await installDefinitions({ admin: plane.kubeconfigs.admin });
    const github = await startLocalGitHub({
      directory: join(folder, "github"),
      token: TOKEN,
      owner: "acme",
      repositories: [{ name: "acme/gitops", files: { "README.md": "" } }],
    });
    const environment = {
      ...(await engineEnvironment(shared.path, folder)),
      GITHUB_BASE_URL: github.baseUrl,
      // The program's own settings are measured.
      NODE_OPTIONS: "",
    };
    // The Automation API finds its CLI on this process's PATH.
    process.env.PATH = shared.path;
    const sharded = Array.from({ length: shards > 1 ? shards : 0 }, (_, index) =>
      shardStack(STACK, index + 1),
    );
    const stacks = [STACK, ...sharded];
    const secrets = await initStacks(stacks, folder, environment);
    const api = kubernetesApi(await connectionOf(plane.kubeconfigs.admin));
    return {
      /** The folder of the program, the catalogue and the stack files. */
      folder,
      environment: environment as Readonly<Record<string, string>>,
      plane,
      programs: shared.programs,
      /** The administrator's connection. */
      api,
      /** The stack that owns what all services share, and its shards if it has any. */
      stacks: stacks as readonly string[],
      /** Writes the files of a state of the fleet. */
      write: async (state: FleetState) => {
        await writeFile(join(folder, "services.json"), fleetCatalogue(size, state));
        const config = keys(plane.kubeconfigs.deployer, state);
        const text = secrets + linesOf({ ...config, ...(shards > 1 && { shards: String(shards) }) });
        await writeFile(join(folder, stackFileName(STACK)), text);
        const family = familyOf(STACK, parseStackFile(stackFileName(STACK), text));
        for (const shard of family?.shards ?? [])
          await writeFile(
            join(folder, stackFileName(shardStack(STACK, shard.index))),
            family?.text(shard) ?? "",
          );
      },
      /** The plan of all services in that state. */
      plan: (state: FleetState) => planOf(fleetCatalogue(size, state), stackText(keys("x", state))),
      close: async () => {
        release();
        api.close();
        await github.stop();
        await plane.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

/** Creates the stacks with one encryption key. @returns the stack file with only its encrypted secrets */
async function initStacks(
  stacks: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const [first = ""] = stacks;
  const place = { workDir: folder };
  const options = { envVars: environment, secretsProvider: SECRETS_PROVIDER };
  const stack = await LocalWorkspace.createStack({ stackName: first, ...place }, options);
  await stack.setAllConfig({
    "github:token": { value: TOKEN, secret: true },
    "kargo-fleet:webhookMasterSecret": { value: "bench-master-secret", secret: true },
  });
  const text = await readFile(join(folder, `Pulumi.${first}.yaml`), "utf8");
  for (const other of stacks.slice(1)) {
    const args = ["stack", "init", other, "--secrets-provider", SECRETS_PROVIDER, "--no-select"];
    await execa("pulumi", args, { cwd: folder, env: environment });
  }
  await mkdir(join(folder, "rendered"), { recursive: true });
  return `${text.trimEnd()}\n`;
}

function fleetCatalogue(size: number, { last }: FleetState): string {
  const entries = Array.from({ length: size }, (_, index) => {
    const isChanged = index === size - 1 && last !== undefined;
    return [serviceName(index), isChanged ? { warehouse: { interval: last } } : {}];
  });
  return catalogueOf(Object.fromEntries(entries), TEAMS);
}

function keys(kubeconfig: string, state: FleetState = { interval: "5m" }): Record<string, string> {
  return {
    cluster: `{ name: bench, context: sandbox, kubeconfig: ${JSON.stringify(kubeconfig)} }`,
    registry: "registry.example",
    gitops: "{ repository: acme/gitops }",
    github: "{ owner: acme }",
    webhooks: '{ url: "https://hooks.acme.example", scope: organization }',
    builds: BUILDS,
    access: "{ deployer: kargo-fleet-deployer, breakGlass: break-glass }",
    warehouse: `{ interval: ${state.interval} }`,
    // Otherwise nothing could be destroyed.
    protect: "false",
  };
}

function linesOf(config: Readonly<Record<string, string>>): string {
  return Object.entries(config)
    .map(([key, value]) => `  kargo-fleet:${key}: ${value}\n`)
    .join("");
}
