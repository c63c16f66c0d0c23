import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { readStack } from "../fleet/all-stacks.ts";
import { folder } from "../fleet/files.ts";
import { ARGO_CD_PROGRAMS, startArgoCd } from "./argo-cd.ts";
import { type ArgoEvents, startArgoEvents } from "./argo-events.ts";
import { teamsOf } from "./catalogue.ts";
import { type ControlPlane, type ControlPlanePrograms, startControlPlane } from "./control-plane.ts";
import { type InstalledDefinitions, installDefinitions } from "./crds.ts";
import type { Administered } from "./deployer.ts";
import {
  emptyFolder,
  exportLine,
  PROJECT,
  readSandboxFile,
  type SandboxFile,
  writeSandboxFile,
} from "./folder.ts";
import { startGitHub } from "./local-github.ts";
import { claimDirectory, isInUse, readRecords, stopRecorded } from "./processes.ts";
import { SandboxError } from "./sandbox-error.ts";
import { stopOnSignals } from "./signals.ts";
import { ensurePrograms, findPrograms, type Paths } from "./toolchain/optional.ts";
import { showSteps } from "./toolchain/progress.ts";
import { ensureToolchain, linkPrograms, type Toolchain } from "./toolchain/toolchain.ts";

/** A Kubernetes control plane, a GitHub and a Pulumi of their own, in one folder of this machine. */
export interface Sandbox {
  readonly directory: string;
  readonly toolchain: Toolchain;
  readonly controlPlane: ControlPlane;
  readonly github: { readonly url: string; readonly baseUrl: string; readonly token: string };
  /** What takes GitHub's deliveries, where its program is there. */
  readonly argoEvents?: ArgoEvents;
  /** Argo CD's log, where it runs. */
  readonly argoCd?: string;
  readonly definitions: InstalledDefinitions;
  /** What a command needs in its environment to work on the sandbox. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same as one line for a shell. */
  readonly exportLine: string;
  /** Stops everything and removes all data but the logs. */
  stop(): Promise<void>;
}

/** The stack of `Pulumi.sandbox.yaml`; its secrets are encrypted with this passphrase and open nothing else. */
const STACK = "sandbox";
const PASSPHRASE = "sandbox";

/** Where deliveries go that nobody takes: the port of the discard protocol, where nothing listens. */
const NOWHERE = "http://127.0.0.1:9";

/** On a pipe or in a file a line about what goes on comes this often, in milliseconds. */
const PLAIN_EVERY = 10_000;

/**
 * Starts the whole sandbox and tells what it does. A failure half way, Ctrl-C and SIGTERM stop what was started;
 * after that whoever called is in charge (see `stopOnSignals`). What a killed earlier run left is cleaned up first.
 *
 * @throws SandboxError where a part does not start, or where a sandbox is already running in the folder
 * @throws ToolchainError where a program cannot be had
 */
export async function startSandbox(options: {
  directory: string;
  output?: NodeJS.WritableStream;
  /** Build Argo CD where it is missing; it is left out otherwise. @default false */
  argoCd?: boolean;
  /** Build what takes pushes where it is missing. @default where other programs were built too */
  argoEvents?: boolean;
}): Promise<Sandbox> {
  const directory = resolve(options.directory);
  const output = options.output ?? process.stdout;
  await claimDirectory(directory);
  const stop = () => stopSandbox(directory, { keepLogs: true });
  let released = () => {};
  try {
    // While it builds, the toolchain itself answers Ctrl-C.
    const toolchain = await ensureToolchain({ output });
    const argoCd = options.argoCd
      ? await ensurePrograms(ARGO_CD_PROGRAMS, { output })
      : await findPrograms(ARGO_CD_PROGRAMS);
    // Where programs are downloaded there may be no Go, and nobody should wait for a build.
    const built = Object.values(toolchain.programs).some(({ origin }) => origin === "built");
    const argoEvents =
      options.argoEvents || built
        ? await ensurePrograms(["sandbox-argo-events"], { output, quiet: true })
        : await findPrograms(["sandbox-argo-events"]);
    released = stopOnSignals(stop);
    await emptyFolder(directory, { keepLogs: false });
    return await start(directory, toolchain, { argoCd, argoEvents }, output);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    released();
  }
}

/** The sandbox that runs in a folder; undefined where none does. */
export async function readSandbox(directory: string): Promise<Sandbox | undefined> {
  const records = await readRecords(resolve(directory));
  const file = await readSandboxFile(resolve(directory));
  return records !== undefined && file !== undefined && (await isInUse(records))
    ? sandboxOf(resolve(directory), file)
    : undefined;
}

/** Stops what runs in a folder, if anything does, and removes its data. */
export async function stopSandbox(directory: string, options: { keepLogs: boolean }): Promise<void> {
  await stopRecorded(directory);
  await emptyFolder(directory, options);
}

