import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type Document as YamlTree } from "yaml";
import type { DocumentPath, Place, Problem } from "./diagnostics.ts";
import { placesIn, repeatedKey, type SourceDocument, withoutValue } from "./documents.ts";
import { keyText, otherwise, readOtherwise, strangeCharacter, strangeSyntax } from "./engine-yaml.ts";
import { encodingProblem, textProblems } from "./texts.ts";

/**
 * Parses YAML with positions, to the same values as the engine, which uses Go's gopkg.in/yaml.v3: merge keys and
 * aliases work as there. A value that this library reads differently from YAML 1.2 is a problem.
 */
export function parseYaml(file: string, text: string): SourceDocument {
  const at = placesIn(file, text);
  const strange = encodingProblem(text, at) ?? strangeCharacter(text, at) ?? strangeSyntax(text, at);
  if (strange && strange.code !== "KF009") return withoutValue(file, strange);
  const tree = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: "error",
  });
  const invalid = (offset: number, message: string): Problem => ({
    code: "KF005",
    place: at(offset),
    path: "",
    message: `is not valid YAML: ${message.split("\n")[0]?.replace(/\.$/, "")}.`,
    fix: "Fix the syntax here.",
  });
  const place: SourceDocument["place"] = (path, part = "value") => at(offsetOf(tree, path, part));
  // After the first error the parser complains about every following line.
  const [error] = tree.errors;
  if (error?.code === "MULTIPLE_DOCS") {
    const second = at(error.pos[0]);
    return withoutValue(
      file,
      otherwise(second, "", "a second document begins here, which the engine does not read.", "Remove it."),
    );
  }
  if (error) return { file, value: undefined, problems: [invalid(error.pos[0], error.message)], place };
  if (strange) return withoutValue(file, strange);
  const { problems, endless } = readOtherwise(tree, text, at);
  problems.push(...duplicateKeys(tree.contents, [], at));
  let value: unknown;
  try {
    if (!endless) value = tree.toJS({ maxAliasCount: 100 });
  } catch (failure) {
    // Aliases are resolved here: one may lack an anchor, or several may expand without end.
    problems.push(invalid(Math.max(0, text.search(/<<|\*/)), (failure as Error).message));
  }
  return { file, value, problems: [...problems, ...textProblems(value, place)], place };
}

function duplicateKeys(node: unknown, path: DocumentPath, at: (offset: number) => Place): Problem[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => duplicateKeys(item, [...path, index], at));
  if (!isMap(node)) return [];
  const first = new Map<string, number>();
  return node.items.flatMap(({ key, value }) => {
    if (!isScalar(key)) return [];
    const name = keyText(key);
    const place = at(key.range?.[0] ?? 0);
    const earlier = first.get(name);
    first.set(name, earlier ?? place.line);
    const here = [...path, name];
    const within = duplicateKeys(value, here, at);
    return earlier === undefined ? within : [repeatedKey(name, here, place, earlier), ...within];
  });
}

function offsetOf(tree: YamlTree, path: DocumentPath, part: "key" | "value"): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? tree.contents : tree.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair: Pair | undefined = isMap(parent)
      ? parent.items.find(({ key }) => (isScalar(key) ? key.value : key) === last)
      : undefined;
    const node = tree.getIn(path.slice(0, length), true);
    const found = part === "key" && pair ? pair.key : (node ?? pair?.key);
    const range =
      found !== null && typeof found === "object" && "range" in found ? (found as Node).range : undefined;
    if (range) return range[0];
  }
  return 0;
}
