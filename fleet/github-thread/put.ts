import { isMarked } from "./marker.ts";
import type { ThreadsApi, Written } from "./threads-api.ts";

/** What happened to a text on GitHub. */
export type Put = "created" | "updated" | "unchanged" | "closed" | "absent";

/** Identifies our text. */
interface OwnText {
  /** The marker's name. */
  readonly marker: string;
  /** The author's login. Anybody may write our marker, and texts of others are never changed. */
  readonly author: string;
}

/**
 * Creates or updates the comment with a marker.
 * @param body begins with the marker's line
 */
export async function putComment(api: ThreadsApi, thread: number, body: string, mine: OwnText): Promise<Put> {
  const found = await first(api.comments(thread), mine);
  if (found === undefined) {
    await api.comment(thread, body);
    return "created";
  }
  if (same(found.body, body)) return "unchanged";
  await api.rewriteComment(found.id, body);
  return "updated";
}

/**
 * Creates or updates the open issue with a marker, and keeps an edited title.
 * @param body begins with the marker's line
 */
export async function putIssue(api: ThreadsApi, title: string, body: string, mine: OwnText): Promise<Put> {
  const found = await first(api.openIssues(), mine);
  if (found === undefined) {
    await api.openIssue(title, body);
    return "created";
  }
  if (same(found.body, body)) return "unchanged";
  await api.rewriteIssue(found.id, body);
  return "updated";
}

/** Closes every open issue with a marker. Two concurrent runs may have opened more than one. */
export async function closeIssue(api: ThreadsApi, mine: OwnText): Promise<Put> {
  const found: Written[] = [];
  for await (const issue of api.openIssues()) if (isOwn(issue, mine)) found.push(issue);
  for (const { id } of found) await api.closeIssue(id);
  return found.length === 0 ? "absent" : "closed";
}

async function first(texts: AsyncIterable<Written>, mine: OwnText): Promise<Written | undefined> {
  for await (const text of texts) if (isOwn(text, mine)) return text;
  return undefined;
}

function isOwn({ author, body }: Written, mine: OwnText): boolean {
  return author === mine.author && isMarked(body, mine.marker);
}

function same(one: string, other: string): boolean {
  return one.replace(/\r\n/g, "\n").trimEnd() === other.trimEnd();
}
