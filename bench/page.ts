import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { statusPage } from "../fleet/status/page/page.ts";
import { startBrowser } from "../fleet/test/status/page/browser.ts";
import { sampleFleet, sampleMatrix } from "../fleet/test/status/page/sample-fleet.ts";

/** How often each page is opened. The middle value counts. */
const TURNS = 5;

/** `npm run bench -- page`: measures the HTML page of fleet status in a browser. */
export function pageBench(): Command {
  return new Command("page")
    .description("The HTML page of fleet status in a browser, for 10, 100, 1,000 and 3,000 services.")
    .action(run);
}

/** What the browser says about one opening, in milliseconds. */
interface Opening {
  readonly painted: number;
  /** When the list of needs and the table were there. */
  readonly ready: number;
  readonly searched: number;
  readonly sorted: number;
  readonly team: number;
}

/** Milliseconds from a change until the browser has drawn what it caused. */
const MEASURE = `(async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const time = async (change) => { const from = performance.now(); change(); await drawn(); return performance.now() - from; };
  const set = (name, value, kind) => { const each = document.querySelector('[name=' + name + ']'); each.value = value; each.dispatchEvent(new Event(kind)); };
  await drawn();
  const painted = performance.getEntriesByName("first-contentful-paint")[0].startTime;
  const ready = performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd;
  const searched = await time(() => set("search", "service-00", "input"));
  const sorted = await time(() => document.querySelector("thead th:last-child button").click());
  set("search", "", "input"); await drawn();
  const team = await time(() => set("team", "team-03", "change"));
  return { painted, ready, searched, sorted, team };
})()`;

async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-bench-page-"));
  const browser = await startBrowser();
  try {
    console.log(`Chromium ${browser.version()}; the middle of ${TURNS} openings`);
    console.log(
      "| services | file | making it | first content | list and table | search | sort | another team |",
    );
    console.log("|---|---|---|---|---|---|---|---|");
    for (const services of [10, 100, 1_000, 3_000]) {
      const status = sampleFleet(services);
      const file = join(folder, `${services}.html`);
      const from = performance.now();
      await writeFile(file, statusPage(status, sampleMatrix(status)));
      const made = performance.now() - from;
      const openings: Opening[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        const page = await browser.newPage();
        await page.goto(pathToFileURL(file).href);
        await page.waitForTimeout(300);
        openings.push(await page.evaluate<Opening>(MEASURE));
        await page.close();
      }
      const middle = (key: keyof Opening) =>
        `${openings
          .map((opening) => opening[key])
          .toSorted((a, b) => a - b)
          [Math.floor(TURNS / 2)]?.toFixed(0)} ms`;
      const size = `${((await stat(file)).size / 1e6).toFixed(1)} MB`;
      const cells = [services.toLocaleString("en"), size, `${made.toFixed(0)} ms`];
      console.log(
        `| ${[...cells, middle("painted"), middle("ready"), middle("searched"), middle("sorted"), middle("team")].join(" | ")} |`,
      );
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}
