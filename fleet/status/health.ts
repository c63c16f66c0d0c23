import type { StageStatus } from "./fleet-status.ts";
import type { LiveApplication, LiveStage } from "./live.ts";

type Health = StageStatus["health"];

/** From best to worst; Kargo says Unhealthy, Argo CD the others too. */
const ORDER: readonly Health[] = [
  "Unknown",
  "Healthy",
  "Suspended",
  "Progressing",
  "Missing",
  "Unhealthy",
  "Degraded",
];

/**
 * The worse of Kargo's and Argo CD's word. Kargo asks Argo CD only where a promotion syncs, so a Stage with manual sync
 * is Healthy for Kargo whatever its Application does. An Application without a version has nothing to be healthy.
 */
export function healthOf({ health, current }: LiveStage, application: LiveApplication | undefined): Health {
  if (current === undefined) return "Unknown";
  const known = [health, application?.health].map((word) => ORDER.find((each) => each === word) ?? "Unknown");
  return known.reduce((worst, each) => (ORDER.indexOf(each) > ORDER.indexOf(worst) ? each : worst));
}
