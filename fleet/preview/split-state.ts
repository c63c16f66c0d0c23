const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
/** The list is in the deployment, which is in the document or in its checkpoint. */
const DEEPEST = 3;
const KEY = "resources";

/**
 * Splits a stack's state into resources while reading, so that memory is needed only for the largest resource.
 * @param chunks JSON of `pulumi stack export`, or of a backend's file, in chunks of any size
 * @param take receives the JSON of one resource and its byte offset
 * @returns the JSON with an empty list in place of the resources; undefined if there is no such list, or if the
 * text is truncated
 */
export async function splitState(
  chunks: AsyncIterable<Uint8Array>,
  take: (resource: Buffer, start: number) => void,
): Promise<string | undefined> {
  const scan = new Scan(take);
  for await (const chunk of chunks) scan.read(chunk);
  return scan.end();
}

class Scan {
  readonly #take: (resource: Buffer, start: number) => void;
  readonly #frame: Buffer[] = [];
  /** The parts of the current resource from earlier chunks. */
  #begun: Buffer[] = [];
  #depth = 0;
  /** The depth of the list, after it is found. */
  #list: number | undefined;
  #inList = false;
  #inText = false;
  #escaped = false;
  /** The latest string outside the list, while it may be the key. */
  #text = "";
  /** The offset in this chunk from which bytes are not yet handed over or kept. */
  #from = 0;
  /** The number of bytes before this chunk, and the offset of the current resource. */
  #before = 0;
  #start = 0;

  constructor(take: (resource: Buffer, start: number) => void) {
    this.#take = take;
  }

  read(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#inText) at = this.#readText(chunk, at);
      else if (byte === QUOTE) {
        this.#inText = true;
        this.#text = "";
      } else if (byte === COMMA) this.#text = "";
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#open(chunk, at);
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#close(chunk, at);
    }
    this.#keep(chunk);
    this.#before += chunk.length;
  }

  end(): string | undefined {
    if (this.#list === undefined || this.#depth !== 0 || this.#inText) return undefined;
    return Buffer.concat(this.#frame).toString("utf8");
  }

  #open(chunk: Buffer, at: number): void {
    if (this.#inList && this.#depth === this.#list) {
      this.#from = at;
      this.#start = this.#before + at;
    }
    this.#depth++;
    if (chunk[at] !== OPEN_LIST || !this.#begins()) return;
    // A copy, because a stream may reuse its memory.
    this.#frame.push(Buffer.from(chunk.subarray(this.#from, at + 1)));
    this.#list = this.#depth;
    this.#inList = true;
  }

  #close(chunk: Buffer, at: number): void {
    this.#depth--;
    if (!this.#inList) return;
    if (this.#depth === this.#list) this.#hand(chunk.subarray(this.#from, at + 1));
    else if (this.#depth < (this.#list ?? 0)) {
      this.#inList = false;
      this.#from = at;
    }
  }

  /**
   * Skips a string to its end or to the end of the chunk, since most of a state is strings. @returns the offset of
   * the last byte read
   */
  #readText(chunk: Buffer, start: number): number {
    let escaped = this.#escaped;
    let at = start;
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) {
        this.#inText = false;
        break;
      }
    }
    this.#escaped = escaped;
    if (this.#list === undefined && this.#text.length <= KEY.length)
      this.#text += chunk.toString("latin1", start, Math.min(at, start + KEY.length + 1));
    return at;
  }

  #begins(): boolean {
    return this.#list === undefined && this.#depth <= DEEPEST + 1 && this.#text === KEY;
  }

  #hand(last: Buffer): void {
    this.#take(this.#begun.length === 0 ? last : Buffer.concat([...this.#begun, last]), this.#start);
    this.#begun = [];
  }

  /** Keeps the unfinished part of a chunk. */
  #keep(chunk: Buffer): void {
    const rest = () => Buffer.from(chunk.subarray(this.#from));
    if (!this.#inList) this.#frame.push(rest());
    else if (this.#depth > (this.#list ?? 0)) this.#begun.push(rest());
  }
}
