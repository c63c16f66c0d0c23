import { tellCosts } from "./components/costs.ts";
import { provisionedOutput, settled } from "./components/outcome.ts";
import { Platform } from "./components/platform.ts";
import { providers } from "./components/providers.ts";
import { ServicePipeline } from "./components/service-pipeline.ts";
import { readStack } from "./components/stack.ts";
import { stackMark } from "./components/stack-mark.ts";
import { ValuesFiles } from "./components/values-files.ts";
import { lastOf } from "./model/obstacles.ts";
import type { ServicePlan } from "./model/plan.ts";

const { stack, plan, registered, planned, webhookMasterSecret, githubToken, ...more } = await readStack();
const { secrets, before, obstacles, seeded } = more;
const { isMade, hooks } = more.leaving;
const { protect } = plan;
await tellCosts(plan);
const transformations = [stackMark(stack)];
const opts = { providers: { ...providers(plan, githubToken) }, protect, transformations };

const last = lastOf(registered.services, obstacles);
const first = Promise.withResolvers<readonly ServicePipeline[]>();

const valuesFiles = new ValuesFiles("values-files", { plan: registered, githubToken }, { protect });
const shared = registered.platform && { platform: registered.platform, secrets, webhookMasterSecret };
const platform =
  shared && new Platform("platform", { ...shared, isMade, last: { ...last, first: first.promise } }, opts);

function pipelinesOf(services: readonly ServicePlan[]): Map<string, ServicePipeline> {
  return new Map(
    services.map((service) => {
      const { name } = service;
      const args = {
        service,
        webhookMasterSecret,
        promotionTasks: platform?.promotionTasks ?? [],
        answeredBy: platform?.answering.get(name) ?? [],
        valuesFiles: seeded.has(name) ? [] : [valuesFiles],
        hook: hooks.get(name) ?? "keep",
        isMade,
      };
      return [name, new ServicePipeline(name, args, opts)];
    }),
  );
}

// What is known to fail comes last: where the engine stops at it, everything else is done.
const comesLast = ({ name }: ServicePlan) => last.services.has(name);
const ready = pipelinesOf(registered.services.filter((service) => !comesLast(service)));
first.resolve([...ready.values()]);
if (last.services.size > 0) await settled(ready);
const pipelines = new Map([...ready, ...pipelinesOf(registered.services.filter(comesLast))]);

/** Per service: its namespace, Kargo Project and Applications, and the commands a person types for prod. */
export const services = Object.fromEntries(
  [...pipelines].map(([name, { namespace, project, applications, promote, sync }]) => [
    name,
    { namespace, project, applications, promote, sync },
  ]),
);

/** What does not promote by itself now, until when and why. */
export const freezes = plan.freezes.filter(({ over }) => !over);

/** What the next run must know to lose nothing. */
export const provisioned = provisionedOutput(
  { registered, before, pipelines, valuesFiles, seeded, hooks },
  planned,
);
