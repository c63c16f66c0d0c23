import { Command } from "commander";
import { fleetBench } from "./fleet/fleet.ts";
import { namespacesBench } from "./namespaces/namespaces.ts";
import { previewBench } from "./preview.ts";
import { profileBench } from "./profile/profile.ts";
import { startBench } from "./start.ts";

/* `npm run bench -- <name>`: measures the time and memory of commands on this machine. */

await new Command("bench")
  .description("Measures on this machine what a command costs.")
  .addCommand(fleetBench())
  .addCommand(namespacesBench())
  .addCommand(previewBench())
  .addCommand(profileBench())
  .addCommand(startBench())
  .parseAsync();
