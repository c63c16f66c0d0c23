import assert from "node:assert/strict";
import { buildTemplate } from "../manifests/argo-workflows.ts";
import type { ResourceTemplate } from "../manifests/argo-workflows-types.ts";
import type { Job } from "../manifests/build-job.ts";
import { catalogueText, planOf, service, stackText } from "./sources.ts";

/** The template that makes the Job of a build, of a stack with these keys. */
export function launchTemplate(keys: Readonly<Record<string, string>> = {}): ResourceTemplate {
  const { platform } = planOf(catalogueText({ nginx: service("nginx") }), stackText(keys));
  assert.ok(platform?.buildTriggers);
  const found = buildTemplate(platform.buildTriggers).spec.templates.find((one) => "resource" in one);
  assert.ok(found && "resource" in found);
  return found;
}

const VALUES: Readonly<Record<string, string>> = {
  "workflow.name": "nginx-4be3a1c09d2f",
  "workflow.parameters.context": ".",
  "workflow.parameters.dockerfile": "Dockerfile",
  "inputs.parameters.destination": "registry.example/nginx:20261125120000-4be3a1c",
};

/**
 * A Job as Argo Workflows fills its manifest in: a variable as it is, and `toJson` of a text and a variable as JSON. What
 * else stands between braces is left, and then the manifest is no JSON.
 */
export function filledJob(
  { resource: { manifest } }: ResourceTemplate,
  values: Readonly<Record<string, string>> = {},
): Job {
  const all = { ...VALUES, ...values };
  const filled = manifest
    .replace(/\{\{=toJson\('([^']*)' \+ ([\w.]+)\)\}\}/g, (hole, start: string, name: string) => {
      const value = all[name];
      return value === undefined ? hole : JSON.stringify(start + value);
    })
    .replace(/\{\{([\w.]+)\}\}/g, (hole, name: string) => all[name] ?? hole);
  return JSON.parse(filled) as Job;
}
