import { tellCosts } from "./components/costs.ts";
import { Platform } from "./components/platform.ts";
import { providers } from "./components/providers.ts";
import { ServicePipeline } from "./components/service-pipeline.ts";
import { readStack } from "./components/stack.ts";
import { stackMark } from "./components/stack-mark.ts";
import { ValuesFiles } from "./components/values-files.ts";

const { stack, plan, webhookMasterSecret, githubToken, secrets } = readStack();
const { protect } = plan;
await tellCosts(plan);
const transformations = [stackMark(stack)];
const opts = { providers: { ...providers(plan, githubToken) }, protect, transformations };

const valuesFiles = new ValuesFiles("values-files", { plan, githubToken }, { protect });
const shared = plan.platform && { platform: plan.platform, secrets, webhookMasterSecret };
const platform = shared && new Platform("platform", shared, opts);
const promotionTasks = platform?.promotionTasks ?? [];

/** Per service: its namespace, Kargo Project and Applications, and the commands a person types for prod. */
export const services = Object.fromEntries(
  plan.services.map((service) => {
    const args = { service, webhookMasterSecret, promotionTasks, valuesFiles: [valuesFiles] };
    const { namespace, project, applications, promote, sync } = new ServicePipeline(service.name, args, opts);
    return [service.name, { namespace, project, applications, promote, sync }];
  }),
);
