import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Matrix } from "../../audit/matrix.ts";
import type { FleetStatus } from "../fleet-status.ts";
import { browserScript } from "./browser-script.ts";
import { pageData } from "./page-data.ts";

/** Later files change what earlier ones say. */
const STYLES = ["base", "needs", "table", "charts", "screens"] as const;

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/**
 * `fleet status --html`: one HTML file that requests nothing. The browser runs only the script and uses only the style
 * whose hashes are in its policy, and it refuses to parse text as HTML. The data is JSON, which the script inserts as
 * text.
 * @param access the matrix of `fleet audit`, drawn as a heat map
 * @param note a sentence above everything, such as that these are samples
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
export function statusPage(status: FleetStatus, access?: Matrix, note?: string): string {
  const style = STYLES.map((name) => readFileSync(fileOf(`style/${name}.css`), "utf8")).join("");
  const script = browserScript(fileOf("browser/main.ts"));
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  // In JSON a "<" is only in strings, where its number is the same text.
  const data = JSON.stringify(pageData(status, access, note)).replace(/</g, "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Fleet status</title>
<style>${style}</style>
</head>
<body>
<nav class="skips" aria-label="Skip"><button type="button" data-to="needs">To what needs me</button><button type="button" data-to="services">To the services</button></nav>
<header class="top"><h1>Fleet status</h1><p id="read"></p></header>
<main>
<noscript><p>This page needs JavaScript. The same as text: npm run fleet -- status</p></noscript>
<div id="notices"></div>
<form id="scope" role="search" aria-label="Whole page"></form>
<section id="needs" tabindex="-1" aria-labelledby="needs-title"><h2 id="needs-title">What needs me?</h2></section>
<section id="services" tabindex="-1" aria-labelledby="services-title"><h2 id="services-title">Services</h2></section>
<section id="delivery" aria-labelledby="delivery-title"><h2 id="delivery-title">Delivery</h2></section>
<section id="access" hidden aria-labelledby="access-title"><h2 id="access-title">Who may do what</h2></section>
</main>
<p id="said" class="unseen" role="status"></p>
<script type="application/json" id="data">${data}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
