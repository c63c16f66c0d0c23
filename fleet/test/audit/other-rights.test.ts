import assert from "node:assert/strict";
import fc from "fast-check";
import { knownSubjects } from "../../audit/known-subjects.ts";
import { type LiveObject, liveObjects } from "../../audit/live-objects.ts";
import { otherRights } from "../../audit/other-rights.ts";
import { labelOf, readSubject } from "../../audit/subjects.ts";

const API = "rbac.authorization.k8s.io/v1";
const SECRETS = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
const object = (kind: string, name: string, namespace: string | undefined, more: object): LiveObject => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace },
  ...more,
});
const account = (name: string, annotations: Record<string, string> = {}): LiveObject => {
  const [namespace, own = ""] = name.split("/");
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: own, namespace, annotations } };
};

/**
 * The subjects with other rights in a cluster with these objects; `kargo-nginx` is a service's namespace, `argocd`
 * is shared.
 */
function asked(objects: readonly LiveObject[], known: readonly string[] = []) {
  const live = liveObjects(Map.groupBy(objects, ({ kind }) => kind));
  const places = { projects: ["kargo-nginx"], builds: ["builds-edge"], own: [], shared: ["argocd", "kargo"] };
  return otherRights({ expected: [], live, places, isKnown: knownSubjects("kargo", known) });
}

function binds(who: string, namespace: string | undefined, rules: readonly object[] = [SECRETS]) {
  const [kind = "", name = ""] = who.split(" ");
  const [inside, own] = name.split("/");
  const subject = kind === "ServiceAccount" ? { kind, name: own, namespace: inside } : { kind, name };
  const prefix = namespace === undefined ? "Cluster" : "";
  return [
    object(`${prefix}Role`, "x", namespace, { rules }),
    object(`${prefix}RoleBinding`, "x", namespace, {
      roleRef: { kind: `${prefix}Role`, name: "x" },
      subjects: [subject],
    }),
  ];
}

const KARGO_ADMIN = "ServiceAccount kargo/kargo-admin";
const CLAIMS = { "rbac.kargo.akuity.io/claims": '{"groups":["AD-Admins"]}' };

