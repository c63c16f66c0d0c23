import { setTimeout as pause } from "node:timers/promises";
import { asJson } from "./crds/cache.ts";
import { DEFINITIONS, type Definition, VERSION } from "./crds/releases.ts";
import { definitionTexts } from "./crds/texts.ts";
import { connectionOf, type KubernetesApi, kubernetesApi } from "./kubernetes-api.ts";
import { SandboxError } from "./sandbox-error.ts";

/** The installed CustomResourceDefinitions and their source. */
export interface InstalledDefinitions {
  /** `CRDS_DIR`, or the files of the pinned releases. */
  readonly source: "CRDS_DIR" | "their releases";
  /** For example `stages.kargo.akuity.io`. */
  readonly names: readonly string[];
}

/** How long the API server may take to serve all of them, in milliseconds. */
const LIMIT = 120_000;

/**
 * Installs the definitions of Kargo and the Argo projects, and returns when the API server serves all of them.
 * @throws SandboxError if one is unavailable, or if the API server refuses one
 */
export async function installDefinitions(options: {
  /** The path of the administrator's kubeconfig. */
  admin: string;
  /** @default process.env */
  environment?: NodeJS.ProcessEnv;
  /** @default DEFINITIONS */
  definitions?: readonly Definition[];
}): Promise<InstalledDefinitions> {
  const { environment = process.env, definitions = DEFINITIONS } = options;
  const texts = [...(await definitionTexts(environment, definitions))];
  const api = kubernetesApi(await connectionOf(options.admin), 60_000);
  try {
    await Promise.all(
      texts.map(async ([name, text]) =>
        api.install(
          "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
          name,
          await asJson(text, environment),
        ),
      ),
    );
    await untilServed(api, definitions);
  } finally {
    api.close();
  }
  return { source: environment.CRDS_DIR ? "CRDS_DIR" : "their releases", names: texts.map(([name]) => name) };
}

/** Waits until the API server's discovery lists every kind; only then can kubectl and Pulumi use them. */
async function untilServed(api: KubernetesApi, definitions: readonly Definition[]): Promise<void> {
  const deadline = Date.now() + LIMIT;
  for (const [group, wanted] of Map.groupBy(definitions, ({ release }) => release.group)) {
    for (;;) {
      const { status, text } = await api.send("GET", `/apis/${group}/${VERSION}`);
      const served = status === 200 ? (JSON.parse(text) as { resources: { name: string }[] }).resources : [];
      const waiting = wanted.filter(({ plural }) => !served.some(({ name }) => name === plural));
      if (waiting.length === 0) break;
      if (Date.now() > deadline)
        throw new SandboxError(
          `The API server does not serve ${waiting.map(({ name }) => name).join(", ")} after ${LIMIT / 1000} s.`,
        );
      await pause(100);
    }
  }
}
