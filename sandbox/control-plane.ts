import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { totalmem } from "node:os";
import { join, resolve } from "node:path";
import getPort from "get-port";
import { apiServerArguments, controllerManagerArguments, etcdArguments } from "./control-plane/arguments.ts";
import {
  type Credentials,
  readAuthority,
  writeCredentials,
  writeKubeconfig,
} from "./control-plane/credentials.ts";
import { EndedEarly, untilReady } from "./control-plane/readiness.ts";
import { type Administered, argoEventsRights, deployerRights, installedObjects } from "./deployer.ts";
import { kubernetesApi } from "./kubernetes-api.ts";
import {
  claimDirectory,
  type RecordedProcess,
  type StartedProcess,
  startRecorded,
  stopOne,
  stopRecorded,
} from "./processes.ts";
import { stopOnSignals, waitForSignal } from "./signals.ts";
import type { Paths } from "./toolchain/look.ts";

/** The paths of a control plane's programs. */
export type ControlPlanePrograms = Paths<"etcd" | "kube-apiserver" | "kube-controller-manager" | "kubectl">;

/** The kubeconfig file of each identity outside the control plane. */
export interface Kubeconfigs {
  /** The administrator, with all rights. */
  readonly admin: string;
  /** The identity that runs `pulumi up`. */
  readonly deployer: string;
  /** The identity of `sandbox-argo-events`. */
  readonly argoEvents: string;
  /** Argo CD's controller. It has no rights until Argo CD starts. */
  readonly argoCd: string;
}

/** A Kubernetes control plane without nodes, on the loopback address. */
export interface ControlPlane {
  /** The address of the API server, for example `https://127.0.0.1:41234`. */
  readonly url: string;
  /** Files that only their owner can read. */
  readonly kubeconfigs: Kubeconfigs;
  /** In start order. */
  readonly processes: readonly RecordedProcess[];
  /** Ends every process recorded in the folder, in reverse start order. You may call it again. */
  stop(): Promise<void>;
}

/**
 * Go collects garbage half as often as by default, which saves time of the start. GOMEMLIMIT is a target, not a limit: near
 * it Go collects all the time, so that a server with many objects would be several times slower.
 */
const GARBAGE = { GOGC: "200", GOMEMLIMIT: String(Math.floor(totalmem() / 2)) };

/** How often to restart a program on another port when its port is taken. */
const ATTEMPTS = 5;

/**
 * Starts etcd, kube-apiserver and kube-controller-manager with all their data below a folder. Returns when the API
 * server is ready, namespaces get their ServiceAccounts, and these exist: the deployer, the namespaces of Kargo and
 * the Argo projects, each team's build namespace, and the guards. A failure, Ctrl-C or SIGTERM stops the started
 * processes. Leftovers of a killed run are stopped and removed first.
 * @throws SandboxError if a program does not become ready (with its last log lines), or if a sandbox already runs
 * in the folder
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const directory = resolve(options.directory);
  await claimDirectory(directory);
  const stop = () => stopRecorded(directory);
  const released = stopOnSignals(stop);
  try {
    return { ...(await start({ ...options, directory })), stop };
  } catch (error) {
    await stop();
    await waitForSignal();
    throw error;
  } finally {
    released();
  }
}

interface ControlPlaneOptions {
  readonly directory: string;
  readonly programs: ControlPlanePrograms;
  /** @default no team and no guards */
  readonly administered?: Administered;
  /** More arguments of the API server. @default none */
  readonly apiServer?: readonly string[];
}

