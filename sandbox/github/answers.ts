import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import type { Documented } from "./backend.ts";

/** A full commit id. */
export const sha = z.string().regex(/^[0-9a-f]{40}$/, "is not the id of an object");

/** The number of items on one page of a list. */
export const perPage = z.coerce.number().int().min(1).max(100).catch(30);

/** One entry of `errors` in a 422, as GitHub writes it. */
interface FieldError {
  readonly resource: string;
  readonly code: string;
  readonly field?: string;
  readonly message?: string;
}

/** An error response in GitHub's shape: `message`, `documentation_url`, `status`. */
export class GitHubError extends Error {
  override name = "GitHubError";
  readonly status: ContentfulStatusCode;
  readonly documentation: string;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ContentfulStatusCode,
    message: string,
    more: {
      readonly documentation?: string | undefined;
      readonly errors?: readonly FieldError[];
      readonly headers?: Readonly<Record<string, string>> | undefined;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.documentation = more.documentation ?? "https://docs.github.com/rest";
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }

  /** The response to send. */
  response(): Response {
    const body: Documented["basic-error"] & Partial<Documented["validation-error"]> = {
      message: this.message,
      ...(this.errors.length === 0 ? {} : { errors: [...this.errors] }),
      documentation_url: this.documentation,
      status: String(this.status),
    };
    return Response.json(body, { status: this.status, headers: this.headers });
  }
}

/** GitHub's response for something that does not exist or that the caller may not see. */
export function notFound(message = "Not Found"): GitHubError {
  return new GitHubError(404, message);
}

/** GitHub's response to invalid combinations of fields. */
export function unprocessable(message: string, errors: readonly FieldError[] = []): GitHubError {
  return new GitHubError(422, message, { errors });
}

/**
 * Parses and validates the JSON body of a request.
 * @throws {@link GitHubError} 400 if it is not JSON, 422 with each invalid field
 */
export async function bodyOf<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await c.req.text();
  let json: unknown;
  try {
    json = text === "" ? {} : JSON.parse(text);
  } catch {
    throw new GitHubError(400, "Problems parsing JSON");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `"${path.join(".")}": ${message}`);
  throw unprocessable(`Invalid request.\n\n${problems.join("\n")}`);
}

const page = z.coerce.number().int().min(1).catch(1);

/** Returns the requested page of a list, and sets the `Link` header to the other pages. */
export function pageOf<T>(c: Context, url: string, items: readonly T[]): T[] {
  const size = perPage.parse(c.req.query("per_page"));
  const number = page.parse(c.req.query("page"));
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (target: number, rel: string) => {
    const query = new URLSearchParams({ ...c.req.query(), page: String(target) });
    return `<${url}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, "prev"), link(1, "first")] : []),
    ...(number < last ? [link(number + 1, "next"), link(last, "last")] : []),
  ];
  if (links.length > 0) c.header("Link", links.join(", "));
  return items.slice((number - 1) * size, number * size);
}
