import { type ControlPlanePrograms, startControlPlane } from "../control-plane.ts";
import { stopOnSignals } from "../signals.ts";

// Starts a control plane in the folder of the first argument and keeps it: what the tests kill and interrupt.
const [directory = "", programs = "{}"] = process.argv.slice(2);
const controlPlane = await startControlPlane({
  directory,
  programs: JSON.parse(programs) as ControlPlanePrograms,
});
stopOnSignals(() => controlPlane.stop());
console.log("ready");
setInterval(() => {}, 1_000);
