import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { ARGO_CD_PROGRAMS, argoCdObjects, startArgoCd } from "../../sandbox/argo-cd.ts";
import { connectionOf, type KubernetesApi, kubernetesApi } from "../../sandbox/kubernetes-api.ts";
import { gitopsFiles } from "../../sandbox/local-github.ts";
import { claimDirectory, lastLines, stopRecorded } from "../../sandbox/processes.ts";
import { remoteOf, tagCommands } from "../../sandbox/push.ts";
import { ensurePrograms } from "../../sandbox/toolchain/for-tests.ts";
import { catalogueOf } from "../sources.ts";
import { succeeds } from "./commands.ts";
import { sharedControlPlane } from "./control-plane.ts";
import { type FleetStack, openFleetStack, TOKEN } from "./fleet-stack.ts";

const SERVICES = ["nginx", "nginx-extra"];
const APPLICATIONS = SERVICES.flatMap((name) =>
  ["dev", "staging", "prod"].map((stage) => `${name}-${stage}`),
);
const FIRST = "20260102030405-0123abc";
const SECOND = "20260203040506-4567def";
const API = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications";

/** A folder of the GitOps repository that is no chart and contains forbidden objects. */
const ROGUE = {
  "rogue/role.yaml": `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: rogue }
rules: []
`,
};

interface Application {
  readonly spec: {
    readonly source: object;
    readonly destination: object;
    readonly syncPolicy: { readonly retry: object; readonly syncOptions: readonly string[] };
  };
  readonly status?: {
    readonly sync?: { readonly status: string };
    readonly health?: { readonly status: string };
    readonly operationState?: object;
  };
}

