import { randomBytes, verify } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import { GitHubError, notFound } from "./answers.ts";
import type { Env } from "./backend.ts";

/** A GitHub App that the organization installed. */
export interface InstalledApp {
  /** The issuer of its JWTs. */
  readonly clientId: string;
  readonly installationId: string;
  /** PEM of the public key that verifies its JWTs. */
  readonly publicKey: string;
}

/** The lifetime of an installation's token on GitHub, in milliseconds. */
const LIFETIME = 3_600_000;

const header = z.object({ alg: z.literal("RS256") });
const claims = z.object({ iss: z.string(), iat: z.number(), exp: z.number() });

/** The tokens of an installation, each valid for an hour. */
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

  /** @see https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app */
  routes(): Hono<Env> {
    return new Hono<Env>().post("/app/installations/:id/access_tokens", (c) => {
      const jwt = /^bearer (.+)$/i.exec(c.req.header("Authorization") ?? "")?.[1] ?? "";
      if (!this.#isSigned(jwt)) throw new GitHubError(401, "A JSON web token could not be decoded");
      if (c.req.param("id") !== this.#app?.installationId) throw notFound();
      const token = `ghs_${randomBytes(18).toString("hex")}`;
      const end = this.#now() + LIFETIME;
      this.#ends.set(token, end);
      const permissions = { contents: "write", metadata: "read", repository_hooks: "write" };
      const expires_at = new Date(end).toISOString().replace(/\.\d+Z$/, "Z");
      return c.json({ token, expires_at, permissions, repository_selection: "all" }, 201);
    });
  }

  #isSigned(jwt: string): boolean {
    const [head = "", payload = "", signature = ""] = jwt.split(".");
    if (this.#app === undefined || !header.safeParse(decoded(head)).success) return false;
    const { data } = claims.safeParse(decoded(payload));
    const { publicKey, clientId } = this.#app;
    const signed = verify(
      "sha256",
      Buffer.from(`${head}.${payload}`),
      publicKey,
      Buffer.from(signature, "base64url"),
    );
    return signed && data?.iss === clientId && data.exp > Date.now() / 1000;
  }
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
