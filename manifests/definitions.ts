import type { KubernetesObject } from "./objects.ts";

/** A deeply read-only type. */
export type Immutable<Value> = Value extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Immutable<Value[Key]> }
    : Value;

/** An object that matches its definition of `definitions/`, which `npm run definitions` generates. */
export type Defined<Definition extends { readonly kind: string }> = KubernetesObject & Immutable<Definition>;

/**
 * The paths of fields in our type that the definition does not have; `never` if there are none. An API server would
 * silently drop such a field. Open parts of a definition accept any field.
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

/** The keys of all members of a union. */
type KeyOf<Union> = Union extends unknown ? keyof Union : never;
type FieldOf<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never;
