import { OrganizationWebhook } from "@pulumi/github/organizationWebhook.js";
// The package as a whole loads hundreds of files more.
import { Provider } from "@pulumi/github/provider.js";
import { RepositoryWebhook } from "@pulumi/github/repositoryWebhook.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../model/plan.ts";
import { GITHUB_URL } from "../../model/web-address.ts";
import { withoutVariable } from "../environment.ts";
import type { Hooks } from "../hooks.ts";

/** GitHub's hooks. */
export const githubHooks: Hooks<"github"> = {
  package: "github",
  provider: ({ github: { owner, url, app } }, secret) => {
    const args = {
      owner,
      // GitHub's own API needs no address; GitHub Enterprise's is its web address.
      ...(url !== GITHUB_URL && { baseUrl: `${url}/` }),
      ...(secret && (app ? { appAuth: appAuth(app, secret) } : { token: secret })),
    };
    // The SDK would make an input of GITHUB_TOKEN beside the App: somebody's token in the state.
    return withoutVariable(app ? "GITHUB_TOKEN" : undefined, () => new Provider("github", args));
  },
  create: (name, { active, repository, url }, secret, opts) => {
    const configuration = { url, contentType: "json", insecureSsl: false, secret };
    const pushes = { events: ["push"], active, configuration };
    return repository === undefined
      ? new OrganizationWebhook(name, pushes, opts)
      : new RepositoryWebhook(name, { repository, ...pushes }, opts);
  },
  isHook: (resource) => resource instanceof RepositoryWebhook || resource instanceof OrganizationWebhook,
  inputs: ["active", "configuration", "events", "repository"],
};

/** A GitHub App as the provider takes it. */
export function appAuth(
  { clientId, installationId }: NonNullable<Plan["github"]["app"]>,
  pemFile: pulumi.Output<string>,
) {
  return { id: clientId, installationId, pemFile };
}
