import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ValuesFiles } from "../../components/values-files.ts";
import type { Plan } from "../../model/plan.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";
import { type Registration, record } from "./recording.ts";

const RESOURCE = "pulumi-nodejs:dynamic/kargo-fleet:ValuesFiles";
const PROVIDER = "pulumi:providers:pulumi-nodejs";

/** The registrations by type. */
async function registered(plan: Plan, token?: string): Promise<Record<string, Registration>> {
  const all = await record(() => {
    const githubSecret = token === undefined ? undefined : pulumi.secret(token);
    new ValuesFiles("values-files", { plan, githubSecret }, { protect: true });
  });
  return Object.fromEntries(all.map((each) => [each.type, each]));
}

/** The inputs of the values files' resource. */
async function inputsOf(plan: Plan): Promise<Record<string, unknown>> {
  const { [RESOURCE]: resource } = await registered(plan, "a-token");
  return { ...(resource?.inputs as object) };
}

const two = planOf(catalogueText({ nginx: service("nginx"), auth: service("auth") }));

describe("ValuesFiles", function () {
  this.timeout(30_000);

  it("is one resource for all services, with its own provider", async () => {
    const all = await registered(two, "a-token");
    assert.deepEqual(Object.keys(all).sort(), [PROVIDER, RESOURCE].sort());
    assert.deepEqual([all[RESOURCE]?.provider, all[RESOURCE]?.protect], ["values-files", true]);
  });

  it("has the place and the inputs of the files, and no secret", async () => {
    const { __provider: code, ...inputs } = await inputsOf(two);
    assert.equal(typeof code, "string");
    assert.deepEqual(inputs, {
      repository: "acme/gitops",
      branch: "main",
      url: "https://github.com",
      services: Object.fromEntries(
        ["auth", "nginx"].map((name) => [
          name,
          {
            image: `registry.example/${name}`,
            files: {
              dev: `services/${name}/values-dev.yaml`,
              staging: `services/${name}/values-staging.yaml`,
              prod: `services/${name}/values-prod.yaml`,
            },
          },
        ]),
      ),
    });
  });

  it("passes the token to its provider as a secret, or nothing without one", async () => {
    assert.deepEqual((await registered(two, "a-token"))[PROVIDER]?.inputs, {
      "github:token": { secret: "a-token" },
    });
    assert.deepEqual((await registered(two))[PROVIDER]?.inputs, {});
  });

  it("hands the GitHub App of the stack to its provider as a secret", async () => {
    const app = { clientId: "Iv1.0123", installationId: "42" };
    const plan = { ...two, github: { ...two.github, app } };
    assert.deepEqual((await registered(plan, "a-key"))[PROVIDER]?.inputs, {
      "github:app": { secret: JSON.stringify({ ...app, privateKey: "a-key" }) },
    });
  });

  it("has only a few lines of code in the state, which find the provider by a name instead of a path", async () => {
    const code = String((await inputsOf(two)).__provider);
    assert.match(code, /resolve\("#values-files"\)/);
    assert.doesNotMatch(code, /components\//);
    assert.ok(code.length < 2500, `${code.length} characters`);
  });

  it("uses the stack's GitHub Enterprise and branch", async () => {
    const plan = planOf(
      catalogueText({ nginx: service("nginx") }),
      stackText({
        github: '{ owner: acme, url: "https://github.acme.example" }',
        gitops: "{ repository: acme/deployments, branch: live }",
      }),
    );
    const { repository, branch, url } = await inputsOf(plan);
    assert.deepEqual([repository, branch, url], ["acme/deployments", "live", "https://github.acme.example"]);
  });

  it("writes nothing for a stack without services", async () => {
    assert.deepEqual((await inputsOf(planOf(catalogueText({})))).services, {});
  });
});
