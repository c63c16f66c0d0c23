import assert from "node:assert/strict";
import { catalogueOf } from "../sources.ts";
import { kubectl, succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { appProject, ELSEWHERE } from "./hand-made.ts";

interface Live {
  readonly metadata: { readonly uid: string };
  readonly spec?: object;
}

describe("fleet adopt of objects that belong to others", () => {
  let stack: FleetStack;
  let refused: Awaited<ReturnType<FleetStack["fleet"]>>;
  let state: string;
  let uid: string;

  before(async () => {
    const catalogue = catalogueOf(["nginx"]);
    stack = await openFleetStack(["nginx", "tooled"], { config: { platform: "false" }, catalogue });
    await succeeds(stack.up());
    await stack.writeCatalogue(catalogueOf(["nginx", "tooled"]));
    const helm = ["apply", "--server-side", "--field-manager=helm", "-f", "-"];
    await kubectl(stack, helm, JSON.stringify(appProject("tooled")));
    await kubectl(stack, ["apply", "-f", "-"], JSON.stringify(ELSEWHERE));
    uid = (await stack.get<Live>("appproject", "tooled", "argocd")).metadata.uid;
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
    const { steps } = await succeeds(stack.up());
    const after = await stack.get<Live>("appproject", "tooled", "argocd");
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
