import { catalogueOf, planOf, stackText } from "../sources.ts";
import { everythingOf, resourcesOf } from "./expected-objects.ts";
import type { Run } from "./fleet-stack.ts";

export const NAMES = ["nginx", "api-gw", "auth"];
export const ALL = catalogueOf({
  nginx: {},
  "api-gw": {},
  auth: { team: "identity", pipeline: "regulated" },
});

/** The two pipelines of the stack, with a variable soak before auth's prod. */
export function pipelines(soak?: string): string {
  const stages = (more = "") => `[
      { stage: dev, promotion: auto, sync: auto },
      { stage: staging, promotion: auto, sync: auto, after: [dev] },
      { stage: prod, promotion: manual, sync: manual, after: [staging]${more} } ]`;
  return `{ standard: ${stages()}, regulated: ${stages(soak && `, soak: ${soak}`)} }`;
}

/** The same after auth's team has lost its approvers. */
export const WITHOUT_APPROVERS = ALL.replace(/,\s*"approvers": "AD-Identity-Release"/, "");

const PLAN = planOf(
  ALL,
  stackText({
    pipelines: pipelines(),
    webhooks: '{ url: "https://hooks.acme.example", groups: 2 }',
    credentials: "{ git: { username: kargo }, image: { username: reader } }",
    gitPassword: "{ secure: v1:abc }",
    imagePassword: "{ secure: v1:abc }",
  }),
);
export const EVERYTHING = everythingOf(PLAN);
export const RESOURCES = resourcesOf(PLAN);

/** The group of each service, from the hash of its name. */
export const GROUPS: Readonly<Record<string, string>> = {
  nginx: "github-01",
  "api-gw": "github-00",
  auth: "github-00",
};

export function uidOf({ metadata }: Record<string, unknown>): string {
  return (metadata as { uid: string }).uid;
}

/** The changed resources. */
export function touched({ steps }: Run): string[] {
  return Object.keys(steps)
    .filter((name) => steps[name] !== "same")
    .sort();
}
