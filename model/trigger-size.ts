import escapeStringRegexp from "escape-string-regexp";
import { type BuildPlan, builtImages } from "./build-plan.ts";

/**
 * The maximum length of an EventSource's or Sensor's base64. Argo Events passes each to its pod in one environment
 * variable, which Linux limits to 128 KiB (MAX_ARG_STRLEN). A longer one kills the pod while the status says
 * Deployed.
 */
export const TRIGGER_LIMIT = 131_000;

/** The recommended fill of the fullest group, which leaves room for growth. */
const ROOM = 0.6;

/** Upper bounds for a Sensor, the longer of the two, in bytes: without services, per service, per further image. */
const SENSOR = { empty: 900, service: 1_600, image: 1_120, name: 10 };

/**
 * An upper bound for the base64 of a group's Sensor, in bytes. A test compares it with the manifests, which this
 * folder may not import.
 */
export function sensorBytes(builds: readonly BuildPlan[]): number {
  const json = builds.reduce((sum, build) => sum + serviceBytes(build), SENSOR.empty);
  return Math.ceil(json / 3) * 4;
}

function serviceBytes(build: BuildPlan): number {
  const { branch, context, owner, paths, repository, team } = build;
  const [first, ...more] = builtImages(build).map(
    ({ name, image, dockerfile }) =>
      SENSOR.name * name.length + [owner, repository, image, context, dockerfile, team, team].join("").length,
  );
  const escaped = [`${owner}/${repository}`, branch, ...paths];
  return (
    SENSOR.service +
    (first ?? 0) +
    more.reduce((sum, bytes) => sum + SENSOR.image + bytes, 0) +
    escaped.reduce((sum, text) => sum + Buffer.byteLength(JSON.stringify(escapeStringRegexp(text))), 0) +
    (paths.length === 0 ? 0 : 200)
  );
}

/** The least power of two of groups that leaves room for growth. */
export function groupsFor(total: number): number {
  let groups = 1;
  // With hashing, the fullest of many groups has about 1.5 times the mean.
  while ((total / groups) * 1.5 > TRIGGER_LIMIT * ROOM && groups < 256) groups *= 2;
  return groups;
}
