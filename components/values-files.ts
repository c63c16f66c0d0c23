import * as pulumi from "@pulumi/pulumi";
import { serviceValues } from "../manifests/values-file.ts";
import type { Plan } from "../model/plan.ts";
import type { ValuesFilesInputs, ValuesFilesOutputs } from "./values-files/provider.ts";
import { targetOf } from "./values-files/target.ts";

/** Arguments of {@link ValuesFiles}. */
interface ValuesFilesArgs {
  readonly plan: Plan;

  /**
   * The private key of the plan's GitHub App, or the GitHub token if there is no App.
   * @default GITHUB_TOKEN
   */
  readonly githubSecret?: pulumi.Output<string> | undefined;
}

/**
 * The values files of all services of a stack, as one resource: one commit creates the missing ones in the GitOps
 * repository. After that the files belong to Kargo and the teams: no `up` changes them, and no `destroy` deletes
 * them. Applications depend on it, because they need the files.
 * @example const valuesFiles = new ValuesFiles("values-files", { plan, githubSecret }, { protect: plan.protect });
 */
export class ValuesFiles extends pulumi.dynamic.Resource {
  constructor(
    name: string,
    { plan, githubSecret }: ValuesFilesArgs,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const provider = new SecretHolder(name, plan.github, githubSecret, opts);
    super(
      VALUES_FILES,
      name,
      { ...inputs(plan) },
      { ...opts, provider, retainOnDelete: true },
      "kargo-fleet",
      "ValuesFiles",
    );
  }
}

/**
 * The default provider of dynamic resources would store the whole config of the stack with all its secrets, and
 * change with each of them. This one stores only the GitHub secret.
 */
class SecretHolder extends pulumi.ProviderResource {
  constructor(
    name: string,
    { app }: Plan["github"],
    secret: pulumi.Output<string> | undefined,
    opts: pulumi.ResourceOptions,
  ) {
    const own = secret && app && secret.apply((privateKey) => JSON.stringify({ ...app, privateKey }));
    super(
      "pulumi-nodejs",
      name,
      own ? { "github:app": own } : secret ? { "github:token": secret } : {},
      opts,
    );
  }
}

function inputs(plan: Plan): ValuesFilesInputs {
  return {
    ...targetOf(plan),
    services: Object.fromEntries(plan.services.map((service) => [service.name, serviceValues(service)])),
  };
}

/** The plugin's configuration. The copy in the state is empty; the plugin's own process fills it. */
const configured: { token?: string | undefined; app?: string | undefined } = {};

/**
 * Pulumi stores the source of these functions in the stack's state, and `pulumi refresh` runs the stored source. They
 * import by the alias `#values-files` (package.json), because a path could change later.
 */
const VALUES_FILES: pulumi.dynamic.ResourceProvider<ValuesFilesInputs, ValuesFilesOutputs> = {
  configure: async ({ config }) => {
    configured.token = config.get("github:token");
    configured.app = config.get("github:app");
  },
  diff: async (_id, olds, news) => (await code()).diff(olds, news),
  create: async (inputs) => (await code()).create(inputs, configured),
  update: async (_id, _olds, news) => (await code()).update(news, configured),
};

/**
 * The stored source has no file of its own, so the alias is resolved from the working directory, which is the
 * program's folder.
 */
async function code(): Promise<typeof import("./values-files/provider.ts")> {
  const { createRequire } = await import("node:module");
  const { pathToFileURL } = await import("node:url");
  return await import(pathToFileURL(createRequire(`${process.cwd()}/`).resolve("#values-files")).href);
}
