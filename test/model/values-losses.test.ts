import assert from "node:assert/strict";
import { losses } from "../../model/losses.ts";
import { relocated } from "../../model/values-losses.ts";
import { problemText, stage } from "../sources.ts";
import { ALL, lost, pipelines, planned, upOf } from "./ups.ts";

describe("lost values files", () => {
  const gitops = (more: string) => ({ gitops: `{ repository: acme/gitops, ${more} }` });
  const moved = gitops('path: "apps/{service}"');

  for (const keys of [moved, gitops("branch: other"), { gitops: "{ repository: acme/other }" }])
    it(`are those of every service if the stack changes to ${keys.gitops}`, () => {
      const [first, ...more] = lost(upOf(), ALL, keys);
      assert.match(
        first ?? "",
        /^config\.kargo-fleet:gitops {2}sets another place for the values files of 3 provisioned services: nginx, auth, docs\. Those of nginx are in services\/nginx of /,
      );
      assert.deepEqual(more, []);
    });

  it("are those of every service if the cluster gets another name and its folder depends on it", () => {
    const own = gitops('path: "{cluster}/{service}"');
    const renamed = { ...own, cluster: "{ name: other, context: test }" };
    assert.match(lost(upOf(ALL, own), ALL, renamed).join(), /would be expected in other\/nginx of /);
  });

  it("are only those that are not in their new place", () => {
    const said = losses(upOf(), planned(ALL, moved), new Set(["nginx", "docs"]));
    assert.match(said.map(problemText).join(), /of 1 provisioned service: auth\. /);
    assert.deepEqual(losses(upOf(), planned(ALL, moved), new Set(Object.keys(ALL))), []);
  });

  it("are checked for the Stages that a service had, not for a new one", () => {
    const [was, is] = [
      upOf({ nginx: {} }, pipelines({ standard: [stage("dev")] })),
      planned({ nginx: {} }, { ...moved, ...pipelines({ standard: [stage("dev"), stage("qa")] }) }),
    ];
    assert.deepEqual(
      relocated(was, is.plan).map(({ files }) => files),
      [["apps/nginx/values-dev.yaml"]],
    );
  });

  it("are none if an older program did not record their place", () => {
    const was = upOf();
    const older = Object.entries(was.services).map(([name, { values: _, ...more }]) => [name, more] as const);
    assert.deepEqual(lost({ ...was, services: Object.fromEntries(older) }, ALL, moved), []);
  });
});
