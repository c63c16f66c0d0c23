import assert from "node:assert/strict";
import { succeeds } from "./commands.ts";
import type { FleetStack } from "./fleet-stack.ts";
import { NAMES, touched, uidOf } from "./three-services.ts";

/** Tests of rotated secrets, on a stack that is up. */
export function testRotations(stack: () => FleetStack): void {
  it("rotates a credential in place", async () => {
    const before = await stack().get("secrets", "kargo-fleet-git", "kargo-shared-resources");
    await stack().setSecret("gitPassword", "planted-git-password-rotated");
    assert.deepEqual(touched(await succeeds(stack().up())), ["platform/credential-git"]);
    const after = await stack().get("secrets", "kargo-fleet-git", "kargo-shared-resources");
    assert.equal(uidOf(after), uidOf(before));
    const { password } = after.data as { password: string };
    assert.equal(Buffer.from(password, "base64").toString(), "planted-git-password-rotated");
  });

  it("rotates the master secret at once: hooks and Secrets in place, EventSources restarted, Sensors unchanged", async () => {
    const before = await stack().get("secrets", "github-01", "kargo-fleet-events");
    await stack().setSecret("webhookMasterSecret", "planted-master-secret-rotated");
    assert.deepEqual(
      touched(await succeeds(stack().up())),
      [
        ...NAMES.map((name) => `${name}/webhook`),
        ...["event-source", "secret"].flatMap((role) =>
          ["github-00", "github-01"].map((group) => `build-triggers/${role}-${group}`),
        ),
      ].sort(),
    );
    const after = await stack().get("secrets", "github-01", "kargo-fleet-events");
    assert.equal(uidOf(after), uidOf(before));
    assert.notDeepEqual(after.data, before.data);
  });
}
