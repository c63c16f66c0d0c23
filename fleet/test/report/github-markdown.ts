import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** A Markdown text as GitHub would make HTML of it, before it looks for mentions; raw HTML goes through. */
export function toHtml(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

/** The tags of a page in their order, code in a sentence apart: what a text may not change. */
export function skeleton(html: string): string[] {
  const tags = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
  return tags.filter((tag) => !/^<\/?code(>| class="language-)/.test(tag));
}

/** What is left where GitHub looks for mentions, issues, commits and addresses: everything outside code. */
export function outsideCode(html: string): string {
  return html.replace(/<pre>[\s\S]*?<\/pre>|<code>[\s\S]*?<\/code>/g, "<x>").replace(/<[^>]*>/g, "\n");
}
