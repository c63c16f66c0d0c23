import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { sharedControlPlane } from "../control-plane.ts";

/** As much of a Kubernetes object as these tests look at. */
export interface Live {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
    readonly managedFields?: readonly { manager: string; operation: string }[];
  };
  readonly data?: Record<string, string>;
  readonly spec?: Record<string, unknown>;
}

/** Runs kubectl as the administrator of the shared control plane and yields what it printed. */
export async function kubectl(...args: string[]): Promise<string> {
  const { programs, admin } = await sharedControlPlane();
  const { stdout } = await promisify(execFile)(programs.kubectl, ["--kubeconfig", admin, ...args]);
  return stdout;
}

/** Reads an object; undefined where there is none. */
export async function read(kind: string, name: string, namespace: string): Promise<Live | undefined> {
  const which = [kind, name, "--namespace", namespace];
  const text = await kubectl("get", ...which, "-o=json", "--ignore-not-found", "--show-managed-fields");
  return text === "" ? undefined : (JSON.parse(text) as Live);
}

/** Applies an object server-side as the field manager `manager`, which then owns what the object sets. */
export async function applyAs(manager: string, object: object): Promise<void> {
  const { programs, admin } = await sharedControlPlane();
  const args = ["apply", "--server-side", "--force-conflicts", `--field-manager=${manager}`, "-f=-"];
  await new Promise<void>((resolve, reject) => {
    const child = execFile(programs.kubectl, ["--kubeconfig", admin, ...args], (error) =>
      error ? reject(error) : resolve(),
    );
    child.stdin?.end(JSON.stringify(object));
  });
}

/** Makes a namespace with a name that no other run has. */
export async function scratchNamespace(): Promise<string> {
  const name = `stand-in-${randomBytes(4).toString("hex")}`;
  await kubectl("create", "namespace", name);
  return name;
}

/** Asks for namespaces and all in them to go, and does not wait. */
export async function discard(...namespaces: string[]): Promise<void> {
  await kubectl("delete", "namespace", "--ignore-not-found", "--wait=false", ...namespaces);
}
