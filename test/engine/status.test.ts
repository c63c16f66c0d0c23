import assert from "node:assert/strict";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, openCluster } from "../../fleet/cluster.ts";
import type { FleetStatus, ServiceStatus } from "../../fleet/status/fleet-status.ts";
import { recorded, statusOfItems } from "../../fleet/test/status/recorded-fleet.ts";
import { CONFIG_MAPS } from "../../fleet/windows/calendars.ts";
import { emptyCalendars } from "../../manifests/calendar.ts";
import { WINDOWS_NAMESPACE } from "../../model/names.ts";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { service, stackText } from "../sources.ts";
import { account, bound, make } from "./by-hand.ts";
import { fleetIn } from "./commands.ts";
import { sharedPrograms } from "./control-plane.ts";
import { engineFolder } from "./engine-environment.ts";
import { get, post, sendOrThrow } from "./requests.ts";
import { createNamespaces, type WithStatus, writeObjects } from "./write-objects.ts";

/** More services than the command reads one by one; they have no objects. */
const OTHERS = Array.from({ length: 9 }, (_, index) => `other-${index}`);
/** More Promotions than a page holds. */
const PROMOTIONS = 620;
/** What a status says that could not read what is closed. */
const FILES_ALONE =
  /Windows and freezes are those of the files, and stops are unknown\. The ConfigMap kargo-fle/;
const KARGO_KINDS = ["stages", "freights", "promotions", "warehouses"];

