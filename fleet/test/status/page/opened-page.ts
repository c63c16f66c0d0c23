import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { statusPage } from "../../../status/page/page.ts";
import { startBrowser } from "./browser.ts";
import { sampleFleet, sampleMatrix } from "./sample-fleet.ts";

/** A fleet of a thousand services, and its page. */
export const thousand = sampleFleet(1_000);
export const html = statusPage(thousand, sampleMatrix(thousand), "These are samples.");

/** The browser of all suites, because its start takes longer than most tests. */
let browser: Promise<Browser> | undefined;
const startedBrowser = () => {
  browser ??= startBrowser();
  return browser;
};

after(async () => (await browser)?.close());

type Options = BrowserContextOptions & { hash?: string };

export type OpenedPage = Awaited<ReturnType<ReturnType<typeof pagesOfSuite>["open"]>>;

/** The pages of the suite that calls this, in a folder of their own, which is removed after its tests. */
export function pagesOfSuite() {
  let folder: string;
  let count = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-pages-"));
    await startedBrowser();
  });
  after(() => rm(folder, { recursive: true }));

  const open = async (html: string, { hash = "", ...options }: Options = {}) => {
    const file = join(folder, `${count++}.html`);
    await writeFile(file, html);
    const url = pathToFileURL(file).href;
    const context = await (await startedBrowser()).newContext(options);
    // On a busy machine only the test's own limit counts.
    context.setDefaultTimeout(0);
    const page = await context.newPage();
    const wrong: string[] = [];
    // Also requests that the page's own policy would stop, such as those of an image.
    await context.route(
      (each) => each.href.split("#")[0] !== url,
      (route) => {
        wrong.push(`request ${route.request().url()}`);
        return route.abort();
      },
    );
    page.on("dialog", (dialog) => {
      wrong.push(`dialog ${dialog.message()}`);
      return dialog.dismiss();
    });
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("console", (message) => wrong.push(`console: ${message.text()}`));
    await page.goto(url + hash);
    await page.locator("#count").waitFor();
    return {
      page,
      /** What went wrong until now: requests, dialogs, errors. */
      wrong,
      /** Closes it. @throws AssertionError if it requested anything but itself, or reported an error */
      async done() {
        await context.close();
        assert.deepEqual(wrong, []);
      },
    };
  };

  /** A test of one page, which must request nothing but itself and report no error. */
  const onPage = (
    title: string,
    { html, ...options }: Options & { html: string },
    test: (page: Page) => Promise<void>,
  ) =>
    it(title, async () => {
      const { page, done } = await open(html, options);
      await test(page);
      await done();
    });

  return { open, onPage };
}

/** The names of the services that the table shows, from the top. */
export const shown = (page: Page) => page.locator("tr.service th button").allTextContents();

/** How many services the page says it shows. */
export const count = (page: Page) => page.locator("#count").textContent();

/** The text of an element as a person sees it, with line breaks. */
export const textOf = async (locator: Locator) => (await locator.allInnerTexts()).join("\n");
