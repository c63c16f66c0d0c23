import { Command, Option } from "commander";

/** Reads the text of an option. The parser of a repeatable option also gets what it returned before. */
type Parser<Value> = (text: string, before?: Value) => Value;

/** An option without its name. */
interface Declared<Value> {
  named(name: string): Option;
  /** Only for its type, that of the option's value. */
  readonly value?: Value;
}

/** The values of a command's options. */
export type ValuesOf<Options> = {
  readonly [Key in keyof Options]: Options[Key] extends Declared<infer Value> ? Value : never;
};

/** What commander gives for `<name>`, for `<names...>`, and for an option without a value. */
type Given<Written> = Written extends `${string}...${string}`
  ? readonly string[]
  : Written extends ""
    ? true
    : string;

/** What it gives if the value of `[name]` is left out. */
type LeftOut<Written, Value> = Written extends `[${string}` ? Value : never;

/** An option without a value: false if it is not given. */
export function flag(text: string): Declared<boolean> {
  return { named: (name) => new Option(name, text).default(false) };
}

/**
 * An option with a value.
 * @param written the value in the help, such as `<name>`; if it is optional (`[name]`) and left out, it is true
 * @param fallback the value if the option is not given
 */
export function option<const Written extends string>(
  written: Written,
  text: string,
): Declared<Given<Written> | LeftOut<Written, true> | undefined>;
export function option<Value, Fallback extends Value | undefined = undefined>(
  written: string,
  text: string,
  parse: Parser<Value>,
  fallback?: Fallback,
): Declared<Value | Fallback>;
export function option(
  written: string,
  text: string,
  parse?: Parser<unknown>,
  fallback?: unknown,
): Declared<unknown> {
  return { named: (name) => optionOf(name, written, text, parse).default(fallback) };
}

/** An option that must be given. */
export function required<const Written extends string>(
  written: Written,
  text: string,
): Declared<Given<Written>>;
export function required<Value>(written: string, text: string, parse: Parser<Value>): Declared<Value>;
export function required(written: string, text: string, parse?: Parser<unknown>): Declared<unknown> {
  return { named: (name) => optionOf(name, written, text, parse).makeOptionMandatory() };
}

function optionOf<Value>(name: string, written: string, text: string, parse?: Parser<Value>): Option {
  const option = new Option(`${name} ${written}`.trimEnd(), text);
  return parse ? option.argParser(parse) : option;
}

export const JSON_OPTION = flag("print everything as JSON");

/** The options of every command that asks a cluster. */
export const CLUSTER = {
  context: option("<name>", "the kubeconfig's context (default: the stack's)"),
  kubeconfig: option("<file>", "a kubeconfig (default: the stack's, or KUBECONFIG)"),
};

/** For the commands that change a state. */
export const OWNER_IS_DEAD = flag("confirm that no update of the stack runs where locks cannot be checked");

/** An argument with more than one value is an empty list if it is left out. */
type ArgumentOf<Written> =
  | Given<Written>
  | (Written extends `[${string}...]` ? never : LeftOut<Written, undefined>);

/** A command as its help shows it, and what it does. */
interface Description<Values, Written> {
  readonly name: string;
  readonly description: string;
  /** Its form, such as `<service>`, and its meaning. */
  readonly argument?: readonly [Written, string];
  /** In the order of the help. The key `dryRun` declares the option `--dry-run`. */
  readonly options: { readonly [Key in keyof Values]: Declared<Values[Key]> };
  /** The end of the help. */
  readonly help: string;
  run(options: Values, argument: ArgumentOf<Written>): unknown;
}

/** A maker of a command. Commander keeps the given values in a command, so each call of `fleet` needs a new one. */
export function command<Values, const Written extends string>({
  name,
  description,
  argument,
  options,
  help,
  run,
}: Description<Values, Written>): () => Command {
  return () => {
    const made = new Command(name).description(description).addHelpText("after", help);
    if (argument) made.argument(...argument);
    for (const [key, option] of Object.entries<Declared<unknown>>(options))
      made.addOption(option.named(`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`));
    return made.action(async (...[first, second]) => {
      await (argument ? run(second, first) : run(first, second));
    });
  };
}
