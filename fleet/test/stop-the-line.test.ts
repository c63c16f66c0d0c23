import assert from "node:assert/strict";
import { eachFolder } from "./folder.ts";

describe("fleet stop-the-line without files", function () {
  this.timeout(60_000);
  const folder = eachFolder();

  const wrong: Readonly<Record<string, readonly [option: string, names: string, message: RegExp]>> = {
    "a Stage in capitals": ["--stages", "Prod", /"Prod" is not a name/],
    "a service with its namespace": ["--services", "nginx,kargo/auth", /"kargo\/auth" is not a name/],
    "a key of the calendar": ["--services", "x, stop-1.until", /"stop-1.until" is not a name/],
    "an empty list": ["--services", "", /It names nothing; leave it out for all/],
  };
  for (const [title, [option, names, message]] of Object.entries(wrong))
    it(`refuses ${title}, which would break the calendar or close everything`, async () => {
      const args = ["--context", "none", "--reason", "fire", option, names];
      const { exitCode, stderr } = await folder.run("stop-the-line", ...args);
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
    });
});
