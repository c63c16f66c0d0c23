import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { execa } from "execa";
import { stringify } from "yaml";
import { FleetError } from "../fleet/fleet-error.ts";
import { InvalidInput, readStackFiles } from "../fleet/stack-files.ts";
import { repositoriesOf } from "./catalogue.ts";
import { SANDBOX_DIRECTORY } from "./folder.ts";
import { connectionOf, type KubernetesApi, kubernetesApi } from "./kubernetes-api.ts";
import { labelledObjects } from "./labelled.ts";
import { firstEnded, readRecords } from "./processes.ts";
import { kubectlOf, pushCommands, pushOnce, tagCommands } from "./push.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";
import { stopOnSignals, waitForSignal } from "./signals.ts";
import { writeStatusPage } from "./status-page.ts";
import { BUILD, buildEverything, ToolchainError } from "./toolchain/toolchain.ts";
import { drawTree, type Hooks, isCompared, type ObjectLists, readObjects, treeOf } from "./tree.ts";

/** The state of the stack, in the sandbox's folder. */
const STATE = "state/.pulumi/stacks/kargo-fleet/sandbox.json";

/** How long to wait for Argo CD's first status of all Applications, in milliseconds. */
const COMPARED_WITHIN = 20_000;

/** `npm start`: starts the sandbox, runs `pulumi up`, and prints the objects and how to look around. */
async function main(): Promise<void> {
  const { once, argocd, argoEvents, directory } = new Command("npm start --")
    .description("Provisions the services of services.json on a real Kubernetes API server on this machine.")
    .option(
      "--once",
      "then push (must create a Workflow), run a second up (must change nothing), destroy (must leave nothing), and exit",
      false,
    )
    .option("--argocd", "build Argo CD if it is missing, about 6 minutes", false)
    .option(
      "--argo-events",
      "build Argo Events' program if it is missing, about 3 minutes; --once implies it",
      false,
    )
    .option("--directory <path>", "the folder for the sandbox's data", SANDBOX_DIRECTORY)
    .option("--build", BUILD)
    .on("option:build", buildEverything)
    .parse()
    .opts<{ once: boolean; argocd: boolean; argoEvents: boolean; directory: string }>();

  // Reports errors in the files before anything is built or started.
  readStackFiles("sandbox");
  const sandbox = await startSandbox({ directory, argoCd: argocd, argoEvents: once || argoEvents });
  const release = stopOnSignals(() => sandbox.stop());
  try {
    const before = await ask(sandbox, labelledObjects);
    heading("pulumi up: the engine's own output");
    print(
      "Its warnings about plugins from $PATH are expected: these are the sandbox's plugins (npm run doctor).\n",
    );
    // Nobody reads a preview of --once before its up.
    await pulumi(sandbox, "up", "--yes", ...(once ? ["--skip-preview"] : []), "--stack", "sandbox");
    await show(sandbox);
    await showStatusPage(sandbox);
    const repository = await repositoryToPush(sandbox);
    if (once) {
      heading(`A push to ${repository}, and its Workflow in the API server`);
      const hidden = (key: unknown, value: unknown) => (key === "managedFields" ? undefined : value);
      print(stringify(await pushOnce(sandbox, repository), hidden, { lineWidth: 0 }));
      print("No workflow controller runs here: nothing is built.");
      await proveAndDestroy(sandbox, before);
    } else {
      showPushing(sandbox, repository);
      if (sandbox.argoCd) await showDeploying(sandbox);
      await untilInterrupted(sandbox);
    }
  } finally {
    release();
    await sandbox.stop();
  }
}

/** Runs the Pulumi CLI in the sandbox and passes its output through. @throws SandboxError if it fails */
async function pulumi(sandbox: Sandbox, ...args: string[]): Promise<void> {
  const { failed, exitCode } = await execa("pulumi", args, {
    env: sandbox.environment,
    stdio: "inherit",
    reject: false,
    // The terminal sends Ctrl-C to the engine too; wait for the engine to finish.
    detached: false,
  });
  if (failed)
    throw new SandboxError(`pulumi ${args.join(" ")} failed (exit code ${exitCode}). Its message is above.`);
}

async function show(sandbox: Sandbox): Promise<void> {
  heading("Objects in the API server and GitHub");
  print(drawTree(treeOf(await settledObjects(sandbox), await hooksOf(sandbox))));
  heading("Manual steps");
  for (const { promote, sync } of Object.values(await outputsOf(sandbox)))
    print([...promote, ...sync].join("\n"));
}

async function showStatusPage(sandbox: Sandbox): Promise<void> {
  heading("The page of fleet status, for a browser");
  print(await writeStatusPage(sandbox));
  print("No Kargo runs here: its Freight, Promotions and states are samples. The access matrix is real.");
}

function showPushing(sandbox: Sandbox, repository: string): void {
  heading("Push to a repository, in another terminal, and show its Workflow");
  if (sandbox.argoEvents === undefined) {
    print(
      "Nothing receives pushes here: npm start -- --argo-events builds the receiver, with Go, in about 3 minutes.",
    );
    return;
  }
  print(pushCommands(sandbox, repository));
  print("\nNo workflow controller runs here: nothing is built.");
  print(`The log of pushes: ${sandbox.argoEvents.log}`);
}

