import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { execa } from "execa";
import { type Context, Hono } from "hono";
import { credentialsOf } from "./authentication.ts";
import type { Backend, Env, Routes } from "./backend.ts";
import { announcePush, parseReceived } from "./events.ts";
import { gitEnvironment } from "./git.ts";
import type { Repository } from "./repositories.ts";

const services = ["git-upload-pack", "git-receive-pack"] as const;
type Service = (typeof services)[number];

/**
 * Serves `git clone`, `git fetch` and `git push` over HTTP with Git's own programs.
 * @see https://git-scm.com/docs/http-protocol
 */
export function smartHttp(backend: Backend): Routes {
  const routes = new Hono<Env>();
  routes.get("/:owner/:repo/info/refs", (c) => {
    const service = services.find((each) => each === c.req.query("service"));
    if (service === undefined) return c.text("Please upgrade your git client.\n", 403);
    const found = open(c, backend, service);
    if (found instanceof Response) return found;
    // Protocol version 2 has no preface; only fetches use it.
    const modern = service === "git-upload-pack" && /\bversion=2\b/.test(protocolOf(c));
    const line = `# service=${service}\n`;
    const preface = modern ? "" : `${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`;
    return run(c, backend, found, service, ["--advertise-refs"], preface);
  });
  for (const service of services) {
    routes.post(`/:owner/:repo/${service}`, (c) => {
      const found = open(c, backend, service);
      return found instanceof Response ? found : run(c, backend, found, service, []);
    });
  }
  return routes;
}

/** The repository, or the response that makes Git ask for a password or give up. */
function open(c: Context<Env>, backend: Backend, service: Service): Repository | Response {
  const credentials = credentialsOf(c.req.header("Authorization"), backend.tokens);
  const repository = backend.repositories.find(`${c.req.param("owner")}/${c.req.param("repo")}`);
  const isOpen = service === "git-upload-pack" && repository?.private === false;
  if (credentials === "person" || credentials === "workflow" || (credentials === "none" && isOpen)) {
    return repository ?? c.text("Repository not found.\n", 404);
  }
  c.header("WWW-Authenticate", 'Basic realm="GitHub"');
  return c.text(credentials === "bad" ? "Invalid username or token.\n" : "Repository not found.\n", 401);
}

function run(
  c: Context<Env>,
  backend: Backend,
  repository: Repository,
  service: Service,
  flags: readonly string[],
  preface = "",
): Response {
  const command = service.slice("git-".length);
  const child = execa("git", [command, "--stateless-rpc", ...flags, repository.directory], {
    env: { ...gitEnvironment(repository.directory), GIT_PROTOCOL: protocolOf(c) },
    extendEnv: false,
    encoding: "buffer",
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    buffer: { stdout: false, stderr: false, fd3: true },
    stripFinalNewline: false,
    reject: false,
    // No Git process outlives the server.
    cancelSignal: AbortSignal.any([backend.ending, c.req.raw.signal]),
  });
  if (service === "git-receive-pack") {
    backend.deliveries.follow(`${repository.name}: push`, async () => {
      const { stdio } = await child;
      announcePush(backend, repository, parseReceived(Buffer.from(stdio[3]).toString("utf8")));
    });
  }
  const body = c.req.raw.body;
  const sent = body === null ? Readable.from([]) : Readable.from(body);
  const plain = c.req.header("Content-Encoding") === "gzip" ? sent.pipe(createGunzip()) : sent;
  // If the client's data is truncated or no gzip, Git sees the end of its input and reports the error.
  for (const stream of new Set([sent, plain])) stream.on("error", () => child.kill());
  child.stdin.on("error", () => plain.destroy());
  plain.pipe(child.stdin);
  const kind = flags.length > 0 ? "advertisement" : "result";
  return new Response(Readable.toWeb(Readable.from(prefixed(preface, child.stdout))), {
    headers: { "Content-Type": `application/x-${service}-${kind}`, "Cache-Control": "no-cache" },
  });
}

async function* prefixed(preface: string, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (preface !== "") yield Buffer.from(preface);
  yield* rest;
}

/** The protocol that the client requests. Only valid values reach Git's environment. */
function protocolOf(c: Context<Env>): string {
  const asked = c.req.header("Git-Protocol") ?? "";
  return /^version=[0-2]$/.test(asked) ? asked : "";
}
