import "./customize.ts";
import { reportCosts } from "./components/costs.ts";
import { provisionedOutput, servicesOutput } from "./components/outcome.ts";
import { providers } from "./components/providers.ts";
import { quietSdk } from "./components/quiet-sdk.ts";
import { orderOf, servicePipelines, sharedPlatform } from "./components/services.ts";
import { readStack } from "./components/stack.ts";
import { ValuesFiles } from "./components/values-files.ts";

quietSdk();
const inputs = await readStack();
const { plan, valued, githubSecret } = inputs;
await reportCosts(plan);
const { protect } = plan;
const opts = { providers: { ...providers(plan, githubSecret) }, protect };

const order = orderOf(inputs);
const valuesFiles = new ValuesFiles("values-files", { plan: valued, githubSecret }, { protect });
const platform = sharedPlatform(inputs, order, opts);
const pipelines = await servicePipelines(inputs, order, { platform, valuesFiles }, opts);

/** Per service: its namespace, Kargo Project and Applications, and the commands that promote to prod. */
export const services = servicesOutput(inputs);

/** The freezes in force, with end and reason. */
export const freezes = plan.freezes.filter(({ over }) => !over);

/** When Promotions may begin; the API server refuses them at other times. */
export const windows = plan.platform?.calendar.filter(({ open }) => open) ?? [];

/** What the next run needs to detect losses. */
export const provisioned = provisionedOutput(inputs, pipelines, valuesFiles);
