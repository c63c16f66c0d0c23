import { RE2JS } from "re2js";
import { ruled, shown } from "./patterns.ts";

/** An instruction of a compiled RE2 expression, with the fields in use. */
interface Instruction {
  readonly op: number;
  /** The next instruction; an alternative also continues at `arg`. */
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
}

/** RE2's numbers of operations, and the bits of an assertion. */
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
 * Compiles an RE2 expression and caches it.
 * @throws RE2JSSyntaxException if it is invalid
 */
export function re2(pattern: string): RE2JS {
  const known = compiled.get(pattern) ?? RE2JS.compile(pattern);
  compiled.set(pattern, known);
  return known;
}

/** A limit, because RE2 copies a repetition: more would take minutes and gigabytes. */
const REPETITIONS = 256;

/** The instructions that are reachable without consuming a character. */
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
 * A pattern of tags. Kargo compiles it with Go's RE2, without look-ahead and back-references, and searches anywhere
 * in a tag; its admission does not check it. Each alternative must be anchored at both ends.
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
    return `${shown(pattern)} is not a regular expression of RE2: ${(error as Error).message}.`;
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
/** The digits of a time in seconds since 1970. */
const TIME = 10;

const single = ({ runes }: Instruction) =>
  runes.length === 1 || (runes.length === 2 && runes[0] === runes[1]) ? runes[0] : undefined;
const isDigit = ({ runes }: Instruction) =>
  runes.length > 0 && Array.from(runes).every((rune) => rune >= ZERO && rune <= NINE);

/**
 * Whether the greatest matching tag by text is the newest. Where tags differ first, they must have the same number
 * of digits; anything else may differ only behind a time.
 */
export function sortsByTime(pattern: string): boolean {
  const known = sorted.get(pattern) ?? sorts(pattern);
  sorted.set(pattern, known);
  return known;
}

/** Cached, because most services have the same pattern. */
const sorted = new Map<string, boolean>();

function sorts(pattern: string): boolean {
  const program: Program = re2(pattern).re2().prog;
  let next = reach(program, [program.start]);
  let digits = 0;
  let before = 0;
  let wasDigit = false;
  // Longer than any tag, so the pattern has no end.
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
