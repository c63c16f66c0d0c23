import {
  isAlias,
  isCollection,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  Parser,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
  type Document as YamlTree,
} from "yaml";
import { type DocumentPath, formatPath, type Place, type Problem } from "./diagnostics.ts";
import { NESTING_LIMIT, nestedTooDeep } from "./documents.ts";

/*
 * Differences between YAML 1.2 and Go's gopkg.in/yaml.v3, with which the engine reads stack files. A test compares
 * with the engine.
 */

/** The lexer's own token. */
const SCALAR_FOLLOWS = "\x1f";

/** Runs before any recursive code, because the lexer and the syntax parser are not recursive. */
export function strangeSyntax(text: string, at: (offset: number) => Place): Problem | undefined {
  const ending = text.search(/^\.\.\.\s/m);
  if (ending >= 0)
    return otherwise(at(ending), "", 'the engine reads nothing after the line "...".', "Remove it.");
  const parser = new Parser();
  let before = "";
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === "?" && before !== SCALAR_FOLLOWS)
      return otherwise(at(parser.offset), "", 'a "?" begins a key.', "Write the key without it.");
    before = lexeme;
    if (/^[ \t]*\t[ \t]*$/.test(lexeme))
      return otherwise(at(parser.offset), "", "there is a tab between two values.", "Write blanks.");
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > NESTING_LIMIT) return nestedTooDeep(at(parser.offset));
  }
  return undefined;
}

/** YAML 1.1 and yaml.v3 also end lines at these characters, and reject other control characters. */
export function strangeCharacter(text: string, at: (offset: number) => Place): Problem | undefined {
  const offset = text.search(
    /(?!^\uFEFF)[\uFEFF\u0085\u2028\u2029\uFFFE\uFFFF]|\r(?!\n)|[\p{Cc}--[\t\n\r]]/v,
  );
  if (offset < 0) return undefined;
  const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, "0");
  return otherwise(
    at(offset),
    "",
    `has the character U+${code}, which the engine reads differently.`,
    "Remove it.",
  );
}

export function otherwise(place: Place, path: string, message: string, fix: string): Problem {
  return { code: "KF009", place, path, message, fix };
}

/** Values that yaml.v3 reads differently or not at all; an alias inside its own anchor is endless. */
export function readOtherwise(
  tree: YamlTree,
  text: string,
  at: (offset: number) => Place,
): { readonly problems: Problem[]; readonly endless: boolean } {
  const problems: Problem[] = [];
  const anchors = new Map<string, unknown>();
  let endless = false;
  const directive = /^%/.test(text) ? 0 : text.search(/\n%/) + 1;
  if (tree.directives?.docStart && text[directive] === "%")
    problems.push(otherwise(at(directive), "", "a directive changes how YAML is read.", "Remove it."));
  visit(tree, {
    Node: (key, node, ancestors) => {
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
      const within = isAlias(node) && ancestors.includes(anchors.get(node.source) as Node);
      endless ||= within;
      const found = within
        ? (["the alias contains itself, so it is endless.", "Write the value out."] as const)
        : isAlias(node)
          ? key === "key" && (["the key is an alias.", "Write the key out."] as const)
          : nodeOtherwise(node, key === "key", ancestors, text);
      if (!found) return;
      const path = formatPath(pathTo(node, ancestors));
      problems.push(otherwise(at(node.range?.[0] ?? 0), path, ...found));
    },
  });
  return { problems, endless };
}

type MessageAndFix = readonly [message: string, fix: string];

