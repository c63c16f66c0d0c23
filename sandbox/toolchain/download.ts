import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod } from "node:fs/promises";
import http from "node:http";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { finish, inStaging, type Workshop } from "./build.ts";
import { ORIGINS } from "./downloads.ts";
import { ToolchainError } from "./errors.ts";
import type { Finding, Official } from "./look.ts";
import { runInGroup } from "./process-group.ts";
import type { Question } from "./programs.ts";

/** The makers' answers: the checksum of each available file, and the sites that did not answer, with reasons. */
export interface Answers {
  /** By the address of the file. */
  readonly sums: ReadonlyMap<string, string>;
  readonly silent: readonly string[];
}

/** How long all makers together may take to start answering, in milliseconds. */
const ANSWER_WITHIN = 3_000;
const attempts = 3;
/** The checksum algorithms of the makers; GitHub's provider uses SHA-1. */
const algorithms = [
  { name: "SHA-256", digits: 64, algorithm: "sha256" },
  { name: "SHA-1", digits: 40, algorithm: "sha1" },
] as const;

/** Whether the makers publish a program for download. */
export function isPublished({ official }: Finding, sums: Answers["sums"]): boolean {
  return official !== undefined && sums.has(official.download.url);
}

/** Reads the makers' checksum documents for all missing programs in parallel. */
export async function askMakers(
  missing: readonly Finding[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Answers> {
  const sums = new Map<string, string>();
  const silent = new Set<string>();
  const wanted = missing.flatMap(({ official }) => official?.download ?? []);
  const asked = Map.groupBy(wanted, ({ checksums }) => checksums);
  await viaProxy(environment, () =>
    Promise.all(
      [...asked].map(async ([address, files]) => {
        try {
          const document = await (await open(address, signal)).text();
          for (const { url } of files) {
            const sum = sumIn(document, basename(url));
            if (sum === undefined) silent.add(`${address} has no checksum of ${basename(url)}`);
            else sums.set(url, sum);
          }
        } catch (error) {
          signal.throwIfAborted();
          silent.add(`${new URL(address).origin}: ${reasonOf(error)}`);
        }
      }),
    ),
  );
  return { sums, silent: [...silent] };
}

/**
 * Finds a file's checksum in a document in the format of `sha256sum` and `shasum`, or in a document that contains
 * only the checksum.
 * @returns hexadecimal digits in lower case
 */
export function sumIn(document: string, file: string): string | undefined {
  const lines = document.split(/\r?\n/).filter((line) => line.trim() !== "");
  for (const line of lines) {
    const [, sum, name] = /^([0-9a-f]+)(?:\s+\*?(?:\.\/)?(\S+))?\s*$/i.exec(line) ?? [];
    const named = name === file || (name === undefined && lines.length === 1);
    if (named && algorithms.some(({ digits }) => digits === sum?.length)) return sum?.toLowerCase();
  }
  return undefined;
}

/** One file to download and the programs in it. */
interface DownloadJob {
  readonly url: string;
  /** The address of the document that contains {@link sum}. */
  readonly checksums: string;
  readonly sum: string;
  readonly programs: readonly (Official & { readonly question: Question })[];
}

/**
 * Downloads a file, checks its checksum, and moves its programs into the cache.
 * @throws ToolchainError
 */
export function download(job: DownloadJob, workshop: Workshop): Promise<void> {
  return inStaging(workshop.cache, async (staging) => {
    const file = join(staging, basename(job.url));
    await viaProxy(workshop.environment, () => fetchFile(job, file, workshop));
    workshop.report("unpacking");
    await unpack(file, workshop);
    for (const { download, program, question } of job.programs) {
      const path = join(staging, download.member ?? basename(file, ".gz"));
      if (download.member === undefined) await chmod(path, 0o755);
      await finish(path, program, question, workshop);
    }
  });
}

async function fetchFile(job: DownloadJob, file: string, { signal, report }: Workshop): Promise<void> {
  const { url, checksums, sum } = job;
  const { algorithm, name } = algorithms.find(({ digits }) => digits === sum.length) ?? algorithms[0];
  for (let attempt = 1; ; attempt += 1) {
    const hash = createHash(algorithm);
    let bytes = 0;
    try {
      const { body } = await open(url, signal);
      const hashed = async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.length;
          report(`${Math.round(bytes / 1e6)} MB`);
          yield chunk;
        }
      };
      await pipeline(body ?? [], hashed, createWriteStream(file), { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
      if (attempt < attempts) continue;
      const message = `${url} could not be downloaded: ${reasonOf(error)}.`;
      throw new ToolchainError("download failed", `${message}\nRun again, or build it: ${ORIGINS}=build.`);
    }
    const found = hash.digest("hex");
    if (found === sum) return;
    throw new ToolchainError(
      "checksum mismatch",
      [
        `${basename(url)} is not what its makers published. It was discarded.`,
        `  ${name} of ${url}`,
        `    is ${found},`,
        `  ${checksums}`,
        `    says ${sum}.`,
        `Run again. If it persists, a proxy or mirror changes the file; or build it: ${ORIGINS}=build.`,
      ].join("\n"),
    );
  }
}

/** Unpacks a whole archive into its own folder, because some makers call a member `./name` and others `name`. */
async function unpack(file: string, { environment, signal }: Workshop): Promise<void> {
  if (/\.(tar\.gz|zip)$/.test(file)) {
    // The tar of macOS also reads zip files.
    const args = ["-xf", file, "-C", dirname(file)];
    const ended = await runInGroup("tar", args, { environment, signal });
    signal.throwIfAborted();
    if (ended.exitCode === 0) return;
    const why = ended.notStarted?.message ?? ended.lines.join("\n");
    throw new ToolchainError("download failed", `tar could not unpack ${basename(file)}: ${why}`);
  }
  if (file.endsWith(".gz")) {
    await pipeline(createReadStream(file), createGunzip(), createWriteStream(file.slice(0, -".gz".length)), {
      signal,
    });
  }
}

/** Waits for the response headers, at most {@link ANSWER_WITHIN}. */
async function open(url: string, signal: AbortSignal): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new Error(`no answer within ${ANSWER_WITHIN / 1000} s`)),
    ANSWER_WITHIN,
  );
  const response = await fetch(url, { signal: AbortSignal.any([signal, late.signal]) }).finally(() =>
    clearTimeout(timer),
  );
  if (response.ok) return response;
  await response.body?.cancel();
  throw new Error(`answers ${response.status}`);
}

/** Makes `fetch` use the proxy of the environment: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
async function viaProxy<T>(environment: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  const restore = http.setGlobalProxyFromEnv?.(environment);
  return work().finally(() => restore?.());
}

/** The cause explains the message "fetch failed". */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
