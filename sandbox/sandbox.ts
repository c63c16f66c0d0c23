import { dirname, join, resolve } from "node:path";
import { readStack } from "../fleet/all-stacks.ts";
import { folder } from "../fleet/files.ts";
import { ARGO_CD_PROGRAMS, startArgoCd } from "./argo-cd.ts";
import { startArgoEvents } from "./argo-events.ts";
import { teamsOf } from "./catalogue.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { installDefinitions } from "./crds.ts";
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
import { selectStack } from "./select-stack.ts";
import { stopOnSignals } from "./signals.ts";
import { ensurePrograms, findPrograms } from "./toolchain/for-tests.ts";
import { linkPrograms } from "./toolchain/links.ts";
import { type Paths, pathsOf } from "./toolchain/look.ts";
import { toolchainCache } from "./toolchain/places.ts";
import { showSteps } from "./toolchain/progress.ts";
import { ensureToolchain, type Toolchain } from "./toolchain/toolchain.ts";

/** A Kubernetes control plane, a GitHub and a Pulumi backend in one folder. */
export interface Sandbox extends Omit<SandboxFile, "url" | "kubeconfigs" | "processes"> {
  readonly directory: string;
  readonly controlPlane: ControlPlane;
  /** The environment variables as one shell line. */
  readonly exportLine: string;
  /** Stops everything and removes all data except the logs. */
  stop(): Promise<void>;
}

/** The stack of `Pulumi.sandbox.yaml`. The passphrase encrypts its secrets, which open nothing else. */
const STACK = "sandbox";
const PASSPHRASE = "sandbox";

/** The address for deliveries without a receiver: the discard port, where nothing listens. */
const NOWHERE = "http://127.0.0.1:9";

/** The interval of progress lines without a terminal, in milliseconds. */
const PLAIN_EVERY = 10_000;

/**
 * Starts the whole sandbox and shows progress. A failure, Ctrl-C or SIGTERM stops the started processes; after the
 * start the caller must do that (see `stopOnSignals`). Leftovers of a killed run are removed first.
 * @throws SandboxError if a part does not start, or if a sandbox already runs in the folder
 * @throws ToolchainError if a program is unavailable
 */
export async function startSandbox(options: {
  directory: string;
  output?: NodeJS.WritableStream;
  /** Build Argo CD if it is missing; otherwise it is left out. @default false */
  argoCd?: boolean;
  /** Build Argo Events' program if it is missing. @default true if other programs were built too */
  argoEvents?: boolean;
}): Promise<Sandbox> {
  const directory = resolve(options.directory);
  const output = options.output ?? process.stdout;
  await claimDirectory(directory);
  const stop = () => stopSandbox(directory, { keepLogs: true });
  let released = () => {};
  try {
    // During builds, the toolchain handles Ctrl-C.
    const toolchain = await ensureToolchain({ output });
    const argoCd = options.argoCd
      ? await ensurePrograms(ARGO_CD_PROGRAMS, { output })
      : await findPrograms(ARGO_CD_PROGRAMS);
    // A machine that downloads programs may lack Go, and should not wait for a build.
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

/** The sandbox that runs in a folder; undefined if none does. */
export async function readSandbox(directory: string): Promise<Sandbox | undefined> {
  const records = await readRecords(resolve(directory));
  const file = await readSandboxFile(resolve(directory));
  return records !== undefined && file !== undefined && (await isInUse(records))
    ? sandboxOf(resolve(directory), file)
    : undefined;
}

/** Stops the sandbox in a folder, if one runs, and removes its data. */
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
  const PATH = await linkPrograms(Object.values(toolchain.programs), join(directory, "bin"));
  const { url, kubeconfigs, processes } = await step(output, {
    title: "Kubernetes control plane",
    doing: "starting etcd, kube-apiserver and kube-controller-manager, usually 5 s",
    work: async () =>
      startControlPlane({
        directory,
        programs: pathsOf(Object.values(toolchain.programs)),
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
    // As `fleet` runs the CLI (fleet/engine-settings.ts).
    GOGC: process.env.GOGC || "200",
    // Node compiles the program's packages once, not in every run.
    NODE_COMPILE_CACHE: join(dirname(toolchainCache(process.env)), "compiled"),
  };
  await step(output, {
    title: "Pulumi stack",
    doing: "making it, usually 2 s",
    work: () => selectStack(STACK, directory, environment),
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

/** `pulumi up` reports errors in the files; until they are fixed there are no guards. */
async function administeredBy(catalogue: string): Promise<Administered> {
  const { plan } = readStack(STACK, folder(PROJECT));
  return { teams: await teamsOf(catalogue), platform: plan?.platform };
}

/** Runs one step of the start and shows it with the elapsed time. */
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
