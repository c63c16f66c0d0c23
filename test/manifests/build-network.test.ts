import assert from "node:assert/strict";
import { BlockList } from "node:net";
import fc from "fast-check";
import { buildGrants, buildIdentity } from "../../manifests/build-namespace.ts";
import { buildNetwork, type NetworkPolicy } from "../../manifests/build-network.ts";
import type { KubernetesObject } from "../../manifests/objects.ts";
import type { Role, RoleBinding, ServiceAccount } from "../../manifests/rbac-types.ts";
import { BUILDS, service, triggersPlan } from "../sources.ts";

const triggers = (keys: Record<string, string> = {}) =>
  triggersPlan(keys, { auth: service("auth", { team: "identity" }) });

function policies(keys: Record<string, string> = {}): readonly NetworkPolicy[] {
  const plan = triggers(keys);
  const [namespace] = plan.namespaces;
  assert.ok(namespace);
  return buildNetwork(namespace, plan);
}

/** Whether the pods of a step may connect to an address, evaluated like a network plugin. */
function reaches(step: string, address: string, port: number, keys: Record<string, string> = {}): boolean {
  return policies(keys)
    .filter(({ spec: { podSelector: { matchLabels, matchExpressions } = {} } }) => {
      if (matchLabels) return matchLabels["kargo-fleet/step"] === step;
      return matchExpressions?.some(({ values = [] }) => values.includes(step)) ?? true;
    })
    .flatMap(({ spec }) => spec.egress ?? [])
    .some(
      ({ to, ports }) =>
        (ports === undefined || ports.some((one) => one.port === port)) &&
        (to === undefined || to.some(({ ipBlock }) => ipBlock !== undefined && holds(ipBlock, address))),
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
  it("allows no incoming connections, and only the listed outgoing ones", () => {
    assert.deepEqual(policies()[0]?.spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });

  it("lets a Dockerfile reach the Internet by IPv4 and IPv6", () => {
    assert.ok(reaches("build", "93.184.216.34", 443));
    assert.ok(reaches("build", "2606:2800:220:1::1", 443));
  });

  for (const [what, address] of [
    ["the metadata address of a cloud", "169.254.169.254"],
    ["a cloud's IPv6 metadata address", "fd00:ec2::254"],
    ["Azure's host address", "168.63.129.16"],
    ["a Pod or a Service of a cluster", "10.96.0.10"],
    ["a node", "192.168.1.10"],
    ["a network in the carrier's range", "100.64.0.1"],
    ["a link-local address", "fe80::1"],
    ["a cloud's metadata by NAT64", "64:ff9b::a9fe:a9fe"],
    ["a node by NAT64", "64:ff9b::c0a8:10a"],
    ["an IPv4 address by a local NAT64 prefix", "64:ff9b:1::a00:1"],
  ] as const) {
    it(`blocks ${what} for a Dockerfile`, () => assert.ok(!reaches("build", address, 443)));
  }

  it("blocks the API server for a Dockerfile at any address, and lets only the pod that starts the build reach it", () => {
    const builds = BUILDS.replace('"10.0.0.1/32"', '"10.0.0.1/32", "203.0.113.0/28", "2001:db8::1/128"');
    for (const address of ["10.0.0.1", "203.0.113.7", "2001:db8::1"]) {
      assert.ok(!reaches("build", address, 443, { builds }), address);
      assert.ok(reaches("launch", address, 443, { builds }), address);
    }
    assert.ok(reaches("build", "203.0.113.99", 443, { builds }));
    for (const [address, port] of [
      ["93.184.216.34", 443],
      ["10.96.0.10", 53],
    ] as const)
      assert.ok(!reaches("launch", address, port, { builds }), address);
  });

  it("blocks the cluster's configured addresses for a Dockerfile", () => {
    const builds = BUILDS.replace('["10.0.0.1/32"]', '["10.0.0.1/32"], cluster: ["198.51.100.0/24"]');
    assert.ok(!reaches("build", "198.51.100.9", 443, { builds }));
    assert.ok(reaches("build", "198.51.100.9", 443));
  });

  it("opens no closed network, however networks overlap", () => {
    const address = fc.ipV4();
    const network = fc
      .tuple(address, fc.integer({ min: 1, max: 32 }))
      .map(([base, length]) => `${base}/${length}`);
    fc.assert(
      fc.property(fc.array(network, { minLength: 1, maxLength: 5 }), address, (networks, other) => {
        const builds = BUILDS.replace('["10.0.0.1/32"]', JSON.stringify(networks));
        for (const one of [...networks.map((cidr) => cidr.split("/")[0] ?? ""), other]) {
          const open = reaches("build", one, 443) && !networks.some((cidr) => holds({ cidr }, one));
          assert.equal(reaches("build", one, 443, { builds }), open, one);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("excludes only networks that a NetworkPolicy accepts: each once, in its family, smaller than the whole", () => {
    const builds = BUILDS.replace(
      '"10.0.0.1/32"',
      '"10.0.0.1/32", "203.0.113.5/28", "203.0.113.9/28", "fd00::1/128"',
    );
    const blocks = policies({ builds })
      .flatMap(({ spec }) => spec.egress ?? [])
      .flatMap(({ to = [] }) => to)
      .flatMap(({ ipBlock }) => ipBlock ?? []);
    for (const { cidr, except = [] } of blocks) {
      for (const [index, one] of except.entries()) {
        assert.equal(one.includes(":"), cidr.includes(":"), one);
        assert.doesNotMatch(one, /\/0$/);
        const others = except.filter((_, at) => at !== index);
        assert.ok(!others.some((other) => holds({ cidr: other }, one.split("/")[0] ?? "")), one);
      }
    }
  });

  it("lets a Dockerfile reach the stack's mirrors", () => {
    const builds = BUILDS.replace('["10.0.0.1/32"]', '["10.0.0.1/32"], mirrors: ["10.20.0.0/24"]');
    assert.ok(reaches("build", "10.20.0.7", 443, { builds }));
    assert.ok(!reaches("build", "10.20.0.7", 443));
  });

  it("lets pods with our own programs reach private registries too, but no metadata address", () => {
    for (const step of ["clone", "push", "notify"]) {
      assert.ok(reaches(step, "10.1.2.3", 443), step);
      for (const address of [
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "fd00:ec2::254",
        "64:ff9b::a9fe:a9fe",
      ])
        assert.ok(!reaches(step, address, 80), `${step} ${address}`);
      assert.ok(reaches(step, "64:ff9b::8c52:7903", 443), "GitHub, from nodes that have IPv6 alone");
    }
  });

  it("reaches a configured DNS server outside kube-system, only for DNS", () => {
    const builds = BUILDS.replace('["10.0.0.1/32"]', '["10.0.0.1/32"], dns: ["169.254.20.10/32"]');
    assert.ok(reaches("build", "169.254.20.10", 53, { builds }));
    assert.ok(!reaches("build", "169.254.20.10", 80, { builds }));
  });
});

describe("a team's build namespace", () => {
  it("lets the Sensor only start Workflows, and the team only read them and their logs", () => {
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

  it("has a ServiceAccount that reports results, and one that also creates Jobs; no pod gets a token automatically", () => {
    const objects = buildIdentity("edge");
    const ofKind = <Kind extends KubernetesObject = KubernetesObject>(kind: string) =>
      objects.filter((object): object is Kind => object.kind === kind);
    const accounts = ofKind<ServiceAccount>("ServiceAccount");
    assert.deepEqual(
      accounts.map(({ metadata, automountServiceAccountToken }) => [
        metadata.name,
        automountServiceAccountToken,
      ]),
      [
        ["kargo-fleet-build", false],
        ["kargo-fleet-launch", false],
      ],
    );
    const report = {
      apiGroups: ["argoproj.io"],
      resources: ["workflowtaskresults"],
      verbs: ["create", "patch"],
    };
    const launch = { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "get"] };
    assert.deepEqual(
      ofKind<Role>("Role").map(({ rules }) => rules),
      [[report], [report, launch]],
    );
    const bindings = ofKind<RoleBinding>("RoleBinding");
    assert.deepEqual(
      bindings.map(({ roleRef, subjects }) => [roleRef.name, subjects.map(({ name }) => name)]),
      accounts.map(({ metadata: { name } }) => [name, [name]]),
    );
    assert.deepEqual(
      ofKind("Secret").map(({ metadata }) => metadata.name),
      accounts.map(({ metadata }) => `${metadata.name}.service-account-token`),
    );
  });
});