async function start(
  directory: string,
  toolchain: Toolchain,
  optional: {
    readonly argoCd: Paths<(typeof ARGO_CD_PROGRAMS)[number]> | undefined;
    readonly argoEvents: Paths<"sandbox-argo-events"> | undefined;
  },
  output: NodeJS.WritableStream,
): Promise<Sandbox> {
  const PATH = await linkPrograms(toolchain, join(directory, "bin"));
  const { url, kubeconfigs, processes } = await step(output, {
    title: "Kubernetes control plane",
    doing: "starting etcd, kube-apiserver and kube-controller-manager, usually 5 s",
    work: async () =>
      startControlPlane({
        directory,
        programs: pathsOf(toolchain),
        administered: await administeredBy(join(PROJECT, "services.json")),
      }),
    done: (started) => started.url,
  });
  const definitions = await step(output, {
    title: "Definitions of Kargo and the Argo projects",
    doing: "fetching them once and installing them, usually 15 s",
    work: () => installDefinitions({ admin: kubeconfigs.admin }),
    done: ({ names, source }) => `${names.length}, from ${source}`,
  });
  const { argoEvents: events, argoCd: deploying } = optional;
  const argoEvents =
    events &&
    (await step(output, {
      title: "In Argo Events' place",
      doing: "starting its code, usually 1 s",
      work: () => startArgoEvents(directory, events["sandbox-argo-events"], kubeconfigs.argoEvents),
      done: (started) => `${started.url}, for GitHub's deliveries`,
    }));
  const { repositories, ...github } = await step(output, {
    title: "Local GitHub",
    doing: "starting it, usually 1 s",
    work: () => startGitHub(directory, argoEvents?.url ?? NOWHERE),
    done: (started) => `${started.url}, ${started.repositories.length} repositories`,
  });
  const argoCd =
    deploying &&
    (await step(output, {
      title: "Argo CD",
      doing: "starting it, usually 3 s",
      work: () => startArgoCd(directory, deploying, kubeconfigs, github),
      done: () => "its application controller and repo-server",
    }));
  const environment = {
    PATH,
    PULUMI_HOME: join(directory, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    KUBECONFIG: kubeconfigs.deployer,
    GITHUB_BASE_URL: github.baseUrl,
  };
  await step(output, {
    title: "Pulumi stack",
    doing: "making it, usually 2 s",
    work: () => selectStack(directory, environment),
    done: () => STACK,
  });
  const file = {
    toolchain,
    url,
    kubeconfigs,
    processes,
    github,
    definitions,
    environment,
    ...(argoEvents && { argoEvents }),
    ...(argoCd && { argoCd }),
  };
  await writeSandboxFile(directory, file);
  return sandboxOf(directory, file);
}

/** What is wrong with a file is for `pulumi up` to say; until it is right there are no guards. */
async function administeredBy(catalogue: string): Promise<Administered> {
  const { plan } = readStack(STACK, folder(PROJECT));
  return { teams: await teamsOf(catalogue), platform: plan?.platform };
}

/** Does one step of the start and shows it; the time ticks meanwhile. */
async function step<Result>(
  output: NodeJS.WritableStream,
  {
    title,
    doing,
    work,
    done,
  }: {
    title: string;
    doing: string;
    work: () => Promise<Result>;
    done: (result: Result) => string;
  },
): Promise<Result> {
  const result = Promise.withResolvers<Result>();
  const shown = async (report: (doing: string) => void) => {
    report(doing);
    const value = await work();
    result.resolve(value);
    return `${title}: ${done(value)}`;
  };
  await showSteps([{ title, work: shown }], output, PLAIN_EVERY);
  return result.promise;
}

function pathsOf({ programs }: Toolchain): ControlPlanePrograms {
  return {
    etcd: programs.etcd.path,
    "kube-apiserver": programs["kube-apiserver"].path,
    "kube-controller-manager": programs["kube-controller-manager"].path,
    kubectl: programs.kubectl.path,
  };
}

/** Makes the stack in the sandbox's own backend, so that `pulumi up` typed by hand finds it selected. */
async function selectStack(directory: string, environment: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(directory, "state"), { recursive: true, mode: 0o700 });
  const pulumi = join(directory, "bin", "pulumi");
  const select = ["stack", "select", "--create", "--stack", STACK, "--non-interactive"];
  const { failed, all } = await execa(pulumi, select, {
    cwd: PROJECT,
    env: environment,
    all: true,
    reject: false,
  });
  if (failed) {
    throw new SandboxError(`The stack "${STACK}" could not be made. Pulumi says:\n${all}`);
  }
}

function sandboxOf(directory: string, file: SandboxFile): Sandbox {
  const { url, kubeconfigs, processes, ...rest } = file;
  const stop = () => stopSandbox(directory, { keepLogs: true });
  return {
    ...rest,
    directory,
    controlPlane: { url, kubeconfigs, processes, stop },
    exportLine: exportLine(file.environment),
    stop,
  };
}
