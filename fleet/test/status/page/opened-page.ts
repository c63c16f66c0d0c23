import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { startBrowser } from "./browser.ts";

/** A browser for all tests of a suite, and the folder of its pages. */
interface Pages {
  /** Opens this HTML. @throws AssertionError if it requests anything but itself, or reports an error */
  open(html: string, options?: BrowserContextOptions & { hash?: string }): Promise<OpenedPage>;
  close(): Promise<void>;
}

export interface OpenedPage {
  readonly page: Page;
  /** What went wrong until now: requests, dialogs, errors. */
  readonly wrong: readonly string[];
  /** Closes it. @throws AssertionError if anything went wrong */
  done(): Promise<void>;
}

/** Starts a browser before the tests of the suite that calls this, and closes it after them. */
export function pagesOfSuite(): Pick<Pages, "open"> {
  let pages: Promise<Pages> | undefined;
  const started = () => {
    pages ??= startPages();
    return pages;
  };
  before(started);
  after(async () => (await started()).close());
  return { open: async (html, options) => (await started()).open(html, options) };
}

async function startPages(): Promise<Pages> {
  const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-pages-"));
  const browser: Browser = await startBrowser();
  let count = 0;
  return {
    async open(html, { hash = "", ...options } = {}) {
      const file = join(folder, `${count++}.html`);
      await writeFile(file, html);
      const url = pathToFileURL(file).href;
      const context = await browser.newContext(options);
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
        wrong,
        async done() {
          await context.close();
          assert.deepEqual(wrong, []);
        },
      };
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The names of the services that the table shows, from the top. */
export const shown = (page: Page) => page.locator("tr.service th button").allTextContents();

/** How many services the page says it shows. */
export const count = (page: Page) => page.locator("#count").textContent();

/** The text of an element as a person sees it, with line breaks. */
export const textOf = async (locator: Locator) => (await locator.allInnerTexts()).join("\n");
