import assert from "node:assert/strict";
import fc from "fast-check";
import { httpsAddress } from "../../operator/source.ts";

describe("the address that a pod clones from", () => {
  it("is the https form of the remote's address", () => {
    for (const remote of [
      "https://github.com/acme/fleet.git",
      "git@github.com:acme/fleet.git",
      "ssh://git@github.com/acme/fleet.git",
      "ssh://git@github.com:22/acme/fleet.git",
    ])
      assert.equal(httpsAddress(remote), "https://github.com/acme/fleet.git");
    assert.equal(httpsAddress("https://ghe.acme.example:8443/a/b"), "https://ghe.acme.example:8443/a/b");
  });

  it("is unknown for a folder, a file and plain http", () => {
    for (const remote of [
      "../fleet.git",
      "/srv/git/fleet.git",
      "file:///srv/git/fleet.git",
      "http://git/x",
      "",
    ])
      assert.equal(httpsAddress(remote), undefined, remote);
  });

  it("never contains a user or a password", () => {
    const word = fc.stringMatching(/^[a-z0-9]{8,20}$/);
    fc.assert(
      fc.property(word, word, (user, password) => {
        const address = httpsAddress(`https://${user}:${password}@github.com/acme/fleet.git`);
        assert.equal(address, "https://github.com/acme/fleet.git");
      }),
    );
  });
});
