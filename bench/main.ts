import { Command } from "commander";
import { checkBench } from "./check.ts";
import { fleetBench } from "./fleet/fleet.ts";
import { killsBench } from "./kills/kills.ts";
import { namespacesBench } from "./namespaces/namespaces.ts";
import { pageBench } from "./page.ts";
import { previewBench } from "./preview.ts";
import { profileBench } from "./profile/profile.ts";
import { startBench } from "./start.ts";
import { statusBench } from "./status.ts";

/* `npm run bench -- <name>`: measures the time and memory of commands on this machine. */

await new Command("bench")
  .description("Measures on this machine what a command costs.")
  .addCommand(checkBench())
  .addCommand(pageBench())
  .addCommand(fleetBench())
  .addCommand(killsBench())
  .addCommand(namespacesBench())
  .addCommand(previewBench())
  .addCommand(profileBench())
  .addCommand(startBench())
  .addCommand(statusBench())
  .parseAsync();
