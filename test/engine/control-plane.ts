import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane.ts";
import { ensureToolchain, linkPrograms, type ProgramName } from "../../sandbox/toolchain/toolchain.ts";
import { platformPlan } from "../sources.ts";

/** The toolchain, as the engine tests use it. */
export interface SharedPrograms {
  /** The path of each program. */
  readonly programs: Readonly<Record<ProgramName, string>>;
  /** A PATH with all of them first. */
  readonly path: string;
}

/** The one control plane of a test run. */
export interface SharedControlPlane extends SharedPrograms {
  readonly url: string;
  /** The administrator's kubeconfig. */
  readonly admin: string;
  /** The kubeconfig of the identity that `pulumi up` runs as. */
  readonly deployer: string;
  /** The kubeconfig of who stands in Argo Events' place. */
  readonly argoEvents: string;
  /** The kubeconfig of Argo CD's controller. */
  readonly argoCd: string;
}

/** Building what is missing takes its time on a machine that never saw the project. */
export const TOOLCHAIN_TIMEOUT = 60 * 60 * 1000;

let folder: Promise<string> | undefined;
let programs: Promise<SharedPrograms> | undefined;
let controlPlane: Promise<ControlPlane> | undefined;

/** Finds or builds the toolchain, once a run. */
export function sharedPrograms(): Promise<SharedPrograms> {
  programs ??= findPrograms();
  return programs;
}

async function findPrograms(): Promise<SharedPrograms> {
  const toolchain = await ensureToolchain({ quiet: true });
  const path = await linkPrograms(toolchain, join(await sharedFolder(), "bin"));
  const entries = Object.values(toolchain.programs).map((program) => [program.name, program.path]);
  return { programs: Object.fromEntries(entries), path };
}

/** Starts the control plane on first use; the run's teardown stops it. */
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

function sharedFolder(): Promise<string> {
  folder ??= mkdtemp(join(tmpdir(), "kargo-fleet-test-"));
  return folder;
}

/** Stops what the run shared and removes its folder. */
export async function stopShared(): Promise<void> {
  await (await controlPlane?.catch(() => undefined))?.stop();
  if (folder) await rm(await folder, { recursive: true, force: true });
}
