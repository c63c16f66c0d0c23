import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { type ControlPlane, startControlPlane } from "../../sandbox/control-plane.ts";
import { permissiveDefinition } from "../../sandbox/crds/permissive.ts";
import { type Definition, nameOf, RELEASES, type Release } from "../../sandbox/crds/releases.ts";
import { installDefinitions } from "../../sandbox/crds.ts";
import { connectionOf, type KubernetesApi, kubernetesApi } from "../../sandbox/kubernetes-api.ts";
import { sharedPrograms, TOOLCHAIN_TIMEOUT } from "../engine/control-plane.ts";

/** A small project with one strict kind: `spec.size` is a number. A group of its own for each test. */
function smallRelease(group: string): { release: Release; text: string } {
  const definition: Definition = {
    file: "widgets.yaml",
    sha256: "",
    kind: "Widget",
    plural: "widgets",
    scope: "Cluster",
    status: true,
  };
  const release = { project: "Small", repository: "small/small", tag: "v1.2.3", folder: "crds", group };
  const permissive = JSON.parse(permissiveDefinition({ ...release, definitions: [] }, definition));
  permissive.spec.versions[0].schema.openAPIV3Schema = {
    type: "object",
    properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
  };
  const text = stringify(permissive);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { release: { ...release, definitions: [{ ...definition, sha256 }] }, text };
}