function nodeOtherwise(
  node: Scalar | YAMLMap | YAMLSeq,
  isKey: boolean,
  ancestors: readonly unknown[],
  text: string,
): MessageAndFix | undefined {
  if (node.tag !== undefined)
    return [`the tag ${node.tag} changes this value.`, "Write the value without a tag."];
  if (node.anchor !== undefined && !/^[\w-]+$/.test(node.anchor))
    return [
      `the engine reads the name of the anchor &${node.anchor} differently.`,
      "Use letters and digits.",
    ];
  if (!isScalar(node)) return isKey ? ["the key is not a text.", "Write a text."] : undefined;
  const [start, end] = node.range ?? [0, 0];
  const raw = text.slice(start, end);
  const fix = "Write a text in quotes, a number in plain decimal digits.";
  if (node.type === Scalar.QUOTE_DOUBLE && /(?<!\\)(\\\\)*\\\//.test(raw))
    return ['the engine does not know the escape "\\/".', 'Write "/".'];
  if (isKey && (node.value === "<<" || (typeof node.value !== "string" && !isMergeKey(node))))
    return [`the key ${raw || "here"} is not a text.`, "Put it in quotes."];
  if (/^\n|^\t.*\n/s.test(String(node.value)))
    return ["the engine reads the white space at the top differently.", "Remove it."];
  if (/^['"]/.test(raw) && !/^('([^']|'')*'|"([^"\\]|\\.)*")$/s.test(raw))
    return ["the quote at the end is missing.", "Write it."];
  if (/^[|>][0-9+]*\n/.test(raw) && !text.slice(0, end).endsWith("\n"))
    return ["the engine reads the end of this text differently.", "End the file with a new line."];
  if (isKey && (raw.includes("\n") || !/^ *[:,}\]]/.test(text.slice(end, end + 100))))
    return ["the key is not followed by its colon.", "Write it on one line, with its colon."];
  if (node.type !== Scalar.PLAIN) return undefined;
  const inFlow = ancestors.some((one) => isCollection(one) && one.flow);
  if (inFlow && /^:|\?/.test(raw))
    return ["the engine reads a colon or a question mark here differently.", fix];
  if (isKey && /^:\S/.test(text.slice(end, end + 2)))
    return ["a space is missing after this colon.", "Add it."];
  const taken = takenFor(raw, isKey);
  return taken === undefined ? undefined : [`the engine reads this as ${taken}.`, fix];
}

function isMergeKey(node: unknown): boolean {
  return isScalar(node) && typeof node.value === "symbol";
}

/** Numbers that all parsers read alike: those of JSON. */
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/;
/**
 * Texts that yaml.v3 reads as numbers, without underscores (its `resolve`, and Go's `strconv.ParseInt` with base
 * 0).
 */
const GO_NUMBER =
  /^[-+]?(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|\.inf|\.Inf|\.INF)$|^\.(nan|NaN|NAN)$/;
/** Texts that yaml.v3 tries to read as a time. A whole day is converted back, see stack-config.ts. */
const GO_TIME = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]|$)/;
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** The kind that yaml.v3 gives a plain scalar, if it differs from YAML 1.2. */
function takenFor(source: string, isKey: boolean): string | undefined {
  if (GO_TIME.test(source) && (isKey || !DAY.test(source))) return "a time";
  if (NUMBER.test(source)) {
    const exact = Number.isSafeInteger(Number(source)) || /[.eE]/.test(source);
    return exact && Number.isFinite(Number(source)) ? undefined : "a number that is not exact here";
  }
  if (!GO_NUMBER.test(source.replaceAll("_", ""))) return undefined;
  return /^[-+]?0[0-7_]+$/.test(source) ? "an octal number" : "a number in another notation";
}

function pathTo(node: unknown, ancestors: readonly unknown[]): DocumentPath {
  return [...ancestors.slice(1), node].flatMap((each, index, all): (string | number)[] => {
    const parent = index === 0 ? undefined : all[index - 1];
    if (isSeq(parent)) return [parent.items.indexOf(each)];
    return isPair(each) && isScalar(each.key) ? [keyText(each.key)] : [];
  });
}

/** The text of a key; a merge key has none. */
export function keyText(key: Scalar): string {
  return typeof key.value === "string" ? key.value : (key.source ?? "");
}
