import escapeStringRegexp from "escape-string-regexp";
import type { BuildPlan } from "./build-plan.ts";

/**
 * How long the base64 of an EventSource or Sensor may be. Argo Events hands each to its pod in one environment variable,
 * of which Linux takes 128 KiB (MAX_ARG_STRLEN); beyond it the pod dies while the status says Deployed.
 */
export const TRIGGER_LIMIT = 131_000;

/** How full the fullest group should be where somebody chooses the number of groups: the rest is for growth. */
const ROOM = 0.6;

/** What a Sensor, which is the longer of the two, is without its services, and for each: an upper bound, in bytes. */
const SENSOR = { empty: 900, service: 1_600, name: 10 };

/**
 * How long the base64 of a group's Sensor is at the most, in bytes. The manifests themselves are of another room; a test
 * holds them to this.
 */
export function sensorBytes(builds: readonly BuildPlan[]): number {
  const json = builds.reduce((sum, build) => sum + serviceBytes(build), SENSOR.empty);
  return Math.ceil(json / 3) * 4;
}

function serviceBytes(build: BuildPlan): number {
  const { branch, context, dockerfile, image, owner, paths, repository, service, team } = build;
  const plain = [owner, repository, image, context, dockerfile, team, team];
  const escaped = [`${owner}/${repository}`, branch, ...paths];
  return (
    SENSOR.service +
    SENSOR.name * service.length +
    plain.reduce((sum, text) => sum + text.length, 0) +
    escaped.reduce((sum, text) => sum + Buffer.byteLength(JSON.stringify(escapeStringRegexp(text))), 0) +
    (paths.length === 0 ? 0 : 200)
  );
}

/** The least number of groups, a power of two, among which services of this size leave room for growth. */
export function groupsFor(total: number): number {
  let groups = 1;
  // Hashed, the fullest of many groups holds about half again as much as their mean.
  while ((total / groups) * 1.5 > TRIGGER_LIMIT * ROOM && groups < 256) groups *= 2;
  return groups;
}
