import { IMAGES_VARIABLE } from "../model/task-variables.ts";

const NAME = "split(#, '=')[0]";
const IMAGE = "imageFrom(split(#, '=')[1])";
const HELD = `filter(split(vars.${IMAGES_VARIABLE}, ' '), ${IMAGE} != nil)`;
const TAG = `${IMAGE}.Tag + (vars.pin == 'digest' ? '@' + ${IMAGE}.Digest : '')`;

/**
 * The `updates` of `yaml-update` for several images: one for each that Freight holds, all in one commit. Freight from
 * before an image was added does not hold it, and may still be promoted. Kargo reads an expression's list as a list; a
 * tag in it stays a text. The inner parentheses are needed: a brace after a comma would begin a predicate.
 * @see https://expr-lang.org/docs/language-definition#map
 */
export const IMAGE_UPDATES = `\${{ map(${HELD}, ({'key': 'images.' + ${NAME} + '.tag', 'value': ${TAG}})) }}`;
