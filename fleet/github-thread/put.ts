import { isMarked } from "./marker.ts";
import type { Texts, threadsApi, Written } from "./threads-api.ts";

/** Identifies our text. */
interface OwnText {
  /** The marker's name. */
  readonly marker: string;
  /** The author's login. Anybody may write our marker, and texts of others are never changed. */
  readonly author: string;
}

/**
 * Creates or updates the text with a marker.
 * @param body begins with the marker's line
 * @returns what happened to it
 */
export async function put(
  texts: Texts,
  body: string,
  mine: OwnText,
): Promise<"created" | "unchanged" | "updated"> {
  const { value: found } = await own(texts.list(), mine).next();
  if (!found) {
    await texts.create(body);
    return "created";
  }
  if (found.body.replaceAll("\r\n", "\n").trimEnd() === body.trimEnd()) return "unchanged";
  await texts.rewrite(found.id, body);
  return "updated";
}

/** Closes every open issue with a marker. Two concurrent runs may have opened more than one. */
export async function closeIssue(
  api: ReturnType<typeof threadsApi>,
  mine: OwnText,
): Promise<"absent" | "closed"> {
  const found: Written[] = [];
  for await (const issue of own(api.openIssues(), mine)) found.push(issue);
  for (const { id } of found) await api.closeIssue(id);
  return found.length === 0 ? "absent" : "closed";
}

async function* own(texts: AsyncIterable<Written>, { author, marker }: OwnText): AsyncGenerator<Written> {
  for await (const text of texts) if (text.author === author && isMarked(text.body, marker)) yield text;
}
