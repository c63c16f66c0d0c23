import fc from "fast-check";
import type { RawSources } from "./generated-catalogues.ts";

/** Values that are wrong in some places: too long, non-ASCII, of another type, expressions, extreme numbers. */
const HOSTILE: readonly unknown[] = [
  "",
  " ",
  "a b",
  "A",
  "-a",
  "a-",
  "a--b",
  "a..b",
  "a_b",
  "a/b",
  "a/b/c",
  "ü",
  "*",
  "../x",
  "a\nb",
  "a\u0000b",
  "\ud800",
  "a".repeat(54),
  "a".repeat(64),
  "a".repeat(254),
  "registry.example/a--b",
  "registry.example/a__b",
  `registry.example/${"a".repeat(300_000)}`,
  "${{ secret('x') }}",
  "{{ x }}",
  "{service}_X",
  "{service}-{other}",
  "{service}",
  "{service}-{service}-{service}",
  "kargo",
  "default",
  "fleet-teams",
  "prod",
  "dev",
  "in-cluster",
  "https://x.example",
  "https://user:pass@x.example/?q#f",
  "0s",
  "5m",
  "0.5s",
  "0.0000001s",
  "300.25s",
  "99999999999999999999999h",
  "3000000h",
  "5m5m",
  "^(",
  "^.*$",
  "1.x-",
  "= 1 || ",
  0,
  -1,
  0.1,
  100,
  101,
  1e21,
  true,
  null,
  [],
  {},
];

/** The keys and indexes of a value. */
type Path = readonly (string | number)[];

/** A change of one value or key. */
const slip = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...HOSTILE).map((value) => () => value) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(), fc.constantFrom("-", ".", "A", "0", " ", "/", "_", "é", "\t", "a".repeat(60)))
      .map(
        ([at, letter]) =>
          (old: unknown) =>
            typed(old, at, letter),
      ),
  },
  { weight: 1, arbitrary: fc.constant(() => undefined) },
  {
    weight: 1,
    arbitrary: fc.constant((old: unknown) => (Array.isArray(old) ? [...old, ...old] : [old, old])),
  },
  { weight: 1, arbitrary: fc.constant((old: unknown) => ({ ...Object(old), surplus: 1 })) },
);

/** Inserts a letter into a text. */
function typed(old: unknown, at: number, letter: string): unknown {
  if (typeof old !== "string") return letter;
  const position = at % (old.length + 1);
  return `${old.slice(0, position)}${letter}${old.slice(position)}`;
}

/** Valid sources with one or two random mistakes in values or keys. */
export function slipped(sources: fc.Arbitrary<RawSources>): fc.Arbitrary<RawSources> {
  const change = fc.record({ place: fc.nat({ max: 1_000_000 }), rename: fc.nat({ max: 5 }), slip });
  return fc.tuple(sources, fc.array(change, { minLength: 1, maxLength: 2 })).map(([raw, changes]) =>
    changes.reduce((before, { place, rename, slip: apply }) => {
      const path = placeIn(before, place);
      return (rename === 0 ? renamed(before, path, apply) : replaced(before, path, apply)) as RawSources;
    }, raw),
  );
}

/** A random place. It chooses the kind of place first, so that the many stages do not get nearly all mistakes. */
function placeIn(sources: RawSources, chance: number): Path {
  const byKind = [...Map.groupBy(pathsOf(sources), kindOf).values()];
  const places = byKind[chance % byKind.length] ?? [];
  return places[Math.floor(chance / byKind.length) % places.length] ?? [];
}

/** A path without user-chosen names: `catalogue services … image`. */
function kindOf(path: Path): string {
  const chosen = (index: number) => ["services", "teams", "pipelines"].includes(String(path[index - 1]));
  return path.map((key, index) => (typeof key === "number" || chosen(index) ? "…" : key)).join(" ");
}

/** Every path below the two documents and their top keys, including parents. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const own = path.length > 1 ? [path] : [];
  if (value === null || typeof value !== "object") return own;
  const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [...own, ...entries.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((item, at) => (at === key ? replaced(item, rest, change) : item));
  const entries = Object.entries(Object(value)).map(([name, item]) => [
    name,
    name === key ? replaced(item, rest, change) : item,
  ]);
  return Object.fromEntries(entries);
}

function renamed(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const last = path.at(-1);
  return replaced(value, path.slice(0, -1), (parent) => {
    if (Array.isArray(parent) || parent === null || typeof parent !== "object") return change(parent);
    const entries = Object.entries(parent).map(([name, item]) => [
      name === last ? String(change(name)) : name,
      item,
    ]);
    return Object.fromEntries(entries);
  });
}