describe("Argo CD with the objects of pulumi up", () => {
  let stack: FleetStack;
  let admin: KubernetesApi;
  let folder = "";
  let log = "";

  before(async () => {
    const programs = await ensurePrograms(ARGO_CD_PROGRAMS, { quiet: true });
    const plane = await sharedControlPlane();
    admin = kubernetesApi(await connectionOf(plane.admin));
    stack = await openFleetStack(SERVICES, {
      config: {},
      catalogue: catalogueOf({ nginx: {}, "nginx-extra": { team: "identity" } }),
      gitops: { ...(await gitopsFiles()), ...ROGUE },
    });
    await succeeds(stack.up());
    folder = await mkdtemp(join(tmpdir(), "argo-cd-"));
    await git(`sed -i.old 's/ tag: .*/ tag: "${FIRST}"/' services/*/values-*.yaml`);
    await claimDirectory(folder);
    log = await startArgoCd(folder, programs, plane, { url: stack.github.url, token: TOKEN });
  });

  after(async () => {
    await stopRecorded(folder);
    await stack?.close();
    // Applications have no finalizer, so their workloads are kept.
    for (const name of APPLICATIONS) await admin.send("DELETE", `/api/v1/namespaces/${name}`);
    for (const { path } of argoCdObjects(TOKEN)) await admin.send("DELETE", path);
    admin.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs commands in a clone of the GitOps repository, and pushes the changes. */
  async function git(commands: string): Promise<void> {
    const commit =
      "git -c user.name=Kargo -c user.email=kargo@acme.example commit --quiet --all --message Promote";
    const clone = `git clone --quiet ${remoteOf(at(), "acme/gitops")} clone && cd clone`;
    await shell([clone, commands, commit, "git push --quiet origin HEAD:main"].join("\n"));
  }
  const at = () => ({ github: { url: stack.github.url, baseUrl: stack.github.baseUrl, token: TOKEN } });
  async function shell(script: string): Promise<void> {
    const cwd = await mkdtemp(join(tmpdir(), "argo-cd-clone-"));
    await execa("sh", ["-ec", script], { cwd }).finally(() => rm(cwd, { recursive: true }));
  }

  /** Polls a path of the API server until the condition holds. */
  async function until<Found>(path: string, holds: (found: Found) => boolean): Promise<Found> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const { status, text } = await admin.send("GET", path);
      const found = JSON.parse(text) as Found;
      if (status === 200 && holds(found)) return found;
      if (Date.now() > deadline) assert.fail(`${path} is\n${text}\n${await lastLines(log)}`);
      await pause(250);
    }
  }
  const application = (name: string, holds: (status: NonNullable<Application["status"]>) => boolean) =>
    until<Application>(`${API}/${name}`, ({ status = {} }) => holds(status));
  const settled = (name: string) =>
    application(name, ({ sync, health }) => sync?.status === "Synced" && health?.status === "Healthy");
  const deployed = (name: string, tag: string) =>
    until<{ spec: { template: { spec: { containers: readonly { image: string }[] } } } }>(
      `/apis/apps/v1/namespaces/${name}/deployments/${name}`,
      ({ spec }) => spec.template.spec.containers[0]?.image.endsWith(`:${tag}`) ?? false,
    );

  /** Waits for Argo CD's message about a changed copy of the Application nginx-dev. */
  async function refuses(change: Partial<Application["spec"]>, words: RegExp): Promise<void> {
    const { spec } = await settled("nginx-dev");
    const rogue = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata: { name: "rogue", namespace: "argocd" },
      spec: { ...spec, ...change },
    };
    await admin.apply(`${API}/rogue`, JSON.stringify(rogue));
    await application("rogue", (status) => words.test(JSON.stringify(status)));
    await admin.send("DELETE", `${API}/rogue`);
  }

  it("syncs each Application of dev and staging from the local GitHub with the example chart", async () => {
    for (const name of APPLICATIONS.filter((each) => !each.endsWith("prod"))) {
      await settled(name);
      await deployed(name, FIRST);
    }
  });

  it("deploys a tag that changed in values-dev.yaml, with the commands that npm start prints", async () => {
    await shell(tagCommands(at(), "nginx", SECOND));
    await deployed("nginx-dev", SECOND);
    await settled("nginx-dev");
  });

  it("does not touch nginx-extra when nginx changes", async () => {
    const before = (await settled("nginx-extra-dev")).status?.operationState;
    await git(`sed -i.old 's/ tag: .*/ tag: "${FIRST}"/' services/nginx/values-dev.yaml`);
    await deployed("nginx-dev", FIRST);
    assert.deepEqual((await settled("nginx-extra-dev")).status?.operationState, before);
  });

  it("does not sync prod until somebody requests it", async () => {
    const { spec, status } = await application("nginx-prod", ({ sync }) => sync?.status === "OutOfSync");
    assert.equal(status?.operationState, undefined);
    // The operation that `argocd app sync` writes; Argo CD's API server does not run here.
    const { retry, syncOptions } = spec.syncPolicy;
    const operation = { initiatedBy: { username: "release@acme.example" }, retry, sync: { syncOptions } };
    const type = "application/merge-patch+json";
    await admin.send("PATCH", `${API}/nginx-prod`, { type, text: JSON.stringify({ operation }) });
    await settled("nginx-prod");
    await deployed("nginx-prod", FIRST);
    const { status: other } = await application("nginx-extra-prod", ({ sync }) => sync !== undefined);
    assert.equal(other?.sync?.status, "OutOfSync");
  });

  it("refuses another repository", async () => {
    const source = { repoURL: "https://github.com/acme/nginx.git", targetRevision: "main", path: "." };
    await refuses({ source }, /application repo \S*acme\/nginx\.git is not permitted in project 'nginx'/);
  });

  for (const namespace of ["kube-system", "nginx-extra-dev"]) {
    it(`refuses the namespace ${namespace} for nginx`, async () => {
      const destination = { server: "https://kubernetes.default.svc", namespace };
      await refuses({ destination }, /do not match any of the allowed destinations in project 'nginx'/);
    });
  }

  it("refuses a cluster resource", async () => {
    const source = { repoURL: "https://github.com/acme/gitops.git", targetRevision: "main", path: "rogue" };
    await refuses({ source }, /ClusterRole is not permitted in project nginx/);
  });

  it("writes nothing that a second up or a refresh would change", async () => {
    for (const run of [await stack.refresh(), await stack.up()]) {
      assert.equal(run.failed, false, run.output);
      assert.deepEqual(
        Object.entries(run.steps).filter(([, op]) => op !== "same" && op !== "refresh"),
        [],
      );
    }
  });
});
