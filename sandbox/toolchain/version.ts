import grpc from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import { runInGroup } from "./process-group.ts";
import type { Question } from "./programs.ts";

/** A program's version, or the reason why it is unknown. */
export type Answer = { readonly version: string } | { readonly problem: string };

/** How long a program may take to answer. A build may be using every core. */
const limitMilliseconds = 30_000;

/**
 * Starts a program, reads its version and ends it.
 * @param path an executable file
 * @param interrupted aborts the call
 */
export async function askVersion(
  path: string,
  question: Question,
  environment: NodeJS.ProcessEnv,
  interrupted: AbortSignal,
): Promise<Answer> {
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(limitMilliseconds)]);
  if (question.kind === "plugin") {
    return askPlugin(path, question.service, environment, signal);
  }
  const ended = await runInGroup(path, question.args, {
    // `pulumi version` would check for updates on the Internet.
    environment: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
    grace: 0,
    signal,
  });
  const command = `${path} ${question.args.join(" ")}`;
  const version = ended.lines.map((line) => question.answer.exec(line)?.[1]).find((match) => match);
  if (version !== undefined) {
    return { version };
  }
  if (ended.notStarted !== undefined) {
    return { problem: `${path} does not start (${ended.notStarted.message})` };
  }
  if (signal.aborted) {
    return { problem: `\`${command}\` did not answer within ${limitMilliseconds / 1000} s` };
  }
  return { problem: `\`${command}\` prints no version${ended.lines[0] ? `: ${ended.lines[0]}` : ""}` };
}

/**
 * The engine's address is a plugin's first argument. Nothing listens here, and no plugin needs it to report its
 * version.
 */
const noEngine = "127.0.0.1:1";

/**
 * Gets the version of a Pulumi plugin like the engine: starts it, reads the port from its first line, calls
 * `GetPluginInfo`. Plugins have no `--version`, and their file names may be wrong.
 * @param signal aborts the call
 */
async function askPlugin(
  path: string,
  service: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Answer> {
  const done = new AbortController();
  const port = Promise.withResolvers<string>();
  const ended = runInGroup(path, [noEngine], {
    environment,
    grace: 0, // The engine's plugins ignore Ctrl-C.
    signal: AbortSignal.any([signal, done.signal]),
    onLine: (line) => {
      if (/^\d+$/.test(line.trim())) {
        port.resolve(line.trim());
      }
    },
  });
  try {
    const outcome = await Promise.race([port.promise, ended]);
    if (typeof outcome !== "string") {
      const why = outcome.notStarted?.message ?? outcome.lines.at(-1) ?? `exit code ${outcome.exitCode}`;
      return {
        problem: signal.aborted ? `${path} opened no port in time` : `${path} is not a plugin (${why})`,
      };
    }
    const version = await getPluginInfo(`127.0.0.1:${outcome}`, service);
    return version === ""
      ? { problem: `${path} does not report its version` }
      : { version: version.replace(/^v/, "") };
  } catch (error) {
    return {
      problem: `${path} does not answer GetPluginInfo (${error instanceof Error ? error.message : error})`,
    };
  } finally {
    done.abort();
    await ended;
  }
}

function getPluginInfo(address: string, service: string): Promise<string> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  client.makeUnaryRequest(
    `/${service}/GetPluginInfo`,
    () => Buffer.alloc(0), // google.protobuf.Empty
    (bytes) => pluginMessages.PluginInfo.deserializeBinary(bytes).getVersion(),
    null,
    { deadline: Date.now() + 10_000 },
    (error, version) => (error ? reject(error) : resolve(version ?? "")),
  );
  return promise.finally(() => client.close());
}
