import assert from "node:assert/strict";
import fc from "fast-check";
import { goJson, type JsonObject, type JsonValue, parseJson } from "../../../sandbox/argo-events/go-json.ts";
import { find, plainNumber } from "../../../sandbox/argo-events/json-path.ts";
import { setAt } from "../../../sandbox/argo-events/set-path.ts";

const key = fc.stringMatching(/^[a-z][a-zA-Z0-9_-]{0,5}$/);
const object = fc.dictionary(key, fc.jsonValue()) as fc.Arbitrary<JsonObject>;

describe("JSON as Go writes and reads it", () => {
  it("means the same as the text that it was read from", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = parseJson(Buffer.from(text));
        assert.deepEqual(JSON.parse(goJson(value)), value);
      }),
    );
  });

  it("has no letter in it that could end a script or a line", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => !/[<>&\u2028\u2029\n]/.test(goJson(value as JsonValue))),
    );
  });

  it("has its keys in the order of their bytes", () => {
    assert.equal(
      goJson({ "\u{1f600}": 1, "\uffee": 2, a: 3, B: 4 }),
      '{"B":4,"a":3,"\uffee":2,"\u{1f600}":1}',
    );
  });

  it("keeps a key __proto__", () => {
    assert.equal(goJson(parseJson(Buffer.from('{"__proto__":{"a":1}}'))), '{"__proto__":{"a":1}}');
  });

  it("shows numbers without exponent that mean the same", () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
        const text = plainNumber(number);
        assert.doesNotMatch(text, /e/);
        assert.equal(Number(text), number);
      }),
    );
  });
});

describe("a path", () => {
  it("finds what keys and indexes lead to", () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), fc.jsonValue(), (keys, value) => {
        const root = keys.reduceRight<JsonValue>(
          (inner, name) => ({ other: 1, [name]: [inner] }),
          value as JsonValue,
        );
        assert.deepEqual(find(root, keys.map((name) => `${name}.0`).join(".")), value);
      }),
    );
  });

  it("finds what was set at it, and nothing else has changed", () => {
    fc.assert(
      fc.property(object, key, key, fc.string(), (root, outer, inner, text) => {
        fc.pre(typeof root[outer] !== "object" || root[outer] === null ? root[outer] === undefined : true);
        fc.pre(!Array.isArray(root[outer]));
        const changed = setAt(root, `${outer}.${inner}`, text);
        assert.equal(find(changed, `${outer}.${inner}`), text);
        assert.deepEqual({ ...changed, [outer]: null }, { ...root, [outer]: null });
      }),
    );
  });

  it("leaves the object alone that it is set in", () => {
    const root = { a: { b: ["x"] } };
    setAt(root, "a.b.0", "y");
    assert.deepEqual(root, { a: { b: ["x"] } });
  });
});
