import assert from "node:assert/strict";
import { catalogueText, service } from "../sources.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { appProject, ELSEWHERE, kubectl } from "./hand-made.ts";

interface Live {
  readonly metadata: { readonly uid: string };
  readonly spec?: object;
}

describe("fleet adopt of objects that belong to others", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: FleetStack;
  let refused: Awaited<ReturnType<FleetStack["fleet"]>>;
  let state: string;
  let uid: string;

  before(async () => {
    stack = await openFleetStack(["nginx", "tooled"]);
    await stack.writeConfig({ platform: "false" });
    await stack.writeCatalogue(catalogueText({ nginx: service("nginx") }));
    const first = await stack.up();
    assert.equal(first.failed, false, first.output);
    await stack.writeCatalogue(catalogueText({ nginx: service("nginx"), tooled: service("tooled") }));
    await kubectl(
      stack,
      ["apply", "--server-side", "--field-manager=helm", "-f", "-"],
      [appProject("tooled")],
    );
    await kubectl(stack, ["apply", "-f", "-"], [ELSEWHERE]);
    uid = ((await stack.get("appproject", "tooled", "argocd")) as unknown as Live).metadata.uid;
    refused = await stack.fleet("adopt", "tooled", "--yes");
    state = await stack.state();
  });

  after(async () => {
    const both = ["appproject/tooled", "application/tooled-dev"];
    await kubectl(stack, ["delete", ...both, "-n", "argocd", "--ignore-not-found"]);
    await stack?.close();
  });

  it("refuses an unlabelled object in Argo CD's namespace, and prints the command for an administrator", async () => {
    const label = ["label", "appproject", "tooled", "-n", "argocd"];
    await kubectl(stack, [...label, "app.kubernetes.io/managed-by-"]);
    const { code, output } = await stack.fleet("adopt", "tooled", "--yes", "--take-from", "helm");
    const way =
      /kubectl (label appproject tooled -n argocd app\.kubernetes\.io\/managed-by=kargo-fleet)/.exec(output);
    assert.ok(code === 1 && way?.[1], output);
    await kubectl(stack, way[1].split(" "));
  });

  it("refuses objects of another stack, and imports nothing of that service", () => {
    assert.equal(refused.code, 1, refused.output);
    assert.match(refused.output, /Application argocd\/tooled-dev {2}belongs to stack elsewhere/);
    assert.doesNotMatch(state, /tooled\/(app-project|application)/);
  });

  it("names the tool that applies an object", () => {
    assert.match(refused.output, /AppProject argocd\/tooled {2}is applied by helm[\s\S]*--take-from helm/);
  });

  it("takes it from that tool with --take-from, keeping the object; objects imported before do not change", async () => {
    await kubectl(stack, ["delete", "application", "tooled-dev", "-n", "argocd"]);
    const { code, output } = await stack.fleet("adopt", "tooled", "--yes", "--take-from", "helm");
    assert.equal(code, 0, output);
    const { failed, output: said, steps } = await stack.up();
    assert.equal(failed, false, said);
    const after = (await stack.get("appproject", "tooled", "argocd")) as unknown as Live;
    assert.equal(after.metadata.uid, uid);
    assert.match(JSON.stringify(after.spec), /tooled of team edge/);
    const before = Object.entries(steps).filter(([name]) => /^nginx(\/|$)/.test(name));
    assert.ok(before.length > 10, `${before.length} resources`);
    assert.deepEqual(
      before.filter(([, op]) => op !== "same"),
      [],
    );
  });
});
