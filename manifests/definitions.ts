import type { KubernetesObject } from "./objects.ts";

/** A type that nobody writes to, all the way down. */
type Immutable<Value> = Value extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Immutable<Value[Key]> }
    : Value;

/**
 * An object of ours that its definition takes: what our narrower type says of a field must fit what the definition says
 * (see `definitions/`, which `npm run definitions` generates), or the interface that extends this does not compile.
 */
export type Defined<Definition extends { readonly kind: string }> = KubernetesObject & Immutable<Definition>;

/**
 * The paths of the fields that a type of ours has and its definition does not: `never` where it has none. An API server
 * would drop such a field unseen. What the definition leaves open has no surplus.
 */
export type Surplus<Ours, Definition, Path extends string = ""> = unknown extends Definition
  ? never
  : Ours extends readonly (infer OurItem)[]
    ? Definition extends readonly (infer Item)[]
      ? Surplus<OurItem, Item, `${Path}[]`>
      : `${Path}[]`
    : Ours extends object
      ? { [Key in keyof Ours & string]: SurplusAt<Ours, Definition, Key, Path> }[keyof Ours & string]
      : never;

type SurplusAt<Ours, Definition, Key extends keyof Ours & string, Path extends string> = string extends Key
  ? never
  : Key extends KeyOf<Definition>
    ? Surplus<Exclude<Ours[Key], undefined>, Exclude<FieldOf<Definition, Key>, undefined>, `${Path}.${Key}`>
    : `${Path}.${Key}`;

/** Of a union's members, every one's keys. */
type KeyOf<Union> = Union extends unknown ? keyof Union : never;
type FieldOf<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never;
