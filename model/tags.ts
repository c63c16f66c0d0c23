import { RE2JS } from "re2js";
import { z } from "zod";
import { matching, ruled, shown } from "./patterns.ts";
import { tagPattern } from "./tag-pattern.ts";

/** Tags that sort by time: UTC timestamp of the push, then the short commit. */
export const SORTABLE_TAGS = "^[0-9]{14}-[0-9a-f]{7}$";

/** The short commit only, for Warehouses that select by the time of the build. */
const COMMIT_TAGS = "^[0-9a-f]{7}$";

/**
 * Constraints that the Go library Masterminds/semver 3.4 accepts, as in Kargo's admission. Narrower in one respect:
 * numbers have at most 15 digits and no leading zero, because the library refuses numbers beyond 64 bits.
 */
const NUMBER = String.raw`(0|[1-9]\d{0,14})`;
const PLACE = `(${NUMBER}|[xX*])`;
const IDENTIFIER = String.raw`(${NUMBER}|\d*[A-Za-z-][0-9A-Za-z-]*)`;
const VERSION = String.raw`v?${PLACE}(\.${PLACE}){0,2}(-${IDENTIFIER}(\.${IDENTIFIER})*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?`;
const COMPARATOR = `(=|!=|>|<|>=|=>|<=|=<|~|~>|\\^)? *${VERSION}`;
// A range with a hyphen cannot be combined: the library would read "2 1 - 1" as "2>= 1, <= 1" and refuse it.
const RANGE = `(${COMPARATOR}(( *, *| +)${COMPARATOR})*|${VERSION} +- +${VERSION})`;
const CONSTRAINT = `^ *${RANGE}( *\\|\\| *${RANGE})* *$`;
// RE2 needs linear time; a backtracking engine would be slow for many blanks.
const constraint = RE2JS.compile(CONSTRAINT);
const semverConstraint = ruled((text) =>
  constraint.matches(text)
    ? undefined
    : `${shown(text)} is not a semver constraint: write for example "^1.2.0", "~1.2" or ">=1.0.0, <2.0.0".`,
).meta({ pattern: CONSTRAINT });

/** How a Warehouse selects among the tags of its image. */
export const tagSelection = z.discriminatedUnion("strategy", [
  z.strictObject({
    strategy: z.literal("lexical").meta({ description: "The last tag in text order." }),
    pattern: tagPattern.default(SORTABLE_TAGS).meta({
      description: "The pattern of tags; the last one in text order wins.",
      examples: ["^v[0-9]{8}$"],
    }),
  }),
  z.strictObject({
    strategy: z.literal("newest-build").meta({ description: "The image with the latest build." }),
    pattern: tagPattern.default(COMMIT_TAGS).meta({
      description:
        "The pattern of tags; the latest build wins. Kargo reads the metadata of every matching tag.",
    }),
  }),
  z.strictObject({
    strategy: z.literal("semver").meta({ description: "The highest version." }),
    constraint: semverConstraint.meta({
      description: "A constraint of Masterminds/semver; the highest matching version wins.",
      examples: ["^1.2.0", ">=1.0.0, <2.0.0"],
    }),
  }),
  z.strictObject({
    strategy: z.literal("digest").meta({ description: "A moving tag." }),
    tag: matching(/^[\w][\w.-]{0,127}$/, "is not an image tag.").meta({
      description: "The mutable tag to follow.",
      examples: ["stable"],
    }),
  }),
]);

/** The validated form of {@link tagSelection}. */
export type TagSelection = z.output<typeof tagSelection>;
