import { tellCosts } from "./components/costs.ts";
import { provisionedOutput } from "./components/lifecycle.ts";
import { Platform } from "./components/platform.ts";
import { providers } from "./components/providers.ts";
import { ServicePipeline } from "./components/service-pipeline.ts";
import { readStack } from "./components/stack.ts";
import { stackMark } from "./components/stack-mark.ts";
import { ValuesFiles } from "./components/values-files.ts";

const { stack, plan, registered, webhookMasterSecret, githubToken, ...more } = await readStack();
const { secrets, hooksToRemove } = more;
const { protect } = plan;
await tellCosts(plan);
const transformations = [stackMark(stack)];
const opts = { providers: { ...providers(plan, githubToken) }, protect, transformations };

const valuesFiles = new ValuesFiles("values-files", { plan: registered, githubToken }, { protect });
const shared = registered.platform && { platform: registered.platform, secrets, webhookMasterSecret };
const platform = shared && new Platform("platform", shared, opts);
const promotionTasks = platform?.promotionTasks ?? [];

const pipelines = registered.services.map((service) => {
  const withWebhook = !hooksToRemove.has(service.name);
  const args = { service, webhookMasterSecret, promotionTasks, valuesFiles: [valuesFiles], withWebhook };
  return [service.name, new ServicePipeline(service.name, args, opts)] as const;
});

/** Per service: its namespace, Kargo Project and Applications, and the commands a person types for prod. */
export const services = Object.fromEntries(
  pipelines.map(([name, { namespace, project, applications, promote, sync }]) => [
    name,
    { namespace, project, applications, promote, sync },
  ]),
);

/** What does not promote by itself now, until when and why. */
export const freezes = plan.freezes.filter(({ over }) => !over);

/** What the next run must know to lose nothing. */
export const provisioned = provisionedOutput(registered, pipelines);
