import { type GitHubAuth, NO_IDENTITY } from "../../git-host/github/api/auth.ts";
import { type Access, gitHubApi } from "../../git-host/github/api/client.ts";
import { failureOf } from "../../git-host/github/api/retries.ts";
import { absent, type Command, type Phase, refusal, usedUp } from "./refusals.ts";
import { SeedError, type Target } from "./target.ts";

/** Whose eyes and options these are, and how long they wait. */
export type GitDataOptions = Omit<Access, "auth" | "giveUp" | "longestWait"> & {
  readonly auth: GitHubAuth | undefined;
  /**
   * The `fleet` command that does the same without GitHub, for messages.
   * @default seed
   */
  readonly command?: Command;
};

/** An entry of a folder: `type` is `blob`, `tree` or `commit` (a submodule). */
export interface Entry {
  readonly path: string;
  readonly type: string;
  readonly mode: string;
  readonly sha: string;
}

/** The new content of a path: a text, an existing object, or none to delete it. */
export type Edit =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly sha: string | null; readonly mode: string };

/** A branch of a repository. Each method is one call of the Git data API, with GitHub's waits and retries. */
export interface GitData {
  /** The branch's current commit. */
  tip(): Promise<{ readonly commit: string; readonly tree: string }>;
  /** The entries of a folder. GitHub truncates a list after 100,000 entries or 7 MB, and says so. */
  list(
    tree: string,
    recursive: boolean,
  ): Promise<{ readonly entries: readonly Entry[]; readonly truncated: boolean }>;
  /** The bytes of a file. */
  blob(sha: string): Promise<Buffer>;
  /** Creates a tree from another one with these edits. */
  edited(tree: string, edits: readonly Edit[]): Promise<string>;
  commit(message: string, tree: string, parent: string): Promise<string>;
  /** Moves the branch forward; false if somebody else moved it meanwhile. */
  forward(commit: string): Promise<boolean>;
}

/** The maximum total wait for GitHub's limits in one run, in seconds, so that an `up` does not seem to hang. */
const LONGEST_WAIT = 600;

/** @throws SeedError, from here and from each call */
export function gitData(target: Target, { auth, command = "seed", ...options }: GitDataOptions): GitData {
  if (!auth) throw new SeedError(NO_IDENTITY);
  const access = { ...options, auth, longestWait: LONGEST_WAIT, giveUp: usedUp };
  const { octokit, call: make } = gitHubApi(target.url, access);
  const call = async <T>(doing: Phase, request: () => Promise<{ readonly data: T }>): Promise<T> =>
    (await make(request, (failure) => refusal(failure, doing, target, command))).data;
  const [owner = "", repo = ""] = target.repository.split("/");
  const here = { owner, repo };
  const ref = `heads/${target.branch}`;

  return {
    tip: async () => {
      const found = await call("reading", () =>
        octokit.request("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...here, ref }).catch(nothing),
      );
      if (!found) {
        const repository = await call("reading", () =>
          octokit.request("GET /repos/{owner}/{repo}", here).catch(nothing),
        );
        throw absent(repository ? "branch" : "repository", target);
      }
      const { tree } = await call("reading", () =>
        octokit.request("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", {
          ...here,
          commit_sha: found.object.sha,
        }),
      );
      return { commit: found.object.sha, tree: tree.sha };
    },
    list: async (tree, recursive) => {
      const { tree: entries, truncated } = await call("reading", () =>
        octokit.request("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
          ...here,
          tree_sha: tree,
          // GitHub treats any value as true, so the parameter is omitted for false.
          ...(recursive && { recursive: "1" }),
        }),
      );
      return { entries, truncated };
    },
    blob: async (file_sha) => {
      const { content } = await call("reading", () =>
        octokit.request("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", { ...here, file_sha }),
      );
      return Buffer.from(content, "base64");
    },
    edited: async (base_tree, edits) => {
      const tree = edits.map((edit) =>
        "text" in edit
          ? { path: edit.path, mode: "100644" as const, type: "blob" as const, content: edit.text }
          : { path: edit.path, mode: edit.mode as "100644", type: "blob" as const, sha: edit.sha },
      );
      const { sha } = await call("writing", () =>
        octokit.request("POST /repos/{owner}/{repo}/git/trees", { ...here, base_tree, tree }),
      );
      return sha;
    },
    commit: async (message, tree, parent) => {
      const { sha } = await call("writing", () =>
        octokit.request("POST /repos/{owner}/{repo}/git/commits", {
          ...here,
          message,
          tree,
          parents: [parent],
        }),
      );
      return sha;
    },
    forward: (sha) =>
      call("moving the branch", () =>
        octokit
          .request("PATCH /repos/{owner}/{repo}/git/refs/{ref}", { ...here, ref, sha, force: false })
          .then(() => ({ data: true }), overtakenBySomebody),
      ),
  };
}

function nothing(error: unknown): { readonly data: undefined } {
  if (failureOf(error)?.status === 404) return { data: undefined };
  throw error;
}

function overtakenBySomebody(error: unknown): { readonly data: false } {
  const failure = failureOf(error);
  const moved = failure && (failure.status === 409 || /not a fast.?forward/i.test(failure.message));
  if (moved) return { data: false };
  throw error;
}
