import assert from "node:assert/strict";
import { grants, kargoUsersBinding, teamServiceAccount } from "../../manifests/access.ts";
import { guardObjects } from "../../manifests/admission.ts";
import { deployerObjects, previewerObjects } from "../../manifests/deployer.ts";
import { guards } from "../../manifests/guard.ts";
import { rightsOf } from "../../manifests/missing-rights.ts";
import type { PolicyRule } from "../../manifests/rbac-types.ts";
import type { ServicePlan } from "../../model/plan.ts";
import { platformPlan, servicePlan } from "../sources.ts";

function granted(service: ServicePlan, name: string) {
  const found = grants(service).find(({ role }) => role.metadata.name === name);
  if (!found) throw new Error(`no role ${name}`);
  return found;
}

/** The rules of all Roles among these objects. */
const rulesOf = (objects: readonly object[]) =>
  objects.flatMap((object) => ("rules" in object ? (object.rules as readonly PolicyRule[]) : []));

const promotes = (rules: readonly PolicyRule[]) =>
  rules.filter(({ verbs }) => verbs.includes("promote")).map(({ resourceNames }) => resourceNames);

describe("a team's rights", () => {
  const team = granted(servicePlan(), "kargo-fleet-team").role.rules;
  const approvers = granted(servicePlan(), "kargo-fleet-approvers").role.rules;

  it("include promotion to Stages with auto-promotion, by exact name", () => {
    assert.deepEqual(promotes(team), [["dev", "staging"]]);
  });

  it("leave Stages with manual promotion to the approvers", () => {
    assert.deepEqual(promotes(approvers), [["prod"]]);
  });

  it("never include promotion without naming Stages, which would mean all", () => {
    const pipelines = "{ standard: [{ stage: dev, promotion: manual, sync: manual }] }";
    assert.deepEqual(promotes(granted(servicePlan({}, { pipelines }), "kargo-fleet-team").role.rules), []);
  });

  it("contain no *, and no Secrets, roles, ServiceAccounts or status, except for approving Freight", () => {
    for (const rule of [...team, ...approvers]) {
      assert.ok(!JSON.stringify(rule).includes("*"));
      for (const resource of rule.resources) {
        assert.doesNotMatch(resource, /secret|role|serviceaccount|token/);
        if (resource.includes("/"))
          assert.deepEqual([resource, rule.verbs], ["freights/status", ["get", "patch"]]);
      }
    }
    assert.ok(!JSON.stringify(team).includes("/status"));
  });

  it("contain no deletion", () => {
    for (const { verbs } of [...team, ...approvers]) assert.ok(!verbs.includes("delete"));
  });

  it("are bound in the service's namespace to the group and to the ServiceAccount that claims it", () => {
    const { role, binding } = granted(servicePlan(), "kargo-fleet-team");
    assert.deepEqual([role.kind, role.metadata.namespace], ["Role", "kargo-nginx"]);
    assert.deepEqual([binding.metadata.namespace, binding.roleRef.name], ["kargo-nginx", "kargo-fleet-team"]);
    assert.deepEqual(binding.subjects, [
      { kind: "Group", name: "AD-Edge", apiGroup: "rbac.authorization.k8s.io" },
      { kind: "ServiceAccount", name: "team-edge", namespace: "kargo-fleet-teams" },
    ]);
  });

  it("include the approvers' rights if the team has no approvers", () => {
    const approversOf = (service: ServicePlan) =>
      granted(service, "kargo-fleet-approvers").binding.subjects.map(({ name }) => name);
    assert.deepEqual(approversOf(servicePlan()), ["AD-Edge", "approvers-edge"]);
    assert.deepEqual(approversOf(servicePlan({ team: "identity" })), [
      "AD-Identity-Release",
      "approvers-identity",
    ]);
  });

  it("change in place with the pipeline and the approvers", () => {
    const pipelines = "{ standard: [{ stage: only, promotion: manual, sync: manual }] }";
    const names = (service: ServicePlan) =>
      grants(service).map(({ role, binding }) => [role.metadata, binding.roleRef]);
    assert.deepEqual(names(servicePlan()), names(servicePlan({}, { pipelines })));
  });

  it("apply in Kargo's UI through the claims of a ServiceAccount, and let it list projects", () => {
    const { subjects } = platformPlan();
    const [first] = subjects;
    assert.ok(first);
    assert.deepEqual(teamServiceAccount(first).metadata.annotations, {
      "kargo.akuity.io/description": "Whoever is in the directory group AD-Edge.",
      "rbac.kargo.akuity.io/claims": '{"groups":["AD-Edge"]}',
    });
    assert.deepEqual(kargoUsersBinding(subjects).roleRef.name, "kargo-user");
    assert.deepEqual(
      kargoUsersBinding(subjects).subjects.map(({ name }) => name),
      ["team-edge", "approvers-edge", "team-identity", "approvers-identity"],
    );
  });
});