/** The objects in the cluster, with Argo CD's status if it runs. */
async function settledObjects(sandbox: Sandbox): Promise<ObjectLists> {
  const deadline = Date.now() + (sandbox.argoCd ? COMPARED_WITHIN : 0);
  for (;;) {
    const lists = await ask(sandbox, readObjects);
    if (isCompared(lists) || Date.now() >= deadline) return lists;
    await pause(500);
  }
}

/** Calls the API server as the administrator. */
async function ask<T>(sandbox: Sandbox, question: (api: KubernetesApi) => Promise<T>): Promise<T> {
  const api = kubernetesApi(await connectionOf(sandbox.controlPlane.kubeconfigs.admin));
  try {
    return await question(api);
  } finally {
    api.close();
  }
}

/** Kargo does not run here, so the user writes the tag that Argo CD deploys. */
async function showDeploying(sandbox: Sandbox): Promise<void> {
  const [service] = Object.keys(await outputsOf(sandbox));
  if (service === undefined) return;
  heading("Write a tag, as Kargo would, in another terminal, and watch Argo CD deploy it");
  print(tagCommands(sandbox, service, "20260102030405-0123abc"));
  print(`${kubectlOf(sandbox)} get deployments --namespace ${service}-dev --watch`);
  print(`\nNo kubelet runs here: Pods are marked ready but never run. Argo CD's log: ${sandbox.argoCd}`);
}

interface ServiceOutputs {
  readonly promote: readonly string[];
  readonly sync: readonly string[];
}

async function outputsOf(sandbox: Sandbox): Promise<Readonly<Record<string, ServiceOutputs>>> {
  const args = ["stack", "output", "services", "--json", "--stack", "sandbox"];
  const { stdout } = await execa("pulumi", args, { env: sandbox.environment });
  return JSON.parse(stdout) as Record<string, ServiceOutputs>;
}

/** The addresses of the hooks by repository, from GitHub. */
async function hooksOf({ github }: Sandbox): Promise<Hooks> {
  const repositories = await repositoriesOf("services.json");
  const lists = repositories.map(async (repository) => {
    const response = await fetch(`${github.url}/repos/${repository}/hooks`, {
      headers: { authorization: `Bearer ${github.token}` },
    });
    if (!response.ok)
      throw new SandboxError(`The local GitHub answered ${response.status} to the hooks of ${repository}.`);
    const hooks = (await response.json()) as readonly { config: { url: string } }[];
    return [repository, hooks.map(({ config }) => config.url)] as const;
  });
  return Object.fromEntries(await Promise.all(lists));
}

/** A repository with a hook, or any repository if the organization has one hook. */
async function repositoryToPush(sandbox: Sandbox): Promise<string> {
  const hooks = Object.entries(await hooksOf(sandbox));
  const [repository] = hooks.find(([, urls]) => urls.length > 0) ?? hooks[0] ?? ["acme/nginx"];
  return repository;
}

/** @throws SandboxError if a process of the sandbox ends first */
async function untilInterrupted(sandbox: Sandbox): Promise<never> {
  heading("Look around, in another terminal");
  print("npm run kubectl -- get stages -A");
  print("npm run kubectl -- get applications -n argocd");
  print("npm run sandbox:status");
  print("\nFor pulumi by hand, paste this line first, then: pulumi preview, pulumi up");
  print(sandbox.exportLine);
  heading("It stays up until Ctrl-C.");
  const { processes = [] } = (await readRecords(sandbox.directory)) ?? {};
  const { name, log } = await firstEnded(processes);
  throw new SandboxError(`${name} has ended, so the sandbox is stopped. See its log:  ${log}`);
}

async function proveAndDestroy(sandbox: Sandbox, before: readonly string[]): Promise<void> {
  heading("A second up, which must change nothing");
  await pulumi(sandbox, "up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "sandbox");
  heading("A destroy, which must leave nothing");
  await pulumi(sandbox, "destroy", "--yes", "--skip-preview", "--stack", "sandbox");
  const left = await leftovers(sandbox, before);
  if (left.length > 0) throw new SandboxError(`The destroy left:\n${left.join("\n")}`);
  heading("Nothing is left: no object in the cluster, no webhook, no resource in the state.");
}

/** What `destroy` left: objects that did not exist `before`, hooks, resources in the state. */
async function leftovers(sandbox: Sandbox, before: readonly string[]): Promise<string[]> {
  const objects = (await ask(sandbox, labelledObjects)).filter((object) => !before.includes(object));
  const hooks = Object.values(await hooksOf(sandbox)).flat();
  const state = await readFile(join(sandbox.directory, STATE), "utf8");
  const { checkpoint } = JSON.parse(state) as { checkpoint: { latest?: { resources?: readonly unknown[] } } };
  const resources = checkpoint.latest?.resources?.length ?? 0;
  return [
    ...objects,
    ...hooks.map((url) => `the webhook ${url}`),
    ...(resources > 0 ? [`${resources} resources in the state`] : []),
  ];
}

function heading(text: string): void {
  print(`\n── ${text}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  await waitForSignal();
  if (![SandboxError, ToolchainError, FleetError, InvalidInput].some((kind) => error instanceof kind))
    throw error;
  process.stderr.write(`\n${(error as Error).message}\n`);
  process.exit(1);
}
