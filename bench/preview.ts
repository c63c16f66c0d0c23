import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { stopShared } from "../test/engine/control-plane.ts";
import { type FleetStack, openFleetStack } from "../test/engine/fleet-stack.ts";
import { openRepository, type Repository } from "../test/repository.ts";
import { catalogueOf } from "../test/sources.ts";
import { type Cost, measure } from "./measure.ts";

const SIZES = ["10", "100", "1000"];

/** `npm run bench -- preview`: compares `fleet preview` of one changed service with the whole `pulumi preview`. */
export function previewBench(): Command {
  return new Command("preview")
    .description(
      "One changed service among 10, 100 and 1,000: fleet preview beside the whole pulumi preview.",
    )
    .argument("[sizes...]", "how many services", SIZES)
    .addHelpText(
      "after",
      `
The state is a real one: an up of all services, with three Stages each, on a control plane of its own (kube-apiserver, etcd)
and the local GitHub. It skips the engine's checkpoints, which are quadratic, until its end: the state is the same. Then
one Warehouse changes, and both commands preview that. Memory is that of the command with its descendants: engine, plugins, program.

Example:
  npm run bench -- preview 10 100`,
    )
    .action(async (sizes: readonly string[]) => run(sizes.map(Number)));
}

async function run(sizes: readonly number[]): Promise<void> {
  // Only the `up` uses it; a preview writes no checkpoint.
  process.env.PULUMI_EXPERIMENTAL = "true";
  process.env.PULUMI_SKIP_CHECKPOINTS = "true";
  const stack = await openFleetStack([]);
  try {
    const repository = await openRepository(stack.folder);
    await repository.write({ ".gitignore": "*\n!/services.json\n!/Pulumi.test.yaml\n" });
    await repository.git("add", "--force", ".gitignore");
    await stack.writeConfig({ webhooks: '{ url: "https://hooks.acme.example", scope: organization }' });
    console.log(
      "| services | resources | `fleet preview` | memory | whole `pulumi preview` | memory | `--offline` |",
    );
    console.log("|---|---|---|---|---|---|---|");
    for (const size of sizes) console.log(await row(size, stack, repository));
  } finally {
    await stack.github.stop();
    await stopShared();
    await rm(stack.folder, { recursive: true, force: true });
  }
}

async function row(size: number, stack: FleetStack, repository: Repository): Promise<string> {
  const names = Array.from({ length: size }, (_, index) => `service-${index}`);
  await stack.writeCatalogue(catalogueOf(names));
  const logs = join(stack.folder, "pulumi-home", "logs");
  await rm(logs, { recursive: true, force: true });
  await writeFile(logs, "");
  const up = await stack.cli("up", "--yes", "--skip-preview");
  if (up.failed) throw new Error(up.output.slice(-5_000));
  // The measured commands write the CLI's log of each run, as for a user.
  await rm(logs);
  await repository.commit();
  const unchanged = Object.fromEntries(names.map((name) => [name, {}]));
  const changed = { [`service-${size - 1}`]: { warehouse: { interval: "1h" } } };
  await stack.writeCatalogue(catalogueOf({ ...unchanged, ...changed }));
  const options = { cwd: stack.folder, env: stack.environment };
  const fleet = ["node", resolve("fleet/main.ts"), "preview", "--base", "main", "--stack", "test"];
  const few = await measure(fleet, options);
  const offline = await measure([...fleet, "--offline"], options);
  const whole = await measure(["pulumi", "preview", "--stack", "test", "--non-interactive"], options);
  const resources = (await stack.checkpoint()).resources.length;
  const cells = [size, resources, ...cost(few), ...cost(whole), `${offline.seconds.toFixed(1)} s`];
  return `| ${cells.join(" | ")} |`;
}

function cost({ seconds, megabytes }: Cost): string[] {
  return [`${seconds.toFixed(1)} s`, `${Math.round(megabytes)} MB`];
}
