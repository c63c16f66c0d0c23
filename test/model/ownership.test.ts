import assert from "node:assert/strict";
import fc from "fast-check";
import { covers } from "../../model/ownership.ts";
import { catalogueOf, problemsOf } from "../sources.ts";

const TEAMS = {
  edge: { group: "AD-Edge", owns: ["acme/nginx*", "registry.example/edge/*", "registry.example/nginx"] },
  identity: { group: "AD-Identity" },
};
const problems = (services: Record<string, object>, teams: object = TEAMS) =>
  problemsOf(catalogueOf(services, teams)).join("\n");

describe("ownership", () => {
  it("lets a team use what it owns, and a team without owns what nobody owns", () => {
    assert.equal(problems({ nginx: {}, auth: { team: "identity" } }), "");
  });

  it("refuses a repository outside the team's owns", () => {
    assert.match(
      problems({ nginx: { repository: "acme/other" } }),
      /services\.nginx\.repository {2}the repository "acme\/other" is not in the owns of team "edge"\. Add it to teams\.edge\.owns, or use one from there\./,
    );
  });

  it("refuses an image outside the team's owns, even the default one", () => {
    assert.match(problems({ nginx2: {} }), /the image "registry\.example\/nginx2" is not in the owns/);
  });

  it("refuses one image for two services, because one push would be promoted by both", () => {
    const image = "registry.example/shared";
    assert.match(
      problems({
        a: { team: "identity", image },
        b: { team: "identity", image },
      }),
      /services\.b\.image {2}the image "registry\.example\/shared" is also used by service "a"/,
    );
  });

  it("refuses one repository for two services, whatever its case", () => {
    assert.match(
      problems({
        a: { team: "identity" },
        b: { team: "identity", repository: "acme/A" },
      }),
      /services\.b\.repository {2}the repository "acme\/A" is also used by service "a"/,
    );
  });

  it("refuses an entry that covers all of an owner", () => {
    assert.match(problems({}, { edge: { group: "A", owns: ["acme*"] } }), /"acme\*" has no slash/);
  });

  it("covers exactly the names that start with a prefix", () => {
    const text = fc.stringMatching(/^[a-z/]{1,6}$/);
    fc.assert(
      fc.property(text, text, (prefix, name) => {
        assert.equal(covers(`${prefix}*`, name), name.startsWith(prefix));
        assert.equal(covers(prefix, name), name === prefix);
      }),
    );
  });
});
