import assert from "node:assert/strict";
import { buildTemplate } from "../manifests/argo-workflows.ts";
import type { ResourceTemplate } from "../manifests/argo-workflows-types.ts";
import type { Job } from "../manifests/build-job.ts";
import { triggersPlan } from "./sources.ts";

/** The template that creates a build's Job, for a stack with these keys. */
export function launchTemplate(keys: Readonly<Record<string, string>> = {}): ResourceTemplate {
  const found = buildTemplate(triggersPlan(keys)).spec.templates.find((one) => "resource" in one);
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
 * The Job after Argo Workflows filled in its manifest: variables as text, and `toJson` as JSON. Unknown expressions
 * stay and make the manifest invalid JSON.
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
