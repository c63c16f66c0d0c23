import assert from "node:assert/strict";
import { catalogueText, service, stackText } from "../../../test/sources.ts";
import { type Folder, folderOf } from "../folder.ts";
import { ENTRY } from "./live-service.ts";

const RELEASE = {
  name: "r1",
  createdAt: "2026-11-28T14:00:00.000Z",
  waves: [[{ ...ENTRY, stack: "prod" }]],
};

describe("the file of a release", function () {
  this.timeout(60_000);
  let folder: Folder;

  before(async () => {
    folder = await folderOf({
      "services.json": catalogueText({ nginx: service("nginx") }),
      "Pulumi.prod.yaml": stackText(),
      "releases/cut.json": JSON.stringify(RELEASE).slice(0, 100),
      "releases/other.json": JSON.stringify({ ...RELEASE, waves: [] }),
      "releases/elsewhere.json": JSON.stringify(RELEASE).replace("kargo-nginx", "kargo-auth"),
      "releases/away.json": JSON.stringify(RELEASE).replace('"prod","freight"', '"../x","freight"'),
      "releases/old-stack.json": JSON.stringify(RELEASE).replaceAll('"stack":"prod"', '"stack":"gone"'),
    });
  });
  after(() => folder.remove());

  const wrong: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
    "a name that leaves the folder": [["show", "../r1"], /"..\/r1" is not a release's name/],
    "a name of another release": [["show", "cutt"], /no releases\/cutt.json. Did you mean "cut"\?/],
    "a truncated file": [["show", "cut"], /releases\/cut.json cannot be read: it is not JSON/],
    "a file of another form": [["promote", "other"], /releases\/other.json .*unexpected at waves/],
    "a Project that is not the service's": [
      ["promote", "elsewhere"],
      /elsewhere.json .*unexpected at waves.0.0.project/,
    ],
    "a Stage that is no name": [["show", "away"], /away.json .*unexpected at waves.0.0.stage/],
    "a stack that is gone": [["show", "old-stack"], /There is no stack "gone"/],
    "a service that no stack has": [
      ["create", "r2", "--services", "ngnix"],
      /No stack has a service "ngnix". Did you mean "nginx"\?/,
    ],
    "a time limit that is none": [["promote", "cut", "--timeout", "soon"], /Write a duration such as 30m/],
  };
  for (const [title, [args, message]] of Object.entries(wrong))
    it(`is refused in one line for ${title}`, async () => {
      const { exitCode, stderr } = await folder.run("release", ...args);
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
});
