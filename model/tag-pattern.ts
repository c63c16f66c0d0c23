import { RE2JS } from "re2js";
import { ruled, shown } from "./patterns.ts";

/** An instruction of the program that RE2 compiles an expression to, as far as it is read here. */
interface Instruction {
  readonly op: number;
  /** Where it goes on; an alternative goes on at `arg` too. */
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
}

/** The operations, and the bits of an assertion, by RE2's own numbers. */
const [ALT, ALT_MATCH, EMPTY_WIDTH, FAIL, MATCH, RUNE, ANY_NOT_NEWLINE] = [1, 2, 4, 5, 6, 8, 11];
const BEGIN = 0b0101;
const END = 0b1010;

const isRune = ({ op }: Instruction) => op >= RUNE && op <= ANY_NOT_NEWLINE;

interface Program {
  readonly start: number;
  readonly inst: readonly Instruction[];
}

const compiled = new Map<string, RE2JS>();

/**
 * A regular expression of RE2, compiled once however many services have it.
 *
 * @throws RE2JSSyntaxException where it is none
 */
export function re2(pattern: string): RE2JS {
  const known = compiled.get(pattern) ?? RE2JS.compile(pattern);
  compiled.set(pattern, known);
  return known;
}

/** Each repetition is compiled anew: what nobody means takes minutes and gigabytes. */
const REPETITIONS = 256;

/** What can come next without a character: everything up to the next character or the end of a match. */
function reach({ inst }: Program, from: Iterable<number>, stopAt = 0): Instruction[] {
  const seen = new Set(from);
  const found: Instruction[] = [];
  for (const pc of seen) {
    const one = inst[pc];
    if (one === undefined || one.op === FAIL) continue;
    if (isRune(one) || one.op === MATCH) found.push(one);
    else if (one.op !== EMPTY_WIDTH || (one.arg & stopAt) === 0) {
      seen.add(one.out);
      if (one.op === ALT || one.op === ALT_MATCH) seen.add(one.arg);
    }
  }
  return found;
}

/**
 * A pattern of tags: Kargo compiles it with Go's RE2, which has no look-ahead and no back-reference, and searches anywhere
 * in a tag. Its admission tries neither. Each alternative must begin at the beginning and end at the end.
 */
export const tagPattern = ruled((pattern) => {
  const counts = [...pattern.matchAll(/\{([0-9]+)(?:,([0-9]*))?\}/g)].map(([, from, to]) =>
    Number(to || from),
  );
  if (counts.reduce((sum, count) => sum + count, 0) > REPETITIONS)
    return `${shown(pattern)} repeats more than ${REPETITIONS} times in all; a tag has at most 128 characters.`;
  let program: Program;
  try {
    program = re2(pattern).re2().prog;
  } catch (error) {
    return `${shown(pattern)} is no regular expression of RE2: ${(error as Error).message}.`;
  }
  const { inst, start } = program;
  const begins = reach(program, [start], BEGIN).length === 0;
  const behind = [start, ...inst.filter(isRune).map(({ out }) => out)];
  const ends = reach(program, behind, END).every(({ op }) => op !== MATCH);
  return begins && ends
    ? undefined
    : `${shown(pattern)} is not anchored: Kargo searches anywhere in a tag, so write ^…$, or ^(…|…)$.`;
});

const ZERO = 48;
const NINE = 57;
/** The digits of a time to the second, as seconds since 1970. */
const TIME = 10;

const single = ({ runes }: Instruction) =>
  runes.length === 1 || (runes.length === 2 && runes[0] === runes[1]) ? runes[0] : undefined;
const isDigit = ({ runes }: Instruction) =>
  runes.length > 0 && Array.from(runes).every((rune) => rune >= ZERO && rune <= NINE);

/**
 * Whether of the tags that a pattern matches the greatest by text is the newest: where they differ first they have digits,
 * as many in each, and behind them either nothing that differs or digits of a time before it.
 */
export function sortsByTime(pattern: string): boolean {
  const known = sorted.get(pattern) ?? sorts(pattern);
  sorted.set(pattern, known);
  return known;
}

/** Nearly all services have the same pattern. */
const sorted = new Map<string, boolean>();

function sorts(pattern: string): boolean {
  const program: Program = re2(pattern).re2().prog;
  let next = reach(program, [program.start]);
  let digits = 0;
  let before = 0;
  let wasDigit = false;
  // Longer than any tag: then it never ends.
  for (let position = 0; position < 200; position++) {
    const runes = next.filter(isRune);
    const [first] = runes;
    const done = runes.length < next.length;
    if (first === undefined) return true;
    const letter = single(first);
    const alike = letter !== undefined && !(first.arg & 1) && runes.every((one) => single(one) === letter);
    if (done || !(alike || runes.every(isDigit))) {
      const goesOn = wasDigit && runes.some(isDigit);
      return (goesOn ? before : digits) >= TIME;
    }
    if (!alike || isDigit(first)) {
      if (!wasDigit) before = digits;
      digits++;
      wasDigit = true;
    } else wasDigit = false;
    next = reach(program, new Set(runes.map(({ out }) => out)));
  }
  return false;
}
