import assert from "node:assert/strict";
import fc from "fast-check";
import { neededRules } from "../../manifests/deployer.ts";
import { missingForDeletion, rightsOf, wordsOf } from "../../manifests/missing-rights.ts";

const NEEDED = neededRules(["edge"]);
const namespaces = fc.constantFrom(...NEEDED.keys());
const rulesOf = (namespace: string) => NEEDED.get(namespace) ?? [];
const ALL = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };

describe("the rights without which a deletion would hang", () => {
  it("are none for an identity with the rights of fleet deployer, or with all rights", () => {
    for (const rules of NEEDED.values()) {
      assert.deepEqual(missingForDeletion(rules, rules), []);
      assert.deepEqual(missingForDeletion(rules, [ALL]), []);
    }
  });

  it("are named if any of them is missing", () => {
    const waiting = (namespace: string) =>
      rightsOf(rulesOf(namespace)).filter(({ group, resource, verb }) =>
        verb === "list" || verb === "watch"
          ? rightsOf(rulesOf(namespace)).some(
              (other) => other.verb === "delete" && other.group === group && other.resource === resource,
            )
          : false,
      );
    const cases = namespaces.chain((namespace) =>
      fc.record({ namespace: fc.constant(namespace), taken: fc.constantFrom(...waiting(namespace)) }),
    );
    fc.assert(
      fc.property(cases, ({ namespace, taken }) => {
        const granted = rightsOf(rulesOf(namespace))
          .filter((right) => wordsOf(right) !== wordsOf(taken))
          .map(({ group, resource, name, verb }) => ({
            apiGroups: [group],
            resources: [resource],
            verbs: [verb],
            ...(name !== undefined && { resourceNames: [name] }),
          }));
        const named = missingForDeletion(rulesOf(namespace), granted).map(wordsOf);
        assert.deepEqual([...new Set(named)], [wordsOf(taken)]);
      }),
    );
  });

  it("are not required of an identity that may delete nothing", () => {
    for (const rules of NEEDED.values()) assert.deepEqual(missingForDeletion(rules, []), []);
  });

  it("are needed in one namespace only if another stack owns the shared objects", () => {
    assert.deepEqual([...neededRules(undefined).keys()], ["argocd"]);
  });
});