describe("the subjects with other rights", () => {
  it("exclude the known system accounts", () => {
    for (const who of [
      "Group system:masters",
      "User system:serviceaccount:kube-system:namespace-controller",
      "ServiceAccount kargo/kargo-controller",
      "ServiceAccount kargo/kargo-controller-shard-2",
      "ServiceAccount argocd/argocd-server",
    ]) {
      const { findings, known } = asked(binds(who, undefined));
      assert.deepEqual([findings, known.length], [[], 1], who);
    }
  });

  it("include a system account's namesake in another namespace, and an account that the system does not have", () => {
    for (const who of [
      "ServiceAccount default/kargo-controller",
      "ServiceAccount kube-system/backdoor",
      "ServiceAccount argocd/backdoor",
      "User system:masters",
      "Group kargo-admin",
    ])
      assert.equal(asked(binds(who, "argocd")).findings.length, 1, who);
  });

  it("include an account of Kargo's that people may act as, unless the user names it", () => {
    const objects = binds(KARGO_ADMIN, undefined);
    assert.deepEqual(asked([...objects, account("kargo/kargo-admin")]).findings, []);
    const claimed = [...objects, account("kargo/kargo-admin", CLAIMS)];
    const [finding] = asked(claimed).findings;
    assert.match(
      finding?.because ?? "",
      /Kargo lets anybody with the claim \{"groups":\["AD-Admins"\]\} act as it$/,
    );
    assert.deepEqual(asked(claimed, [KARGO_ADMIN]).findings, []);
  });

  it("include one of Kargo's Project accounts with rights in another namespace or the whole cluster", () => {
    const promoter = "ServiceAccount kargo-nginx/kargo-promoter";
    const { findings, known } = asked(binds(promoter, "kargo-nginx"));
    assert.deepEqual([findings, known], [[], ["ServiceAccount <its Project>/kargo-promoter"]]);
    const people = account("kargo-nginx/kargo-promoter", CLAIMS);
    assert.equal(asked([...binds(promoter, "kargo-nginx"), people]).findings.length, 1);
    assert.equal(asked(binds(promoter, "builds-edge")).findings.length, 1);
    assert.equal(asked(binds(promoter, undefined)).findings.length, 1);
    const project = (name: string) => [
      {
        apiGroups: ["kargo.akuity.io"],
        resources: ["projects"],
        resourceNames: [name],
        verbs: ["delete", "update"],
      },
    ];
    assert.deepEqual(asked(binds(promoter, undefined, project("kargo-nginx"))).findings, []);
    assert.equal(asked(binds(promoter, undefined, project("kargo-auth"))).findings.length, 1);
    const elsewhere = "ServiceAccount kargo-elsewhere/kargo-admin";
    assert.deepEqual(asked(binds(elsewhere, undefined, project("kargo-elsewhere"))).findings, []);
  });

  it("include everybody with any right in the program's namespaces, and elsewhere everybody with a right that matters", () => {
    const widgets = [{ apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get"] }];
    const found = ["kargo-nginx", "builds-edge", "argocd", undefined].map(
      (namespace) => asked(binds("User jane", namespace, widgets)).findings.length,
    );
    assert.deepEqual(found, [1, 1, 0, 0]);
    assert.equal(asked(binds("ServiceAccount builds-edge/kargo-admin", "builds-edge")).findings.length, 1);
  });

  it("exclude bindings in namespaces outside the plan", () =>
    assert.deepEqual(asked(binds("User jane", "elsewhere")).findings, []));

  it("include everybody whose role aggregates a right that matters, through any selector, even in a circle", () => {
    const aggregate = (name: string, labels: object, ...selectors: object[]) => ({
      ...object("ClusterRole", name, undefined, { aggregationRule: { clusterRoleSelectors: selectors } }),
      metadata: { name, labels: labels as Record<string, string> },
    });
    for (const selector of [
      {},
      { matchLabels: { a: "1" } },
      { matchExpressions: [{ key: "a", operator: "In", values: ["1", "2"] }] },
      { matchExpressions: [{ key: "a", operator: "NotIn", values: ["2"] }] },
      { matchExpressions: [{ key: "a", operator: "Exists" }] },
      { matchExpressions: [{ key: "b", operator: "DoesNotExist" }] },
    ]) {
      const [, binding] = binds("User jane", undefined);
      assert.ok(binding);
      const { findings } = asked([
        binding,
        aggregate("x", { b: "x" }, { matchLabels: { middle: "yes" } }),
        aggregate("middle", { b: "x", middle: "yes" }, selector, { matchLabels: { b: "x" } }),
        {
          ...object("ClusterRole", "leaf", undefined, { rules: [SECRETS] }),
          metadata: { name: "leaf", labels: { a: "1" } },
        },
      ]);
      assert.deepEqual(
        findings.map(({ what }) => what),
        ["may get secrets"],
        JSON.stringify(selector),
      );
    }
  });
});

describe("a subject that the user names", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9:@._-]([A-Za-z0-9 :@._-]{0,20}[A-Za-z0-9:@._-])?$/);

  it("is parsed in the form that the audit prints", () => {
    fc.assert(
      fc.property(fc.constantFrom("Group", "User"), name, (kind, own) => {
        const label = labelOf({ kind, name: own });
        assert.deepEqual(readSubject(label, ["group x"]), ["group x", label]);
      }),
    );
    assert.deepEqual(readSubject("serviceaccount kargo/kargo-admin"), [KARGO_ADMIN]);
    assert.deepEqual(readSubject("User system:serviceaccount:kargo:kargo-admin"), [KARGO_ADMIN]);
  });

  for (const text of ["", "jane", "role x", "ServiceAccount kargo-admin", "ServiceAccount a/b/c", "group"]) {
    it(`is rejected in the form ${JSON.stringify(text)}`, () =>
      assert.throws(() => readSubject(text), /Write it as "group <name>"/));
  }
});
