import { number } from "./counts.ts";

/** GitHub refuses a comment of more than 65,536 characters; the number of bytes is never lower. */
export const COMMENT_LIMIT = 64_000;

/** The remaining size of a report in bytes; infinite for a full report. */
export class Room {
  #left: number;
  /** Descriptions of the omitted blocks. */
  readonly folded: string[] = [];

  constructor(bytes: number) {
    this.#left = bytes;
  }

  get isEndless(): boolean {
    return this.#left === Number.POSITIVE_INFINITY;
  }

  /** A share of the remaining size, for a section that must leave room for others. */
  share(part: number): number {
    return this.#left * part;
  }

  /** Adds a block if it fits, or records its description as omitted. */
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
   * Adds as many blocks as fit, in order, and one that counts the omitted ones.
   * @param most the maximum size of all blocks, in bytes
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

/** Includes the line break after it, and the empty line between blocks. */
function sizeOf(block: string): number {
  return Buffer.byteLength(block) + 2;
}

/** `and 4,987 more services`. */
export function andMore(left: number, noun: string): string {
  return `and ${number(left)} more ${left === 1 ? noun : `${noun}s`}`;
}
