import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import getPort from "get-port";
import { sharedPrograms } from "../control-plane.ts";
import { kubeconfigFor } from "../kubeconfig.ts";

const token = "administrator";

/** Starts a test's own etcd and kube-apiserver, without controllers, and waits until they are ready. */
export async function apiServer() {
  const { programs } = await sharedPrograms();
  const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-api-server-"));
  const [client, peer, port] = [await getPort(), await getPort(), await getPort()];
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  await writeFile(join(folder, "private.pem"), privateKey);
  await writeFile(join(folder, "public.pem"), publicKey);
  await writeFile(join(folder, "tokens.csv"), `${token},administrator,administrator,system:masters\n`);
  const etcdUrl = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const etcd = spawn(
    programs.etcd,
    [
      `--data-dir=${join(folder, "etcd")}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      "--unsafe-no-fsync",
    ],
    { stdio: "ignore" },
  );
  const serve = () =>
    spawn(
      programs["kube-apiserver"],
      [
        `--etcd-servers=${etcdUrl}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${port}`,
        `--cert-dir=${folder}`,
        `--token-auth-file=${join(folder, "tokens.csv")}`,
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        `--service-account-key-file=${join(folder, "public.pem")}`,
        `--service-account-signing-key-file=${join(folder, "private.pem")}`,
        "--service-cluster-ip-range=10.0.0.0/24",
      ],
      { stdio: "ignore" },
    );
  let server = serve();
  const url = `https://127.0.0.1:${port}`;
  await ready(url, server);
  return {
    url,
    /** Its administrator's token. */
    token,
    /** The text of its administrator's kubeconfig. */
    kubeconfig: kubeconfigFor(url, { token }),
    /** Kills it (`SIGKILL`), stops it (`SIGSTOP`), or continues it (`SIGCONT`). */
    signal: (signal: "SIGKILL" | "SIGSTOP" | "SIGCONT") => void server.kill(signal),
    /** Restarts it at the same address with the same data, and waits until it is ready. */
    revive: async () => {
      await ended(server);
      server = serve();
      await ready(url, server);
    },
    /** Stops it and its etcd, and removes their data. */
    close: async () => {
      await Promise.all([ended(server), ended(etcd)]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (server.exitCode !== null) throw new Error(`kube-apiserver ended with ${server.exitCode}`);
    if ((await status(`${url}/api/v1/namespaces/default`)) === 200) return;
    await pause(100);
  }
  throw new Error("kube-apiserver was not ready within a minute");
}

function status(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const options = { headers: { authorization: `Bearer ${token}` }, rejectUnauthorized: false };
    const asked = request(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
