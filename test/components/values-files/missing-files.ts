import assert from "node:assert/strict";
import { type CommitOptions, commitMissing } from "../../../components/values-files/commit.ts";
import type { ValuesFile } from "../../../manifests/values-file.ts";
import { type Playground, playground, textAt, token } from "../../github-playground.ts";

const STAGES = ["dev", "prod"];

/** New values files of services. */
export function filesOf(...services: string[]): ValuesFile[] {
  return services.flatMap((service) =>
    STAGES.map((stage) => ({
      service,
      path: `services/${service}/values-${stage}.yaml`,
      text: `new: ${stage}\n`,
    })),
  );
}

/** The commit of a branch. */
export async function headOf(server: Playground, branch = "main"): Promise<string> {
  return textAt(await server.call("GET", `/repos/acme/gitops/git/ref/heads/${branch}`), "object", "sha");
}

/** The text of a file on main. */
export async function textOf(server: Playground, path: string): Promise<string> {
  return `${await server.bare("acme/gitops", "show", `main:${path}`)}\n`;
}

/** The subjects of the commits of main, newest first. */
export async function subjects(server: Playground): Promise<string[]> {
  return (await server.bare("acme/gitops", "log", "--format=%s", "main")).split("\n");
}

/**
 * Sets up, for the tests of the surrounding `describe`, a local GitHub whose clock advances by each wait of a run.
 * @returns the repository without the files, the options of a run without real waiting, and the requests
 */
export function gitopsRepository() {
  /** The offset of the local GitHub's clock in milliseconds, so that no test waits. */
  let ahead = 0;
  const server = playground({ now: () => Date.now() + ahead });
  beforeEach(() => {
    ahead = 0;
  });
  const target = (branch = "main", repository = "acme/gitops") => ({
    repository,
    branch,
    url: server().github.url,
  });
  /** Options of a run whose seconds last a millisecond, and its messages. The local GitHub's clock advances by each wait. */
  const fastRun = () => {
    const lines: string[] = [];
    const report = (line: string) => {
      lines.push(line);
      ahead += 1000 * Number(/going on in (\d+) s/.exec(line)?.[1] ?? 0);
    };
    const options: CommitOptions = { auth: token, second: 1, report };
    return { options, lines };
  };
  const calls = () =>
    server()
      .github.requests()
      .map(
        ({ method, path }) =>
          `${method} ${path.replace("/repos/acme/gitops/", "").replace(/\/[0-9a-f]{40}/, "")}`,
      );

  /** Asserts that a commit is refused with this message and the branch is unchanged. */
  async function rejected(message: RegExp): Promise<void> {
    const before = await headOf(server()).catch(() => undefined);
    await assert.rejects(commitMissing(target(), filesOf("auth"), fastRun().options), {
      name: "SeedError",
      message,
    });
    server().github.faults.clear();
    server().github.limits.set({});
    assert.ok(before === undefined || before === (await headOf(server())));
  }
  return { server, target, fastRun, calls, rejected };
}