describe("the definitions", function () {
  this.timeout(60_000);

  let root: string;
  let controlPlane: ControlPlane;
  let admin: string;
  let api: KubernetesApi;
  let folder: string;
  let server: Server;
  let served: Record<string, string>;
  let requests: string[];
  let address: string;

  before(async function () {
    this.timeout(TOOLCHAIN_TIMEOUT);
    const { programs } = await sharedPrograms();
    root = await mkdtemp(join(tmpdir(), "kargo-fleet-definitions-"));
    controlPlane = await startControlPlane({ directory: join(root, "sandbox"), programs });
    admin = controlPlane.kubeconfigs.admin;
    api = kubernetesApi(await connectionOf(admin));
  });

  after(async () => {
    api?.close();
    await controlPlane?.stop();
    await rm(root, { recursive: true, force: true });
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(root, "test-"));
    served = {};
    requests = [];
    server = createServer((request, response) => {
      requests.push(request.url ?? "");
      const text = served[request.url ?? ""];
      response.writeHead(text === undefined ? 404 : 200).end(text);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => server.close());

  /** Without a cache of an earlier run. */
  const environment = (rest: NodeJS.ProcessEnv) => ({ XDG_CACHE_HOME: join(folder, "cache"), ...rest });

  async function put(file: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }

  /** The status of an attempt to make a Widget whose size is no number. */
  async function makeBadWidget(group: string): Promise<number> {
    const widget = {
      apiVersion: `${group}/v1alpha1`,
      kind: "Widget",
      metadata: { name: "bad" },
      spec: { size: "big" },
    };
    const path = `/apis/${group}/v1alpha1/widgets`;
    return (await api.send("POST", path, { type: "application/json", text: JSON.stringify(widget) })).status;
  }

  it("come from CRDS_DIR, however deep, and nothing is fetched", async () => {
    const { release, text } = smallRelease("folder.example");
    await put("crds/some/where/all.yaml", `# a file of several\n---\n${text}---\nkind: ConfigMap\n`);
    const installed = await installDefinitions({
      admin,
      releases: [release],
      environment: environment({ CRDS_DIR: join(folder, "crds"), CRDS_BASE_URL: address }),
    });
    assert.deepEqual(installed, { source: "CRDS_DIR", names: ["widgets.folder.example"] });
    assert.deepEqual(requests, []);
    assert.equal(await makeBadWidget("folder.example"), 422);
  });

  it("that CRDS_DIR lacks are permissive, by name", async () => {
    const { release, text } = smallRelease("lacking.example");
    const gadget: Definition = {
      ...(release.definitions[0] as Definition),
      kind: "Gadget",
      plural: "gadgets",
    };
    await put("crds/widgets.yaml", text);
    const { source, note } = await installDefinitions({
      admin,
      releases: [{ ...release, definitions: [...release.definitions, gadget] }],
      environment: environment({ CRDS_DIR: join(folder, "crds") }),
    });
    assert.equal(source, "CRDS_DIR");
    assert.match(note ?? "", /^The definitions of Gadget are permissive: .* does not hold them/);
  });

  it("in a CRDS_DIR that is missing are an error that names the folder", async () => {
    const missing = join(folder, "missing");
    await assert.rejects(installDefinitions({ admin, environment: environment({ CRDS_DIR: missing }) }), {
      name: "SandboxError",
      message: `CRDS_DIR: the folder ${missing} does not exist. Set CRDS_DIR to a folder with the definitions of Kargo and the Argo projects, or unset it.`,
    });
  });

  it("in a CRDS_DIR that holds none are an error that names the folder", async () => {
    await put("crds/notes.yaml", "kind: ConfigMap\n");
    const empty = join(folder, "crds");
    await assert.rejects(installDefinitions({ admin, environment: environment({ CRDS_DIR: empty }) }), {
      name: "SandboxError",
      message: new RegExp(`^CRDS_DIR: no \\*\\.yaml below ${empty} holds a CustomResourceDefinition\\.`),
    });
  });

  it("come from the pinned releases by their sum, and from the cache the next time", async () => {
    const { release, text } = smallRelease("release.example");
    served["/small/small/v1.2.3/crds/widgets.yaml"] = text;
    const options = {
      admin,
      releases: [release],
      environment: environment({ CRDS_BASE_URL: `${address}/` }),
    };
    const expected = { source: "releases", names: ["widgets.release.example"] };
    assert.deepEqual(await installDefinitions(options), expected);
    assert.deepEqual(await installDefinitions(options), expected);
    assert.deepEqual(requests, ["/small/small/v1.2.3/crds/widgets.yaml"]);
    assert.equal(await makeBadWidget("release.example"), 422);
  });

  it("of which the cache holds a damaged copy are fetched again", async () => {
    const { release, text } = smallRelease("cached.example");
    served["/small/small/v1.2.3/crds/widgets.yaml"] = text;
    await put(`cache/kargo-fleet/crds/${release.definitions[0]?.sha256}.yaml`, text.slice(1));
    const { source } = await installDefinitions({
      admin,
      releases: [release],
      environment: environment({ CRDS_BASE_URL: address }),
    });
    assert.equal(source, "releases");
    assert.equal(requests.length, 1);
  });

  it("that are not the published ones are refused by name, and nothing is installed", async () => {
    const { release, text } = smallRelease("wrong.example");
    served["/small/small/v1.2.3/crds/widgets.yaml"] = `${text}# something else\n`;
    const attempt = installDefinitions({
      admin,
      releases: [release],
      environment: environment({ CRDS_BASE_URL: address }),
    });
    await assert.rejects(attempt, {
      name: "SandboxError",
      message: new RegExp(
        `^${address}/small/small/v1\\.2\\.3/crds/widgets\\.yaml is not the file of Small v1\\.2\\.3: .* it must be ${release.definitions[0]?.sha256}\\.`,
      ),
    });
    assert.equal((await api.send("GET", "/apis/wrong.example")).status, 404);
  });

  it("are permissive where the releases cannot be reached, and say so", async () => {
    server.close();
    await once(server, "close");
    const { source, names, note } = await installDefinitions({
      admin,
      environment: environment({ CRDS_BASE_URL: address }),
    });
    assert.equal(source, "permissive");
    assert.equal(names.length, RELEASES.flatMap(({ definitions }) => definitions).length);
    assert.match(note ?? "", /^All definitions are permissive: they accept every field/);
    assert.match(note ?? "", new RegExp(`${address} cannot be reached.*set CRDS_DIR`));
    const stage = {
      apiVersion: "kargo.akuity.io/v1alpha1",
      kind: "Stage",
      metadata: { name: "dev", namespace: "argocd" },
      spec: { anything: { goes: true } },
      status: { health: "Healthy" },
    };
    const path = "/apis/kargo.akuity.io/v1alpha1/namespaces/argocd/stages";
    const { text } = await api.send("POST", path, { type: "application/json", text: JSON.stringify(stage) });
    const { spec, status } = JSON.parse(text) as { spec: unknown; status?: unknown };
    // The status is written by a call of its own, as in the real definition.
    assert.deepEqual([spec, status], [{ anything: { goes: true } }, undefined]);
  });

  it("are named as the cluster will name them", () => {
    const names = RELEASES.flatMap((release) =>
      release.definitions.map((definition) => nameOf(release, definition)),
    );
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.includes("stages.kargo.akuity.io") && names.includes("applications.argoproj.io"));
  });
});