describe("the deployer's rights", () => {
  const objects = deployerObjects("system:serviceaccount:ci:pulumi", ["edge"], platformPlan());
  const rules = rulesOf(objects);

  it("contain no * and no escalate", () => {
    for (const rule of rules) assert.doesNotMatch(JSON.stringify(rule), /\*|escalate|impersonate/);
  });

  it("bind roles only by name, and include everything that they grant", () => {
    const bind = rules.filter(({ verbs }) => verbs.includes("bind"));
    assert.deepEqual(
      bind.map(({ resourceNames }) => resourceNames),
      [
        ["kargo-user"],
        ["kargo-fleet-team", "kargo-fleet-approvers"],
        ["kargo-fleet-sensor"],
        ["kargo-fleet-sensor", "kargo-fleet-build-readers"],
      ],
    );
    const namesOf = (all: readonly PolicyRule[]) =>
      new Set(rightsOf(all).map(({ group, resource, verb }) => `${verb} ${resource} ${group}`));
    const handed = namesOf(grants(servicePlan()).flatMap(({ role }) => role.rules));
    const held = namesOf(rules);
    assert.ok(handed.size > 10, [...handed].join());
    assert.deepEqual(
      [...handed].filter((right) => !held.has(right)),
      [],
    );
  });

  const secretRules = objects.flatMap((object) =>
    rulesOf([object])
      .filter(({ resources }) => resources.includes("secrets"))
      .map((rule) => ({ kind: object.kind, namespace: object.metadata.namespace, ...rule })),
  );

  it("allow to create, list and delete Secrets only in the webhooks' namespace, and to fill named ones elsewhere", () => {
    assert.deepEqual(
      [...new Set(secretRules.map(({ kind, namespace }) => `${kind} ${namespace}`))],
      [
        "Role kargo-shared-resources",
        "Role kargo-fleet-events",
        "Role kargo-system-resources",
        "Role builds-edge",
      ],
    );
    for (const { namespace, resourceNames, verbs } of secretRules) {
      if (namespace === "kargo-fleet-events") continue;
      assert.deepEqual([verbs, resourceNames === undefined], [["get", "patch"], false]);
    }
  });

  it("allow to read only the receiver's address in a build namespace, not the push credentials", () => {
    const reading = secretRules.filter(
      ({ namespace, verbs }) => namespace === "builds-edge" && verbs.includes("get"),
    );
    assert.deepEqual(
      reading.map(({ resourceNames }) => resourceNames),
      [["kargo-fleet-receiver"]],
    );
  });

  it("allow to change shared objects only by name: bindings of the cluster", () => {
    const own = rules.filter(({ resources }) => resources.includes("clusterrolebindings"));
    assert.equal(own.length, 2);
    for (const { verbs, resourceNames } of own) {
      const changes = verbs.some((verb) => ["update", "patch", "delete"].includes(verb));
      assert.equal(changes, resourceNames !== undefined, JSON.stringify(verbs));
    }
  });

  it("contain no admission policy, because an administrator applies the guards", () => {
    assert.doesNotMatch(JSON.stringify(rules), /admission/);
    const printed = objects.filter(({ apiVersion }) => apiVersion.startsWith("admissionregistration"));
    assert.deepEqual(printed, guardObjects(guards(platformPlan())));
    assert.equal(printed.length, 22);
  });

  it("contain the names of all Secrets of the platform", () => {
    const names = secretRules.flatMap(({ resourceNames = [] }) => resourceNames);
    const { credentials } = platformPlan({
      credentials: "{ git: { username: kargo }, image: { username: reader } }",
      gitPassword: "{ secure: v1:abc }",
      imagePassword: "{ secure: v1:abc }",
    });
    for (const { name } of credentials) assert.ok(names.includes(name), name);
  });

  it("belong to one user", () => {
    const subjects = objects.flatMap((object) =>
      object.metadata.name === "kargo-fleet-deployer" && "subjects" in object
        ? (object.subjects as readonly { name: string }[])
        : [],
    );
    assert.deepEqual([...new Set(subjects.map(({ name }) => name))], ["system:serviceaccount:ci:pulumi"]);
  });
});

describe("the rights of an identity that only previews", () => {
  const objects = previewerObjects("ci-previewer", ["edge"]);

  it("allow no change", () => {
    const verbs = new Set(rulesOf(objects).flatMap((rule) => rule.verbs));
    assert.deepEqual([...verbs].sort(), ["get", "list", "watch"]);
  });

  it("do not allow to list Secrets", () => {
    const secrets = rulesOf(objects).filter(({ resources }) => resources.includes("secrets"));
    for (const { verbs } of secrets) assert.deepEqual(verbs, ["get"]);
  });

  it("are the deployer's read rights, except lists of Secrets", () => {
    const readable = (given: readonly PolicyRule[]) =>
      rightsOf(given)
        .filter(({ verb }) => ["get", "list", "watch"].includes(verb))
        .map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
    const deployer = deployerObjects("ci", ["edge"], undefined).filter(
      ({ metadata }) => metadata.name === "kargo-fleet-deployer",
    );
    const lists = /^(list|watch) secrets /;
    assert.deepEqual(
      readable(rulesOf(objects)).sort(),
      readable(rulesOf(deployer))
        .filter((right) => !lists.test(right))
        .sort(),
    );
  });

  it("create no namespace and no other identity", () => {
    assert.deepEqual(
      [...new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`))],
      ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"].map(
        (kind) => `${kind} kargo-fleet-previewer`,
      ),
    );
  });
});
