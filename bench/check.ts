import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { shardStack, shardsOf } from "../model/shards.ts";
import { catalogueOf, stackText } from "../test/sources.ts";
import { type Cost, measure } from "./measure.ts";

/** `npm run bench -- check`: measures `fleet check` of 1,000 services in 20 shards, and of one stack. */
export function checkBench(): Command {
  return new Command("check")
    .description(
      "fleet check of 1,000 services: in one stack, in 20 shards, and in 20 stacks written by hand.",
    )
    .argument("[services]", "how many services", Number, 1000)
    .argument("[shards]", "how many shards", Number, 20)
    .addHelpText(
      "after",
      "\nEach row is the best of three runs, after one that fills Node's cache of compiled code.",
    )
    .action(run);
}

/** Two shapes of teams and pipelines would cost the same; names differ, because names are what is checked. */
async function run(services: number, shards: number): Promise<void> {
  const catalogue = catalogueOf(Array.from({ length: services }, (_, index) => `service-${index}`));
  const webhooks = '{ url: "https://hooks.acme.example", groups: 64 }';
  const byHand = Object.fromEntries(
    shardsOf("prod", shards).map(({ index, of }) => [
      `Pulumi.${shardStack("prod", index)}.yaml`,
      stackText({
        webhooks,
        platform: String(index === 1),
        rollout: `{ shard: { index: ${index}, of: ${of} } }`,
      }),
    ]),
  );
  console.log("| stacks | time | memory |\n|---|---|---|");
  for (const [what, files] of [
    ["1", { "Pulumi.prod.yaml": stackText({ webhooks }) }],
    [`1 with shards: ${shards}`, { "Pulumi.prod.yaml": stackText({ webhooks, shards: String(shards) }) }],
    [`${shards} written by hand`, byHand],
  ] as const) {
    const { seconds, megabytes } = await checked({ "services.json": catalogue, ...files });
    console.log(`| ${what} | ${seconds.toFixed(2)} s | ${Math.round(megabytes)} MB |`);
  }
}

async function checked(files: Readonly<Record<string, string>>): Promise<Cost> {
  const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-check-"));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const costs: Cost[] = [];
    const command = [process.execPath, resolve("fleet/main.ts"), "check"];
    for (let time = 0; time < 4; time++) costs.push(await measure(command, { cwd: folder, env: {} }));
    return costs.slice(1).reduce((best, cost) => (cost.seconds < best.seconds ? cost : best));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
