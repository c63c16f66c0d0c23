import { randomBytes, verify } from "node:crypto";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { GitHubError, notFound } from "./answers.ts";
import type { Documented, Env } from "./backend.ts";

/** A GitHub App that the organization installed. */
export interface InstalledApp {
  /** The issuer of its JWTs. */
  readonly clientId: string;
  readonly installationId: string;
  /** PEM of the public key that verifies its JWTs. */
  readonly publicKey: string;
  /** How long its tokens are valid, in seconds. @default 3600, as on GitHub */
  readonly lifetime?: number;
}

const header = z.object({ alg: z.literal("RS256") });
const claims = z.object({ iss: z.string(), iat: z.number(), exp: z.number() });

/** The tokens of an installation, each valid for an hour by default. */
export class InstallationTokens {
  readonly #app: InstalledApp | undefined;
  readonly #now: () => number;
  readonly #ends = new Map<string, number>();

  /** @param now milliseconds since 1970 */
  constructor(app: InstalledApp | undefined, now: () => number = Date.now) {
    this.#app = app;
    this.#now = now;
  }

  isValid(token: string): boolean {
    return this.#now() < (this.#ends.get(token) ?? 0);
  }

  /**
   * @param owner the organization that installed the App
   * @see https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
   */
  routes(owner: string): Hono<Env> {
    const routes = new Hono<Env>();
    routes.get("/orgs/:org/installation", (c) => {
      const { installationId = "" } = this.#asApp(c);
      if (c.req.param("org").toLowerCase() !== owner.toLowerCase()) throw notFound();
      // Clients read only the id.
      const found: Pick<Documented["installation"], "id" | "target_type"> = {
        id: Number(installationId),
        target_type: "Organization",
      };
      return c.json(found);
    });
    return routes.post("/app/installations/:id/access_tokens", (c) => {
      const { installationId, lifetime = 3_600 } = this.#asApp(c);
      if (c.req.param("id") !== installationId) throw notFound();
      const token = `ghs_${randomBytes(18).toString("hex")}`;
      const end = this.#now() + lifetime * 1_000;
      this.#ends.set(token, end);
      const permissions = { contents: "write", metadata: "read", repository_hooks: "write" };
      const expires_at = new Date(end).toISOString().replace(/\.\d+Z$/, "Z");
      return c.json({ token, expires_at, permissions, repository_selection: "all" }, 201);
    });
  }

  /** The App that signed a call's JWT. @throws GitHubError 401 */
  #asApp(c: Context<Env>): InstalledApp {
    const jwt = /^bearer (.+)$/i.exec(c.req.header("Authorization") ?? "")?.[1] ?? "";
    if (this.#app === undefined || !isSigned(jwt, this.#app))
      throw new GitHubError(401, "A JSON web token could not be decoded");
    return this.#app;
  }
}

function isSigned(jwt: string, { publicKey, clientId }: InstalledApp): boolean {
  const [head = "", payload = "", signature = ""] = jwt.split(".");
  if (!header.safeParse(decoded(head)).success) return false;
  const { data } = claims.safeParse(decoded(payload));
  const signed = verify(
    "sha256",
    Buffer.from(`${head}.${payload}`),
    publicKey,
    Buffer.from(signature, "base64url"),
  );
  return signed && data?.iss === clientId && data.exp > Date.now() / 1000;
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
