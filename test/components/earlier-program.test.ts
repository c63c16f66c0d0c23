import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { registered } from "./program.ts";
import type { Registration } from "./recording.ts";

/**
 * The registrations of the program at commit dba78d0, with later limits of the Kubernetes provider (qps, burst) and
 * with components that stay protected beside a child that is being removed. One resource per line: name, type,
 * parent, a digest of all inputs, and dependencies. A changed line is a change in every running fleet. A changed name or type is a
 * replacement, unless the row has the earlier one among its `aliases`.
 */
const RECORDED = new URL("earlier-program.txt", import.meta.url);

const PIPELINES =
  "{ standard: [ { stage: dev, promotion: auto, sync: auto }, { stage: gate, controlFlow: true, after: [dev] }, { stage: prod, promotion: pull-request, sync: manual, after: [gate] }, { stage: qa, promotion: auto, sync: auto, after: [dev], state: retired } ] }";
const RECEIVER = 'receiver: { url: "https://kargo.acme.example/webhooks" }';
const HTTP_ROUTE = "expose: { httpRoute: { gateway: { name: public, namespace: gateways } } }";

/** Catalogues and stacks that together contain every kind of resource. */
const FLEETS: Readonly<Record<string, () => Promise<readonly Registration[]>>> = {
  "a hook for each repository, an Ingress, a receiver, credentials": () =>
    registered(
      ["nginx", "auth"],
      {
        pipelines: PIPELINES,
        gitPassword: "{ secure: v1:abc }",
        imagePassword: "{ secure: v1:abc }",
        credentials: "{ git: { username: kargo }, image: { username: reader } }",
        webhooks: `{ url: "https://hooks.acme.example", groups: 3, expose: { ingress: {} }, ${RECEIVER} }`,
      },
      () => ({ gitPassword: pulumi.secret("a"), imagePassword: pulumi.secret("b") }),
    ),
  "one hook of the organization, HTTPRoutes": () =>
    registered(["nginx"], {
      webhooks: `{ url: "https://hooks.acme.example", scope: organization, ${HTTP_ROUTE} }`,
    }),
  "a decommissioned service": () => registered(["nginx"], {}, undefined, { state: "decommissioned" }),
};

function line({ name, type, parent, waitsFor, ...rest }: Registration): string {
  const digest = createHash("sha256").update(JSON.stringify(rest, sortedKeys)).digest("hex").slice(0, 12);
  return [name, type, parent || "-", digest, waitsFor.join() || "-"].join(" ");
}

/** Sorts the keys of objects. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function recorded(fleet: string): readonly string[] {
  const [, lines = ""] = readFileSync(RECORDED, "utf8").split(`# ${fleet}\n`);
  return (lines.split("\n#")[0] ?? "").trim().split("\n");
}

describe("a fleet that an earlier version made", () => {
  for (const [fleet, register] of Object.entries(FLEETS)) {
    it(`does not change: ${fleet}`, async () => {
      assert.deepEqual((await register()).map(line).sort(), recorded(fleet));
    });
  }
});
