import assert from "node:assert/strict";
import { type Attempt, allowedTo, type Subject } from "./access-world.ts";
import type { FleetStack } from "./fleet-stack.ts";

/** Tests of who may do what with builds, on a stack that is up. */
export function testBuildRights(stack: () => FleetStack): void {
  const allowed = (who: Subject, attempts: readonly Attempt[]) => allowedTo(stack(), who, attempts);

  it("lets a team read its own builds and their logs, but start none, and see nothing of other teams", async () => {
    const builds = (namespace: string) => [
      { group: "argoproj.io", resource: "workflows", verb: "list", namespace },
      { group: "", resource: "pods", subresource: "log", verb: "get", namespace },
      { group: "argoproj.io", resource: "workflows", verb: "create", namespace },
      { group: "argoproj.io", resource: "workflows", verb: "delete", namespace },
      { group: "", resource: "pods", verb: "create", namespace },
      { group: "", resource: "pods", subresource: "exec", verb: "create", namespace },
      { group: "", resource: "secrets", verb: "get", namespace },
    ];
    const team = { groups: ["AD-Identity"] };
    const none = builds("").map(() => false);
    assert.deepEqual(await allowed(team, builds("builds-identity")), [true, true, ...none.slice(2)]);
    assert.deepEqual(await allowed(team, builds("builds-edge")), none);
    assert.deepEqual(await allowed(team, builds("kargo-fleet-events")), none);
  });

  it("lets a Sensor only start Workflows, a Workflow report results, the launcher create Jobs too, and an EventSource do nothing", async () => {
    const account = (namespace: string, name: string) => ({
      user: `system:serviceaccount:${namespace}:${name}`,
    });
    const namespace = "builds-edge";
    const attempts = [
      { group: "argoproj.io", resource: "workflows", verb: "create", namespace },
      { group: "argoproj.io", resource: "workflowtaskresults", verb: "create", namespace },
      { group: "argoproj.io", resource: "workflows", verb: "get", namespace },
      { group: "", resource: "pods", verb: "create", namespace },
      { group: "", resource: "secrets", verb: "get", namespace },
      { group: "", resource: "secrets", verb: "get", namespace: "kargo-fleet-events" },
      { group: "argoproj.io", resource: "workflowtaskresults", verb: "create", namespace: "builds-identity" },
      { group: "batch", resource: "jobs", verb: "create", namespace },
      { group: "batch", resource: "jobs", verb: "get", namespace },
      { group: "batch", resource: "jobs", verb: "patch", namespace },
      { group: "batch", resource: "jobs", verb: "create", namespace: "builds-identity" },
    ];
    const only = (...indexes: number[]) => attempts.map((_, position) => indexes.includes(position));
    const events = "kargo-fleet-events";
    assert.deepEqual(await allowed(account(events, "kargo-fleet-sensor"), attempts), only(0));
    assert.deepEqual(await allowed(account(namespace, "kargo-fleet-build"), attempts), only(1));
    assert.deepEqual(await allowed(account(namespace, "kargo-fleet-launch"), attempts), only(1, 7, 8));
    assert.deepEqual(await allowed(account(events, "kargo-fleet-event-source"), attempts), only());
  });
}
