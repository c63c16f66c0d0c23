import { createHmac } from "node:crypto";
import github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../model/names.ts";
import type { ServicePlan } from "../model/plan.ts";

/** The hook on the service's own repository that reports pushes to its own endpoint, signed with its own secret. */
export function githubWebhook(
  service: ServicePlan,
  masterSecret: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): github.RepositoryWebhook {
  const { active, repository, url, secretPurpose } = service.webhook;
  return new github.RepositoryWebhook(
    resourceName(service.name, "webhook"),
    {
      repository,
      events: ["push"],
      active,
      configuration: {
        url,
        contentType: "json",
        insecureSsl: false,
        secret: derivedSecret(masterSecret, secretPurpose),
      },
    },
    opts,
  );
}

/** A secret that nobody can guess without the master and anybody with it can compute again. */
export function derivedSecret(master: pulumi.Input<string>, purpose: string): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.output(master).apply((key) => createHmac("sha256", key).update(purpose).digest("hex")),
  );
}
