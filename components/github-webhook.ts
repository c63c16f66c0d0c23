import { OrganizationWebhook } from "@pulumi/github/organizationWebhook.js";
import { RepositoryWebhook } from "@pulumi/github/repositoryWebhook.js";
import type * as pulumi from "@pulumi/pulumi";
import type { HookRow } from "../manifests/inventory/row.ts";
import { derivedSecret, type SecretSources } from "./secret-values.ts";

/** A webhook for pushes with its own secret, of one repository or of the organization. */
export function githubWebhook(
  name: string,
  { active, repository, url, secretPurpose }: HookRow["hook"],
  { webhookMasterSecret }: SecretSources,
  opts: pulumi.CustomResourceOptions,
): RepositoryWebhook | OrganizationWebhook {
  const secret = derivedSecret(webhookMasterSecret, secretPurpose);
  const configuration = { url, contentType: "json", insecureSsl: false, secret };
  const pushes = { events: ["push"], active, configuration };
  return repository === undefined
    ? new OrganizationWebhook(name, pushes, opts)
    : new RepositoryWebhook(name, { repository, ...pushes }, opts);
}

/** The options of a hook that the engine drops from its state: it is not changed, and GitHub is not called. */
export function withoutDeletion(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  const ignoreChanges = ["active", "configuration", "events", "repository"];
  return { ...opts, ignoreChanges, retainOnDelete: true };
}
