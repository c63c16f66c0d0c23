import { execa } from "execa";
import { GitRefusal, gitEnvironment } from "./git.ts";

interface GitObject {
  readonly sha: string;
  /** `blob`, `tree`, `commit`, `tag` */
  readonly type: string;
  readonly content: Buffer;
}

/** Reads the objects of one bare repository with one Git process, which starts at the first read. */
export class ObjectReader {
  readonly #directory: string;
  #process: ReturnType<typeof startReading> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param directory - the bare repository */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Reads an object, even one that another process has just stored.
   * @param name - a full or short id, optionally with `^{commit}` or `^{tree}` to resolve it
   * @returns `undefined` if there is none, or if a short id is ambiguous
   */
  async read(name: string): Promise<GitObject | undefined> {
    if (this.#closed) throw new Error(`The local GitHub has ended; ${name} cannot be read.`);
    this.#process ??= this.#start();
    const { child, answers } = this.#process;
    child.stdin.write(`${name}\n`);
    // Git answers in the order of requests, so requests need not wait for each other.
    const answer = this.#last.then(() => take(answers));
    this.#last = answer.catch(() => undefined);
    return await answer;
  }

  /** Ends the process after the pending reads. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#process?.child.stdin.end();
    await this.#process?.child;
  }

  #start() {
    const started = startReading(this.#directory);
    // The next read replaces a process that was killed.
    void started.child.then(() => {
      this.#process = undefined;
    });
    return started;
  }
}

function startReading(directory: string) {
  const child = execa("git", ["cat-file", "--batch"], {
    env: gitEnvironment(directory),
    extendEnv: false,
    encoding: "buffer",
    stdio: ["pipe", "pipe", "ignore"],
    buffer: false,
    reject: false,
  });
  // The missing response shows that the process ended.
  child.stdin.on("error", () => undefined);
  return { child, answers: new Answers(child.stdout) };
}

/** A response is one line, then (if the object exists) the number of bytes in that line and a line end. */
async function take(answers: Answers): Promise<GitObject | undefined> {
  const line = (await answers.until(0x0a)).toString("utf8");
  const [, sha, type, size] = /^([0-9a-f]{40}) ([a-z]+) (\d+)$/.exec(line) ?? [];
  if (sha === undefined || type === undefined) return undefined;
  const content = await answers.bytes(Number(size));
  await answers.bytes(1);
  return { sha, type, content };
}

/** Buffers the output of a process. */
class Answers {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(output: AsyncIterable<Buffer>) {
    this.#chunks = output[Symbol.asyncIterator]();
  }

  /** Reads and consumes everything up to a byte, including it. */
  async until(byte: number): Promise<Buffer> {
    while (!this.#rest.includes(byte)) await this.#more(1);
    const found = await this.bytes(this.#rest.indexOf(byte));
    await this.bytes(1);
    return found;
  }

  async bytes(count: number): Promise<Buffer> {
    await this.#more(count - this.#rest.length);
    const found = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return found;
  }

  /** Waits until this many more bytes arrived. */
  async #more(count: number): Promise<void> {
    const chunks = [this.#rest];
    for (let missing = count; missing > 0; ) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new GitRefusal("Git ended while it was reading objects.");
      chunks.push(value);
      missing -= value.length;
    }
    this.#rest = Buffer.concat(chunks);
  }
}
