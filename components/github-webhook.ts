import { createHmac } from "node:crypto";
import github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { BuildTriggersPlan, WebhookPlan } from "../model/plan.ts";

/** The hook on the service's own repository that reports pushes to its own endpoint, signed with its own secret. */
export function githubWebhook(
  name: string,
  { active, repository, url, secretPurpose }: WebhookPlan,
  masterSecret: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): github.RepositoryWebhook {
  const hook = pushes(active, url, derivedSecret(masterSecret, secretPurpose));
  return new github.RepositoryWebhook(name, { repository, ...hook }, opts);
}

/** The options of a hook that the engine shall forget: it is left as the state has it, and nobody calls GitHub for it. */
export function lost(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  const ignoreChanges = ["active", "configuration", "events", "repository"];
  return { ...opts, ignoreChanges, retainOnDelete: true };
}

/** The one hook of an organization, in place of one for each service. */
export function organizationWebhook(
  name: string,
  { url, secretPurpose }: NonNullable<BuildTriggersPlan["organizationHook"]>,
  masterSecret: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): github.OrganizationWebhook {
  return new github.OrganizationWebhook(
    name,
    pushes(true, url, derivedSecret(masterSecret, secretPurpose)),
    opts,
  );
}

function pushes(active: boolean, url: string, secret: pulumi.Output<string>) {
  return {
    events: ["push"],
    active,
    configuration: { url, contentType: "json", insecureSsl: false, secret },
  };
}

/** A secret that nobody can guess without the master and anybody with it can compute again. */
export function derivedSecret(master: pulumi.Input<string>, purpose: string): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.output(master).apply((key) => createHmac("sha256", key).update(purpose).digest("hex")),
  );
}
