import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { buildGrants, buildIdentity } from "../../manifests/build-namespace.ts";
import { buildNetwork, type NetworkPolicy } from "../../manifests/build-network.ts";
import type { BuildTriggersPlan } from "../../model/build-plan.ts";
import { BUILDS, catalogueText, planOf, service, stackText } from "../sources.ts";

function triggers(keys: Record<string, string> = {}): BuildTriggersPlan {
  const services = { auth: service("auth", { team: "identity" }) };
  const found = planOf(catalogueText(services), stackText(keys)).platform?.buildTriggers;
  assert.ok(found);
  return found;
}

function policies(keys: Record<string, string> = {}): readonly NetworkPolicy[] {
  const plan = triggers(keys);
  const [namespace] = plan.namespaces;
  assert.ok(namespace);
  return buildNetwork(namespace, plan);
}

/** Whether the pods of a step may open a connection to an address, as a network plugin decides it. */
function reaches(step: string, address: string, port: number, keys: Record<string, string> = {}): boolean {
  return policies(keys)
    .filter(({ spec: { podSelector } }) => {
      const { matchLabels, matchExpressions } = podSelector;
      if (matchLabels) return matchLabels["kargo-fleet/step"] === step;
      return matchExpressions?.some(({ values }) => values.includes(step)) ?? true;
    })
    .flatMap(({ spec }) => spec.egress ?? [])
    .some(
      ({ to, ports }) =>
        (ports === undefined || ports.some((one) => one.port === port)) &&
        to.some((peer) => "ipBlock" in peer && holds(peer.ipBlock, address)),
    );
}

function holds(
  { cidr, except = [] }: { cidr: string; except?: readonly string[] },
  address: string,
): boolean {
  const family = address.includes(":") ? "ipv6" : "ipv4";
  const within = (network: string) => {
    const [base = "", prefix = ""] = network.split("/");
    if (base.includes(":") !== (family === "ipv6")) return false;
    const list = new BlockList();
    list.addSubnet(base, Number(prefix), family);
    return list.check(address, family);
  };
  return within(cidr) && !except.some(within);
}

describe("a build's network", () => {
  it("is closed from outside, and open to nothing that is not said", () => {
    assert.deepEqual(policies()[0]?.spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });

  it("lets a Dockerfile reach the Internet, by IPv4 and IPv6", () => {
    assert.ok(reaches("build", "93.184.216.34", 443));
    assert.ok(reaches("build", "2606:2800:220:1::1", 443));
  });

  for (const [what, address] of [
    ["the metadata address of a cloud", "169.254.169.254"],
    ["that of another cloud, by IPv6", "fd00:ec2::254"],
    ["a Pod or a Service of a cluster", "10.96.0.10"],
    ["a node", "192.168.1.10"],
    ["a network in the carrier's range", "100.64.0.1"],
    ["its own link", "fe80::1"],
  ] as const) {
    it(`keeps ${what} out of a Dockerfile's reach`, () => assert.ok(!reaches("build", address, 443)));
  }

  it("lets Argo's executor reach the API server, and a Dockerfile the mirrors that the stack names", () => {
    assert.ok(reaches("build", "10.0.0.1", 443));
    const builds = BUILDS.replace('["10.0.0.1/32"]', '["10.0.0.1/32"], mirrors: ["10.20.0.0/24"]');
    assert.ok(reaches("build", "10.20.0.7", 443, { builds }));
    assert.ok(!reaches("build", "10.20.0.7", 443));
  });

  it("lets the pods that run our own programs reach private registries too, but no metadata address", () => {
    for (const step of ["clone", "push", "notify"]) {
      assert.ok(reaches(step, "10.1.2.3", 443), step);
      assert.ok(!reaches(step, "169.254.169.254", 80), step);
    }
  });

  it("reaches a DNS server outside kube-system where the stack names one, for names alone", () => {
    const builds = BUILDS.replace('["10.0.0.1/32"]', '["10.0.0.1/32"], dns: ["169.254.20.10/32"]');
    assert.ok(reaches("build", "169.254.20.10", 53, { builds }));
    assert.ok(!reaches("build", "169.254.20.10", 80, { builds }));
  });
});

describe("a team's build namespace", () => {
  it("lets the Sensor start Workflows and do nothing else, and the team read them and their logs alone", () => {
    const [namespace] = triggers().namespaces;
    assert.ok(namespace);
    const [sensor, readers] = buildGrants(namespace);
    assert.deepEqual(sensor?.role.rules, [
      { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"] },
    ]);
    assert.deepEqual(
      readers?.binding.subjects.map(({ name }) => name),
      ["AD-Identity", "AD-Identity-Release"],
    );
    const verbs = readers?.role.rules.flatMap((rule) => rule.verbs) ?? [];
    assert.deepEqual([...new Set(verbs)].sort(), ["get", "list", "watch"]);
    assert.doesNotMatch(JSON.stringify(readers), /secrets|exec|attach/);
  });

  it("gives its Workflows a ServiceAccount that reports results, whose token no pod gets by itself", () => {
    const objects = buildIdentity("edge");
    const account = objects.find(({ kind }) => kind === "ServiceAccount");
    assert.equal((account as { automountServiceAccountToken?: boolean }).automountServiceAccountToken, false);
    const role = objects.find(({ kind }) => kind === "Role") as unknown as { rules: unknown };
    assert.deepEqual(role.rules, [
      { apiGroups: ["argoproj.io"], resources: ["workflowtaskresults"], verbs: ["create", "patch"] },
    ]);
    assert.equal(
      objects.find(({ kind }) => kind === "Secret")?.metadata.name,
      "kargo-fleet-build.service-account-token",
    );
  });
});
