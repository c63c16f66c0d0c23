import { cpSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { JSONParse } from "json-with-bigint";
import { z } from "zod";
import { type LocalGitHub, type LocalGitHubOptions, startLocalGitHub } from "../sandbox/github/server.ts";

/** The token of every test; secret scanners do not recognize it. */
export const token = "the-token-of-the-tests";

/** The token of a workflow. */
export const workflowToken = "the-token-of-a-workflow";

/** A response, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The local GitHub of one test, with a folder. */
export interface Playground {
  readonly github: LocalGitHub;
  readonly directory: string;
  /** Calls the API, with the token unless `headers` say otherwise. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Runs `git` in the folder. The URL from `remote` contains the token. */
  git(...args: string[]): Promise<string>;
  /** The URL of a repository for Git, with the token. */
  remote(repository: string): string;
  /** Runs `git` in the server's bare repository. */
  bare(repository: string, ...args: string[]): Promise<string>;
  /** Writes a file with the Git data API, as one commit on `main`. @returns the id of the commit */
  commit(repository: string, path: string, text?: string): Promise<string>;
}

const seeds = [
  {
    name: "acme/gitops",
    files: { "README.md": "# GitOps\n", "services/nginx/values-dev.yaml": "image:\n  tag: v1\n" },
  },
  { name: "acme/nginx", files: { Dockerfile: "FROM scratch\n" } },
  { name: "acme/empty" },
  { name: "acme/public", files: { "README.md": "# For all\n" }, private: false },
];

type Repositories = Pick<LocalGitHubOptions, "owner" | "repositories">;

const templates = new Map<string, Promise<string>>();

/** A folder with these repositories, to be copied, because creating them with Git is slow. */
function templateOf(given: Repositories): Promise<string> {
  const key = JSON.stringify(given);
  const known = templates.get(key);
  if (known) return known;
  const made = makeTemplate(given);
  templates.set(key, made);
  return made;
}

async function makeTemplate(given: Repositories): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "local-github-template-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  await (await startLocalGitHub({ directory, token, ...given })).stop();
  return directory;
}

/** Gives each test of the surrounding `describe` its own local GitHub. */
export function playground(options: Partial<LocalGitHubOptions> = {}): () => Playground {
  let current: Playground | undefined;
  let stop = async () => {};
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), "local-github-"));
    const { owner = "acme", repositories = seeds } = options;
    const directory = join(folder, "data");
    // Synchronously, because that is faster for hundreds of small files.
    cpSync(await templateOf({ owner, repositories }), directory, { recursive: true });
    const given = { directory, token, workflowToken, owner, repositories, ...options };
    const github = await startLocalGitHub(given);
    const git = async (...args: string[]) =>
      (await execa("git", args, { cwd: folder, env: PERSONAL_GIT })).stdout;
    stop = async () => {
      await github.stop();
      rmSync(folder, { recursive: true, force: true });
    };
    current = {
      github,
      directory: folder,
      call: async (method, path, body, headers) => await call(github, method, path, body, headers),
      remote: (repository) => `${github.url.replace("//", `//x-access-token:${token}@`)}/${repository}.git`,
      git,
      bare: (repository, ...args) =>
        git("--git-dir", join(directory, `repositories/${repository}.git`), ...args),
      commit: (repository, path, text = "text\n") => commit(github, repository, { path, text }),
    };
  });
  afterEach(async () => await stop());
  return () => {
    if (current === undefined) throw new Error("the local GitHub runs only inside a test");
    return current;
  };
}

/** A user's Git without the machine's configuration. */
export const PERSONAL_GIT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@acme.example",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@acme.example",
};

async function call(
  github: LocalGitHub,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = { Authorization: `Bearer ${token}` },
): Promise<Answer> {
  const response = await fetch(github.url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, body: json ? JSONParse(text) : text };
}

async function commit(
  github: LocalGitHub,
  repository: string,
  { path, text }: { readonly path: string; readonly text: string },
): Promise<string> {
  const git = `/repos/${repository}/git`;
  const ask = async (method: string, route: string, body?: object) => {
    const answer = await call(github, method, `${git}/${route}`, body);
    if (answer.status >= 300) throw new Error(`${method} ${route}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const head = textAt(await ask("GET", "ref/heads/main"), "object", "sha");
  const file = { path, mode: "100644", type: "blob", content: text };
  const tree = textAt(await ask("POST", "trees", { base_tree: head, tree: [file] }), "sha");
  const made = await ask("POST", "commits", { message: `Write ${path}`, tree, parents: [head] });
  await ask("PATCH", "refs/heads/main", { sha: textAt(made, "sha") });
  return textAt(made, "sha");
}

/** The value at a path of keys in a response's body. */
export function at(answer: { readonly body: unknown }, ...keys: (string | number)[]): unknown {
  return keys.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return z.record(z.string(), z.unknown()).parse(value)[key];
  }, answer.body);
}

/** {@link at} for a text. */
export function textAt(answer: { readonly body: unknown }, ...keys: (string | number)[]): string {
  return z.string().parse(at(answer, ...keys));
}
