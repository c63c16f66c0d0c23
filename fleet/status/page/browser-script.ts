import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";

/** An import of another file of the script, after its types are gone. */
const IMPORT = /^import\s[^;"]*from\s+"(\.[^"]+)";$/gm;

/**
 * The browser's modules as one module: each file after those that it imports, without types, imports and exports. All
 * names are in one scope, so two files that declare the same name are a syntax error in the browser.
 * @param entry the file that starts the page
 * @throws Error if a file contains what would end the script's element
 */
export function browserScript(entry: string): string {
  const texts = new Map<string, string>();
  const add = (file: string): void => {
    if (texts.has(file)) return;
    texts.set(file, "");
    const text = withoutTypes(readFileSync(file, "utf8"));
    for (const [, name = ""] of text.matchAll(IMPORT)) add(join(dirname(file), name));
    texts.delete(file);
    texts.set(file, text.replace(IMPORT, "").replace(/^export /gm, ""));
  };
  add(entry);
  const script = [...texts.values()]
    .join("\n")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{2,}/g, "\n");
  if (/<\/script|<!--/i.test(script))
    throw new Error(
      `The script of ${entry} contains </script or <!--, which would end the script element of the page. Write it in two parts.`,
    );
  return script;
}

/** Node says once that this function is experimental. The reader of a page cannot do anything about that. */
function withoutTypes(text: string): string {
  const warn = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = warn;
  }
}
