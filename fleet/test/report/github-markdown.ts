import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** Renders Markdown as GitHub does, before it looks for mentions; raw HTML passes through. */
export function toHtml(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

/** The tags of a page in order, without inline code. Untrusted text must not change them. */
export function skeleton(html: string): string[] {
  const tags = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
  return tags.filter((tag) => !/^<\/?code(>| class="language-)/.test(tag));
}

/** The text outside code, in which GitHub looks for mentions, issues, commits and addresses. */
export function outsideCode(html: string): string {
  return html.replace(/<pre>[\s\S]*?<\/pre>|<code>[\s\S]*?<\/code>/g, "<x>").replace(/<[^>]*>/g, "\n");
}
