import { createInterface } from "node:readline/promises";
import { didYouMean, listed } from "../../model/diagnostics.ts";

/** Asks the user on a terminal. */
interface Asker {
  /** @param among the allowed answers; undefined for any */
  ask(
    question: string,
    options?: { readonly fallback?: string | undefined; readonly among?: readonly string[] | undefined },
  ): Promise<string>;
  close(): void;
}

export function asker(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Asker {
  const lines = createInterface({ input, output });
  const ask: Asker["ask"] = async (question, { fallback, among } = {}) => {
    const hint = among === undefined ? "" : ` (${listed(among)})`;
    const answer = (await lines.question(`${question}${hint}${fallback ? ` [${fallback}]` : ""}: `)).trim();
    const value = answer === "" ? (fallback ?? "") : answer;
    if (value !== "" && (among === undefined || among.includes(value))) return value;
    output.write(
      value === ""
        ? "A value is required.\n"
        : `${didYouMean(value, among ?? []) ?? "It is not one of these."}\n`,
    );
    return await ask(question, { fallback, among });
  };
  return { ask, close: () => lines.close() };
}