async function start({
  directory,
  programs,
  administered = { teams: [], platform: undefined },
  apiServer: more = [],
}: ControlPlaneOptions): Promise<Omit<ControlPlane, "stop">> {
  for (const name of ["etcd", "certificates"]) {
    await rm(join(directory, name), { recursive: true, force: true });
    await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  }
  const credentials = await writeCredentials(directory);
  const etcd = await startEtcd(directory, programs.etcd);
  const path = programs["kube-apiserver"];
  const { apiServer, authority } = await startApiServer(directory, path, etcd.url, credentials, more);
  const { url } = apiServer;
  const kubeconfig = (name: keyof Credentials["tokens"]) =>
    writeKubeconfig(directory, name, { url, token: credentials.tokens[name], authority });
  const kubeconfigs = {
    admin: await kubeconfig("admin"),
    deployer: await kubeconfig("deployer"),
    argoEvents: await kubeconfig("argo-events"),
    argoCd: await kubeconfig("argo-cd"),
  };
  const controllerManager = await startRecorded(directory, {
    name: "kube-controller-manager",
    path: programs["kube-controller-manager"],
    arguments: controllerManagerArguments({
      kubeconfig: await kubeconfig("controller-manager"),
      serviceAccountKey: credentials.serviceAccountKey,
      rootCertificate: join(directory, "certificates", "apiserver.crt"),
    }),
    log: join(directory, "logs", "kube-controller-manager.log"),
    environment: { ...GARBAGE, ...process.env },
  });
  const api = kubernetesApi({ url, authority, token: credentials.tokens.admin });
  // In order, because a Role needs its namespace.
  const objects = [...installedObjects(), ...deployerRights(administered), ...argoEventsRights()];
  for (const { path, object } of objects) {
    await api.apply(path, JSON.stringify(object));
  }
  const account = "/api/v1/namespaces/argo-events/serviceaccounts/default";
  await untilReady(controllerManager, async () => (await api.send("GET", account)).status === 200);
  api.close();
  return { url, kubeconfigs, processes: [etcd, apiServer, controllerManager] };
}

async function startEtcd(directory: string, path: string): Promise<StartedProcess & { url: string }> {
  return onFreePort(directory, async (port) => {
    const url = `http://127.0.0.1:${port}`;
    const name = `sandbox-${randomBytes(6).toString("hex")}`;
    const started = await startRecorded(directory, {
      name: "etcd",
      path,
      url,
      arguments: etcdArguments({ name, data: join(directory, "etcd"), url }),
      log: join(directory, "logs", "etcd.log"),
    });
    // Compares the name, because another control plane's etcd may have taken this port.
    const isReady = async () => {
      const answer = await fetch(`${url}/v3/cluster/member/list`, { method: "POST", body: "{}" });
      return (await answer.text()).includes(name);
    };
    return { started: { ...started, url }, isReady };
  });
}

async function startApiServer(
  directory: string,
  path: string,
  etcd: string,
  credentials: Credentials,
  more: readonly string[],
): Promise<{ apiServer: StartedProcess & { url: string }; authority: string }> {
  const certificates = join(directory, "certificates");
  let authority = "";
  const apiServer = await onFreePort(directory, async (port) => {
    const url = `https://127.0.0.1:${port}`;
    const { tokenFile, serviceAccountKey } = credentials;
    const started = await startRecorded(directory, {
      name: "kube-apiserver",
      path,
      url,
      arguments: [...apiServerArguments({ etcd, port, certificates, tokenFile, serviceAccountKey }), ...more],
      log: join(directory, "logs", "kube-apiserver.log"),
      environment: { ...GARBAGE, ...process.env },
    });
    const isReady = async () => {
      authority = (await readAuthority(join(certificates, "apiserver.crt"))) ?? "";
      if (authority === "") {
        return false;
      }
      const api = kubernetesApi({ url, authority, token: credentials.tokens.admin });
      try {
        return (await api.send("GET", "/readyz")).status === 200;
      } finally {
        api.close();
      }
    };
    return { started: { ...started, url }, isReady };
  });
  return { apiServer, authority };
}

/** Starts a program on a free port, and retries on another one if the port was taken. */
async function onFreePort<Started extends StartedProcess>(
  directory: string,
  attempt: (port: number) => Promise<{ started: Started; isReady: () => Promise<boolean> }>,
): Promise<Started> {
  for (let count = 1; ; count++) {
    const { started, isReady } = await attempt(await getPort({ host: "127.0.0.1" }));
    try {
      await untilReady(started, isReady);
      return started;
    } catch (error) {
      if (!(error instanceof EndedEarly && error.portTaken && count < ATTEMPTS)) {
        throw error;
      }
      await stopOne(directory, started);
    }
  }
}
