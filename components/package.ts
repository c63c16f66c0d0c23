import { readFileSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import { main } from "@pulumi/pulumi/provider/server.js";
import { SERVICE_PIPELINE } from "../manifests/inventory/service.ts";
import { packageSchema } from "./package-schema.ts";
import { ServicePipeline, type ServicePipelineArgs } from "./service-pipeline.ts";

/**
 * Serves {@link ServicePipeline} to programs in all Pulumi languages, which add it with `pulumi package add`.
 * @see https://www.pulumi.com/docs/iac/guides/building-extending/components/build-a-component/
 */
export async function servePackage(args: string[]): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const provider: pulumi.provider.Provider = {
    version,
    getSchema: async () => JSON.stringify(packageSchema(version)),
    construct: async (name, type, inputs, options) => {
      if (type !== SERVICE_PIPELINE)
        throw new Error(`This package has no ${type}, only ${SERVICE_PIPELINE}.`);
      // Only this program hands over a plan; from anybody else it would skip the checks.
      if ("service" in inputs) throw new Error("ServicePipeline has no argument service.");
      const component = new ServicePipeline(name, inputs as unknown as ServicePipelineArgs, options);
      const { urn, namespace, project, applications, promote, sync } = component;
      return { urn, state: { namespace, project, applications, promote, sync } };
    },
  };
  return main(provider, args);
}
