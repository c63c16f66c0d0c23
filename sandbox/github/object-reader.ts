import { execa } from "execa";
import { GitRefusal, gitEnvironment } from "./git.ts";

/** An object as Git keeps it. */
export interface GitObject {
  readonly sha: string;
  /** `blob`, `tree`, `commit`, `tag` */
  readonly type: string;
  readonly content: Buffer;
}

/** Reads the objects of one bare repository by one Git process, which starts with the first of them. */
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
   * Reads an object, also one that was stored a moment ago by somebody else.
   *
   * @param name - an id, whole or shortened, and after it `^{commit}` or `^{tree}` for what it leads to
   * @returns `undefined` where there is none, or the short id means several
   */
  async read(name: string): Promise<GitObject | undefined> {
    if (this.#closed) throw new Error(`The local GitHub has ended; ${name} is not read any more.`);
    this.#process ??= this.#start();
    const { child, answers } = this.#process;
    child.stdin.write(`${name}\n`);
    // Git answers in the order it was asked in, so nobody waits to ask.
    const answer = this.#last.then(() => take(answers));
    this.#last = answer.catch(() => undefined);
    return await answer;
  }

  /** Ends the process when what was asked for is read. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#process?.child.stdin.end();
    await this.#process?.child;
  }

  #start() {
    const started = startReading(this.#directory);
    // One that somebody killed is replaced by the next question.
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
  // That it ended is seen where its answer is missing.
  child.stdin.on("error", () => undefined);
  return { child, answers: new Answers(child.stdout) };
}

/** Each answer is a line, and after it, unless there is no such object, as many bytes as the line says and a line end. */
async function take(answers: Answers): Promise<GitObject | undefined> {
  const line = (await answers.until(0x0a)).toString("utf8");
  const [, sha, type, size] = /^([0-9a-f]{40}) ([a-z]+) (\d+)$/.exec(line) ?? [];
  if (sha === undefined || type === undefined) return undefined;
  const content = await answers.bytes(Number(size));
  await answers.bytes(1);
  return { sha, type, content };
}

/** The output of a process, taken piece by piece. */
class Answers {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(output: AsyncIterable<Buffer>) {
    this.#chunks = output[Symbol.asyncIterator]();
  }

  /** What comes before a byte, which is taken too. */
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

  /** Waits for so many bytes more. */
  async #more(count: number): Promise<void> {
    const chunks = [this.#rest];
    for (let missing = count; missing > 0; ) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new GitRefusal("Git ended while it was asked for objects.");
      chunks.push(value);
      missing -= value.length;
    }
    this.#rest = Buffer.concat(chunks);
  }
}
