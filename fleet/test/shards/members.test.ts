import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { delimiter } from "node:path";
import { catalogueText, service, stackText } from "../../../test/sources.ts";
import { fleetCommand } from "../commands.ts";
import { type Folder, folderOf } from "../folder.ts";

/** A CLI with two stacks, of which the second has only the name of a shard. */
const CLI = `#!/bin/sh
case "$*" in
  whoami*) echo '{"url":"https://api.pulumi.example/acme"}' ;;
  "stack ls"*) echo '[{"name":"prod"},{"name":"prod-10"}]' ;;
  "stack export"*) echo '{"version":3,"deployment":{"manifest":{},"resources":[]}}' ;;
  *) echo "error: unexpected $*" >&2; exit 1 ;;
esac
`;

describe("fleet reshard", function () {
  this.timeout(60_000);
  let folder: Folder;
  before(async () => {
    folder = await folderOf({
      pulumi: CLI,
      "services.json": catalogueText({ nginx: service("nginx") }),
      "Pulumi.prod.yaml": stackText({ shards: "2" }),
      "Pulumi.prod-10.yaml": stackText(),
    });
    await chmod(`${folder.path}/pulumi`, 0o755);
  });
  after(() => folder.remove());

  it("removes no stack that somebody wrote by hand under the name of a shard, even without a service", async () => {
    const PATH = `${folder.path}${delimiter}${process.env.PATH}`;
    const args = ["reshard", "prod", "--to", "3", "--dry-run", "--owner-is-dead"];
    const { exitCode, stderr, stdout } = await fleetCommand(args, folder.path, { PATH });
    assert.equal(exitCode, 1, stdout);
    assert.match(
      stderr,
      /prod-10 has the name of a shard of prod, but fleet shards did not write Pulumi\.prod-10\.yaml/,
    );
  });
});
