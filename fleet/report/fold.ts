import { number } from "./counts.ts";

/** GitHub refuses a comment of more than 65,536 characters; bytes are never fewer than these. */
export const COMMENT_LIMIT = 64_000;

/** What is left of the room that a report has, in bytes; endless where all is written. */
export class Room {
  #left: number;
  /** What did not fit, in words. */
  readonly folded: string[] = [];

  constructor(bytes: number) {
    this.#left = bytes;
  }

  get isEndless(): boolean {
    return this.#left === Number.POSITIVE_INFINITY;
  }

  /** A part of what is left, for a section that must not take everything. */
  share(part: number): number {
    return this.#left * part;
  }

  /** Takes a block whole, or says in words that it is folded. */
  take(block: string, what: string): string[] {
    if (block === "") return [];
    if (sizeOf(block) > this.#left) {
      this.folded.push(what);
      return [];
    }
    this.#left -= sizeOf(block);
    return [block];
  }

  /**
   * Takes as many blocks as fit, in their order, and one that says how many are left out.
   *
   * @param most how many bytes they may take together
   */
  takeMany(blocks: readonly string[], more: (left: number) => string, most = this.#left): string[] {
    const all = Math.min(most, this.#left);
    const reserve = sizeOf(more(blocks.length));
    const taken: string[] = [];
    let size = 0;
    for (const [index, block] of blocks.entries()) {
      const isLast = index === blocks.length - 1;
      if (size + sizeOf(block) + (isLast ? 0 : reserve) > all) break;
      taken.push(block);
      size += sizeOf(block);
    }
    const left = blocks.length - taken.length;
    this.#left -= size;
    if (left === 0) return taken;
    this.#left -= reserve;
    this.folded.push(
      more(left)
        .replace(/^[|\s-]*/, "")
        .replace(/[|\s]*$/, ""),
    );
    return [...taken, more(left)];
  }
}

/** With the line break after it, and the empty line between blocks. */
function sizeOf(block: string): number {
  return Buffer.byteLength(block) + 2;
}

/** `and 4,987 more services`. */
export function andMore(left: number, noun: string): string {
  return `and ${number(left)} more ${left === 1 ? noun : `${noun}s`}`;
}
