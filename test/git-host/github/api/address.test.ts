import assert from "node:assert/strict";
import { apiAddress } from "../../../../git-host/github/api/address.ts";

describe("the address of GitHub's API", () => {
  for (const [what, url, variable, address] of [
    ["of github.com", "https://github.com", undefined, "https://api.github.com"],
    ["of GitHub Enterprise", "https://github.acme.example", undefined, "https://github.acme.example/api/v3"],
    ["below a path", "https://acme.example/github", undefined, "https://acme.example/github/api/v3"],
    ["of GitHub with data residency", "https://acme.ghe.com", undefined, "https://api.acme.ghe.com"],
    ["by GITHUB_BASE_URL", "https://github.com", "http://127.0.0.1:80/", "http://127.0.0.1/api/v3"],
    ["written out", "https://github.com", "https://x.example/api/v3/", "https://x.example/api/v3"],
    ["where the variable is empty", "https://github.com", "", "https://api.github.com"],
    [
      "of GitHub itself, written out",
      "https://github.com",
      "https://api.github.com/",
      "https://api.github.com",
    ],
  ] as const) {
    it(what, () => {
      assert.equal(apiAddress(url, { GITHUB_BASE_URL: variable }), address);
    });
  }

  it("is the one in the stack, if any, whatever GITHUB_BASE_URL is", () => {
    const environment = { GITHUB_BASE_URL: "http://127.0.0.1:1/" };
    assert.equal(
      apiAddress("https://github.acme.example", environment),
      "https://github.acme.example/api/v3",
    );
  });
});
