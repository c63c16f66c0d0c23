import type * as pulumi from "@pulumi/pulumi";
import { Platform } from "../../components/platform.ts";
import { providers } from "../../components/providers.ts";
import { ServicePipeline } from "../../components/service-pipeline.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";
import { type Registration, record } from "./recording.ts";

export const MASTER = "master";

/** The registrations of `index.ts` for a catalogue with these services. */
export function registered(
  names: readonly string[],
  keys: Readonly<Record<string, string>> = {},
  secrets: () => Readonly<Record<string, pulumi.Output<string>>> = () => ({}),
  more: object = {},
  isMade: (name: string) => boolean = () => true,
  webhookMasterSecret: string = MASTER,
): Promise<readonly Registration[]> {
  const catalogue = catalogueText(Object.fromEntries(names.map((name) => [name, service(name, more)])));
  const plan = planOf(catalogue, stackText(keys));
  return record(() => {
    const opts = { providers: { ...providers(plan, undefined) }, protect: plan.protect };
    const { platform: shared } = plan;
    const sources = { webhookMasterSecret, secrets: secrets() };
    const platform = shared && new Platform("platform", { platform: shared, secrets: sources, isMade }, opts);
    for (const one of plan.services) {
      const args = {
        service: one,
        secrets: sources,
        promotionTasks: platform?.promotionTasks ?? [],
        isMade,
        answeredBy: platform?.answering.get(one.name) ?? [],
      };
      new ServicePipeline(one.name, args, opts);
    }
  });
}

/** The registration with this name. */
export function named(all: readonly Registration[], name: string): Registration {
  const found = all.find((each) => each.name === name);
  if (!found) throw new Error(`${name} was not registered; there are ${all.map((each) => each.name).join()}`);
  return found;
}
