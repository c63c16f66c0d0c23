import assert from "node:assert/strict";
import fc from "fast-check";
import { runs, runsAll, tagParts, versionOf } from "../../status/version.ts";
import { shortVersion } from "../../status/words.ts";

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
    assert.deepEqual(versionOf(freight, { image: IMAGE.repoURL }), {
      freight: "f",
      tag: "v1",
      commit: "0123456",
    });
  });
});

describe("a version of several images", () => {
  const images = { web: "registry.example/shop/web", worker: "registry.example/shop/worker" };
  const own = { image: images.web, images };
  const freight = (web: string, worker?: string) => ({
    name: "0123456789",
    commit: undefined,
    images: Object.entries({ worker, web }).flatMap(([name, tag]) =>
      tag === undefined ? [] : [{ repoURL: `registry.example/shop/${name}`, tag, digest: undefined }],
    ),
  });
  const [OLD, NEW] = ["20261128133700-abc1234", "20261128140000-def5678"] as const;

  it("has all tags by name, in the order of the catalogue, and the commit of the first image", () => {
    const version = versionOf(freight(NEW, OLD), own);
    assert.deepEqual(version, {
      freight: "0123456789",
      tag: NEW,
      tags: { web: NEW, worker: OLD },
      commit: "def5678",
      pushedAt: "2026-11-28T14:00:00Z",
    });
    assert.deepEqual(Object.keys(version.tags ?? {}), ["web", "worker"]);
  });

  it("is shown as one commit where all tags are the same, else with each image's name", () => {
    assert.equal(shortVersion(versionOf(freight(NEW, NEW), own)), "def5678");
    assert.equal(shortVersion(versionOf(freight(NEW, OLD), own)), "web def5678, worker abc1234");
    assert.equal(shortVersion(versionOf(freight("v1", "v2"), own)), "web v1, worker v2");
  });

  it("leaves an image out that Freight of earlier days does not have", () => {
    assert.deepEqual(versionOf(freight(NEW), own).tags, { web: NEW });
  });

  it("runs only if the Application runs each of them", () => {
    const running = (web: string, worker: string) => [`${images.web}:${web}`, `${images.worker}:${worker}`];
    assert.equal(runsAll(running(NEW, OLD), freight(NEW, OLD), own), true);
    assert.equal(runsAll(running(NEW, NEW), freight(NEW, OLD), own), false);
    assert.equal(runsAll(running(OLD, OLD), freight(NEW, OLD), own), false);
    // A worker may be a Job that is not there now.
    assert.equal(runsAll([`${images.web}:${NEW}`], freight(NEW, OLD), own), true);
    assert.equal(runsAll(["registry.example/other:v1"], freight(NEW, OLD), own), undefined);
  });

  it("of any tags has exactly those of the service's own images", () => {
    const tag = fc.stringMatching(/^\w[\w.-]{0,20}$/);
    fc.assert(
      fc.property(tag, fc.option(tag, { nil: undefined }), (web, worker) => {
        const { tags } = versionOf(freight(web, worker), own);
        assert.deepEqual(tags, { web, ...(worker !== undefined && { worker }) });
      }),
    );
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
