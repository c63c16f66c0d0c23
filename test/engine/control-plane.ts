import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { linkPrograms } from "../../sandbox/toolchain/links.ts";
import { pathsOf } from "../../sandbox/toolchain/look.ts";
import { ensureToolchain, type ProgramName } from "../../sandbox/toolchain/toolchain.ts";
import { platformPlan } from "../sources.ts";

/** The toolchain for the engine tests. */
export interface SharedPrograms {
  /** The path of each program. */
  readonly programs: Readonly<Record<ProgramName, string>>;
  /** A PATH that starts with their folder. */
  readonly path: string;
}

/** The control plane that all tests of a run share. */
export interface SharedControlPlane extends SharedPrograms {
  readonly url: string;
  /** The administrator's kubeconfig. */
  readonly admin: string;
  /** The kubeconfig of the deployer, which runs `pulumi up`. */
  readonly deployer: string;
  /** The kubeconfig of `sandbox-argo-events`. */
  readonly argoEvents: string;
  /** The kubeconfig of Argo CD's controller. */
  readonly argoCd: string;
}

/** The time limit for the first build of all programs. */
export const TOOLCHAIN_TIMEOUT = 60 * 60 * 1000;

let folder: Promise<string> | undefined;
let programs: Promise<SharedPrograms> | undefined;
let controlPlane: Promise<ControlPlane> | undefined;
let definitions: Promise<unknown> | undefined;

/** Finds or builds the toolchain once per run. */
export function sharedPrograms(): Promise<SharedPrograms> {
  programs ??= findPrograms();
  return programs;
}

async function findPrograms(): Promise<SharedPrograms> {
  const toolchain = await ensureToolchain({ quiet: true });
  const found = Object.values(toolchain.programs);
  return { programs: pathsOf(found), path: await linkPrograms(found, join(await sharedFolder(), "bin")) };
}

/** Starts the control plane on first use; the teardown of the run stops it. */
export async function sharedControlPlane(): Promise<SharedControlPlane> {
  const shared = await sharedPrograms();
  controlPlane ??= sharedFolder().then((directory) =>
    startControlPlane({
      directory: join(directory, "control-plane"),
      programs: shared.programs,
      administered: { teams: ["edge", "identity"], platform: platformPlan({}) },
    }),
  );
  const { url, kubeconfigs } = await controlPlane;
  return { ...shared, url, ...kubeconfigs };
}

/** The same with the definitions of Kargo and the Argo projects. Installing them again would take as long. */
export async function definedControlPlane(): Promise<SharedControlPlane> {
  const plane = await sharedControlPlane();
  definitions ??= installDefinitions({ admin: plane.admin });
  await definitions;
  return plane;
}

function sharedFolder(): Promise<string> {
  folder ??= mkdtemp(join(tmpdir(), "kargo-fleet-test-"));
  return folder;
}

/** Stops the shared processes and removes their folder. */
export async function stopShared(): Promise<void> {
  await (await controlPlane?.catch(() => undefined))?.stop();
  if (folder) await rm(await folder, { recursive: true, force: true });
}
