import assert from "node:assert/strict";
import fc from "fast-check";
import { runs, tagParts, versionOf } from "../../status/version.ts";

const second = fc.date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
const commit = fc.stringMatching(/^[0-9a-f]{7}$/);
const digits = (moment: Date) => moment.toISOString().slice(0, 19).replace(/[-T:]/g, "");
const IMAGE = { repoURL: "registry.example/nginx", tag: "v1", digest: "sha256:aa" };

describe("the default tag", () => {
  it("gives back any push's time and commit", () => {
    fc.assert(
      fc.property(second, commit, (moment, hash) => {
        const pushedAt = `${moment.toISOString().slice(0, 19)}Z`;
        assert.deepEqual(tagParts(`${digits(moment)}-${hash}`), { pushedAt, commit: hash });
      }),
    );
  });

  it("is nothing else: what is read can be written again", () => {
    const almost = fc.stringMatching(/^[0-9]{12,15}-[0-9a-g]{6,8}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), almost), (tag) => {
        const parts = tagParts(tag);
        if (parts) assert.equal(`${digits(new Date(parts.pushedAt))}-${parts.commit}`, tag);
      }),
    );
  });

  it("with digits that are no time has neither", () => {
    for (const tag of ["20260231120000-abc1234", "20261301000000-abc1234", "20260101250000-abc1234"])
      assert.equal(tagParts(tag), undefined, tag);
  });
});

describe("a version", () => {
  it("takes the service's image among several", () => {
    const other = { repoURL: "registry.example/worker", tag: "other", digest: undefined };
    const freight = { name: "f", images: [other, IMAGE], commit: undefined };
    assert.equal(versionOf(freight, { image: IMAGE.repoURL }).tag, "v1");
  });

  it("of another tag has the commit of Freight's Git repository, and no push", () => {
    const freight = { name: "f", images: [IMAGE], commit: "0123456789abcdef" };
    assert.deepEqual(versionOf(freight, { image: IMAGE.repoURL }), { freight: "f", tag: "v1", commit: "0123456" });
  });
});

describe("an Application's images", () => {
  for (const [images, expected] of [
    [["registry.example/nginx:v1"], true],
    [["registry.example/nginx:v1@sha256:aa"], true],
    [["registry.example/nginx@sha256:aa"], true],
    [["registry.example/nginx:v2"], false],
    [["registry.example/nginx:v1@sha256:bb"], false],
    [["registry.example/nginx-exporter:v1"], undefined],
    [[], undefined],
  ] as const)
    it(`${JSON.stringify(images)} ${{ true: "are", false: "are not", undefined: "cannot tell" }[`${expected}`]} nginx v1 with digest aa`, () => {
      assert.equal(runs(images, IMAGE), expected);
    });
});
