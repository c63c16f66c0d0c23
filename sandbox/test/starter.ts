import { type ControlPlanePrograms, startControlPlane } from "../control-plane.ts";
import { stopOnSignals } from "../signals.ts";

// Starts a control plane in the folder of the first argument and keeps it running, for tests that kill and
// interrupt it.
const [directory = "", programs = "{}"] = process.argv.slice(2);
const controlPlane = await startControlPlane({
  directory,
  programs: JSON.parse(programs) as ControlPlanePrograms,
});
stopOnSignals(() => controlPlane.stop());
console.log("ready");
setInterval(() => {}, 1_000);