describe("fleet status on a real API server", () => {
  let plane: ControlPlane;
  let admin: Cluster;
  let folder: string;

  before(async () => {
    folder = await engineFolder("status", true);
    const { programs } = await sharedPrograms();
    plane = await startControlPlane({ directory: join(folder, "control-plane"), programs });
    await installDefinitions({ admin: plane.kubeconfigs.admin });
    admin = await openCluster({ kubeconfig: plane.kubeconfigs.admin, context: "sandbox" });
    await createNamespaces(admin, [
      ...["nginx", "auth", "api-gw", ...OTHERS].map((name) => `kargo-${name}`),
      WINDOWS_NAMESPACE,
    ]);
    for (const body of emptyCalendars()) await sendOrThrow(admin, post(CONFIG_MAPS, body));
    const items = recorded("held");
    const later = ({ kind, metadata }: WithStatus) =>
      kind === "Freight" && metadata.name.startsWith("cc00c3c");
    await writeObjects(
      admin,
      items.filter((item) => !later(item)),
    );
    // Kargo tells the newest Freight by its creation time, which has whole seconds.
    await pause(1100);
    await writeObjects(admin, items.filter(later));
    await writeObjects(admin, promotions());
    const catalogue = JSON.parse(await readFile("services.json", "utf8"));
    for (const name of OTHERS) catalogue.services[name] = service(name);
    await writeFile(join(folder, "services.json"), JSON.stringify(catalogue));
    const cluster = (name: string, kubeconfig: string) =>
      stackText({ cluster: `{ name: ${name}, context: sandbox, kubeconfig: ${kubeconfig} }` });
    await writeFile(join(folder, "Pulumi.eu.yaml"), cluster("eu", plane.kubeconfigs.admin));
    const unreachable = (await readFile(plane.kubeconfigs.admin, "utf8")).replace(
      /127\.0\.0\.1:\d+/,
      "127.0.0.1:1",
    );
    await writeFile(join(folder, "unreachable"), unreachable, { mode: 0o600 });
    await writeFile(join(folder, "Pulumi.us.yaml"), cluster("us", "unreachable"));
    const sandbox = stackText({
      github: "{ owner: acme, sandbox: true }",
      cluster: "{ name: here, context: here }",
    });
    await writeFile(join(folder, "Pulumi.sandbox.yaml"), sandbox);
  });

  after(async () => {
    admin?.close();
    await plane?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const fleet = (...args: readonly string[]) =>
    fleetIn({ folder, environment: { NO_COLOR: "1" } }, "status", ...args);
  const json = async (...args: readonly string[]) => {
    const { stdout, stderr, code } = await fleet("--json", ...args);
    assert.ok(stdout.startsWith("{"), stderr);
    return { ...(JSON.parse(stdout) as FleetStatus), code };
  };
  /** What does not depend on the time at which the objects were created. */
  const facts = ({ service, stages }: ServiceStatus) =>
    stages.map(({ stage, version, health, waits, failed, holds, drift }) => ({
      stage: `${service}/${stage}`,
      tag: version?.tag,
      health,
      waits: waits.map(({ kind, version, who, command }) => ({ kind, tag: version.tag, who, command })),
      failed: failed?.reason,
      holds: holds.map(({ actor, version }) => [actor, version.tag]),
      drift,
    }));
  const EXPECTED = statusOfItems(recorded("held")).services;

  it("says of the whole cluster what Kargo and Argo CD wrote there", async () => {
    const { services, code, clusters } = await json("eu");
    assert.deepEqual(services.slice(0, 3).flatMap(facts), EXPECTED.flatMap(facts));
    assert.equal(services.length, 12);
    assert.equal(code, 2);
    assert.deepEqual(clusters[0]?.limits, undefined);
  });

  it("shows the same for few services, which it reads one by one", async () => {
    const { services } = await json("eu", "--services", "nginx,auth,api-gw");
    assert.deepEqual(services.flatMap(facts), EXPECTED.flatMap(facts));
  });

  it("counts the Promotions of all pages", async () => {
    const { services } = await json("eu");
    const other = services.find(({ service }) => service === "other-0");
    assert.equal(other?.deliveries.succeeded, PROMOTIONS);
  });

  it("shows a team's identity its own services, and says what it may not read", async () => {
    const rules = [{ apiGroups: ["kargo.akuity.io"], resources: KARGO_KINDS, verbs: ["get", "list"] }];
    await make(admin, bound(account("default", "default"), "kargo-nginx", rules));
    const path = "/api/v1/namespaces/default/serviceaccounts/default/token";
    const { body } = await sendOrThrow(admin, post(path, { spec: {} }));
    const { token } = (body as { status: { token: string } }).status;
    const config = await readFile(plane.kubeconfigs.admin, "utf8");
    await writeFile(join(folder, "member"), config.replace(/token: .*/, `token: ${token}`), { mode: 0o600 });
    const { services, clusters, code } = await json("eu", "--kubeconfig", "member");
    const readable = services.filter(({ unreadable }) => unreadable === undefined);
    assert.deepEqual(
      readable.map(({ service }) => service),
      ["nginx"],
    );
    assert.equal(readable[0]?.stages[0]?.holds.length, 1);
    assert.match(services[0]?.unreadable ?? "", /cannot list resource "\w+" in API group "kargo.akuity.io"/);
    assert.match(clusters[0]?.limits?.[0] ?? "", /^Without the right to list Applications/);
    assert.match(clusters[0]?.limits?.[1] ?? "", FILES_ALONE);
    assert.equal(code, 1);
  });

  it("says that it shows the files' freezes if it may not read the cluster's, also as text and as a page", async () => {
    const rollout = "{ freeze: [ { stages: [prod], until: 2099-12-31, reason: year end } ] }";
    const cluster = `{ name: eu, context: sandbox, kubeconfig: ${plane.kubeconfigs.admin} }`;
    await writeFile(join(folder, "Pulumi.frozen.yaml"), stackText({ cluster, rollout }));
    const args = ["frozen", "--services", "nginx", "--kubeconfig", "member"];
    const { clusters } = await json(...args);
    assert.equal(clusters[0]?.closed[0]?.reason, "year end");
    assert.match((await fleet(...args)).stdout, FILES_ALONE);
    await fleet(...args, "--html", "limits.html");
    assert.match(await readFile(join(folder, "limits.html"), "utf8"), FILES_ALONE);
    const { clusters: known } = await json("frozen", "--services", "nginx");
    assert.deepEqual(known[0], { name: "eu", stacks: ["frozen"], closed: [] }, "the cluster's are empty");
    await rm(join(folder, "Pulumi.frozen.yaml"));
  });

  it("reads every stack but the sandbox's, and an unreachable cluster hides no other", async () => {
    const { clusters, services, code } = await json();
    assert.deepEqual(
      clusters.map(({ name, unreadable }) => [name, unreadable === undefined]),
      [
        ["eu", true],
        ["us", false],
      ],
    );
    assert.match(clusters[1]?.unreadable ?? "", /^The API server https:\/\/127\.0\.0\.1:1 cannot be reached/);
    assert.deepEqual(services.slice(0, 3).flatMap(facts), EXPECTED.flatMap(facts));
    assert.equal(code, 1);
  });

  for (const [args, code, expected] of [
    [["--services", "api-gw"], 0, /Wait for a person to promote \(1\)/],
    [["--services", "api-gw", "--waiting"], 2, /^1 service on eu/],
    [["--services", "api-gw", "--failed"], 0, /^0 services on eu/],
    [["--services", "auth,api-gw", "--failed"], 2, /^1 service on eu/],
    [["--services", "nginx,api-gw", "--stale", "99w"], 0, /^0 services on eu/],
  ] as const)
    it(`exits with ${code} for ${args.join(" ")}`, async () => {
      const ended = await fleet("eu", ...args);
      assert.match(ended.stdout, expected);
      assert.equal(ended.code, code);
    });

  for (const [args, message] of [
    [["eu", "--services", "nginks"], /the service "nginks"\. Did you mean "nginx"\?/],
    [["eu", "--team", "egde"], /the team "egde"\. Did you mean "edge"\?/],
    [["ue"], /There is no stack "ue" here/],
    [["eu", "--stale", "soon"], /It must be a duration such as 14d/],
    [["--context", "x"], /--context is for one cluster/],
  ] as const)
    it(`says what is wrong with ${args.join(" ")}`, async () => {
      const { code, stderr } = await fleet(...args);
      assert.match(stderr, message);
      assert.equal(code, 1);
    });

  it("writes the page that only the caller can read, and prints its path", async () => {
    const file = join(folder, "status.html");
    const { stdout, code } = await fleet("eu", "--services", "auth", "--html", "status.html");
    assert.equal(stdout, `Written: ${file}`);
    assert.equal(code, 2);
    assert.match(await readFile(file, "utf8"), /^<!doctype html>[\s\S]*kargo-auth[\s\S]*<\/html>\s*$/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("changes nothing", async () => {
    const versions = async () => {
      const path = "/apis/kargo.akuity.io/v1alpha1/stages";
      const { body } = await sendOrThrow(admin, get(path));
      return (body as { items: { metadata: { resourceVersion: string } }[] }).items.map(
        ({ metadata }) => metadata.resourceVersion,
      );
    };
    const before = await versions();
    await fleet("eu");
    assert.deepEqual(await versions(), before);
  });
});

function* promotions(): Generator<WithStatus> {
  for (let index = 0; index < PROMOTIONS; index++)
    yield {
      apiVersion: "kargo.akuity.io/v1alpha1",
      kind: "Promotion",
      metadata: { name: `prod.${index}`, namespace: "kargo-other-0" },
      ...{ spec: { stage: "prod", freight: "abc", steps: [{ uses: "git-clone" }] } },
      status: { phase: "Succeeded", finishedAt: "2026-11-28T13:38:40Z" },
    };
}
