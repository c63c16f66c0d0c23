import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import type { Cluster } from "../../fleet/cluster.ts";
import type { Job } from "../../manifests/build-job.ts";
import { filledJob, launchTemplate } from "../build-job.ts";
import { administrator, DRY, sendOrThrow, withTokenOf } from "./access-world.ts";
import { sharedPrograms } from "./control-plane.ts";
import type { FleetStack } from "./fleet-stack.ts";

const NAMESPACE = "builds-edge";
const ACCOUNT = "kargo-fleet-launch";
const JOBS = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`;
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

type Pod = Record<string, unknown> & { containers: Record<string, unknown>[] };
interface OpenJob {
  readonly metadata: { name: string };
  readonly spec: Record<string, unknown> & {
    template: { metadata: { labels: Record<string, string>; annotations?: object }; spec: Pod };
  };
}

/** What a build must not get, as changes of the Job by somebody with the account's token. */
const FORBIDDEN: Readonly<Record<string, (job: OpenJob, pod: Pod) => void>> = {
  "a Secret as a volume": (_, pod) => {
    pod.volumes = [{ name: "work", secret: { secretName: "nginx-push" } }];
  },
  "a token as a volume": (_, pod) => {
    const sources = [{ serviceAccountToken: { path: "token" } }];
    pod.volumes = [...(pod.volumes as object[]), { name: "token", projected: { sources } }];
  },
  "the volume of another Workflow": (job) => {
    job.metadata.name = "nginx-000000000000";
  },
  "environment variables from a Secret": (_, { containers: [first] }) => {
    Object.assign(first ?? {}, { envFrom: [{ secretRef: { name: "nginx-push" } }] });
  },
  "an environment variable from a Secret": (_, { containers: [first] }) => {
    const valueFrom = { secretKeyRef: { name: "nginx-push", key: ".dockerconfigjson" } };
    Object.assign(first ?? {}, { env: [{ name: "KEY", valueFrom }] });
  },
  "an image pull Secret": (_, pod) => {
    pod.imagePullSecrets = [{ name: "nginx-push" }];
  },
  "a mounted token": (_, pod) => {
    pod.automountServiceAccountToken = true;
  },
  "the default, which mounts a token": (_, pod) => {
    delete pod.automountServiceAccountToken;
  },
  "a ServiceAccount": (_, pod) => {
    pod.serviceAccountName = ACCOUNT;
  },
  "a ServiceAccount in the deprecated field": (_, pod) => {
    pod.serviceAccount = ACCOUNT;
  },
  "the label of the pods that push": (job) => {
    job.spec.template.metadata.labels["kargo-fleet/step"] = "push";
  },
  "no label": (job) => {
    job.spec.template.metadata.labels = {};
  },
  "the node's network": (_, pod) => {
    delete pod.hostUsers;
    pod.hostNetwork = true;
  },
  "the node's processes": (_, pod) => {
    delete pod.hostUsers;
    pod.hostPID = true;
  },
  "the node's files": (_, pod) => {
    pod.volumes = [{ name: "work", hostPath: { path: "/" } }];
  },
  "an init container": (_, pod) => {
    pod.initContainers = pod.containers.map((one) => ({ ...one, name: "before" }));
  },
  "a second container": (_, pod) => {
    pod.containers = [...pod.containers, ...pod.containers.map((one) => ({ ...one, name: "beside" }))];
  },
  "parallelism 5000": (job) => {
    Object.assign(job.spec, { parallelism: 5000, completions: 5000 });
  },
  retries: (job) => {
    job.spec.backoffLimit = 6;
  },
  "no deadline": (job) => {
    delete job.spec.activeDeadlineSeconds;
  },
  "an annotation": (job) => {
    job.spec.template.metadata.annotations = { "example.com/inject": "true" };
  },
  "an additional label": (job) => {
    job.spec.template.metadata.labels["example.com/mine"] = "true";
  },
  "a chosen node": (_, pod) => {
    pod.nodeName = "control-plane";
  },
  "a node selector": (_, pod) => {
    pod.nodeSelector = { "node-role.kubernetes.io/control-plane": "" };
  },
  "a toleration of every taint": (_, pod) => {
    pod.tolerations = [{ operator: "Exists" }];
  },
  "a priority": (_, pod) => {
    pod.priorityClassName = "system-cluster-critical";
  },
  "a chosen runtime class": (_, pod) => {
    pod.runtimeClassName = "other";
  },
  "the node's user namespace": (_, pod) => {
    pod.hostUsers = true;
  },
  "an unspecified user namespace": (_, pod) => {
    delete pod.hostUsers;
  },
  "a host port": (_, { containers: [first] }) => {
    Object.assign(first ?? {}, { ports: [{ containerPort: 80, hostPort: 80 }] });
  },
  "more capabilities": (_, { containers: [first] }) => {
    Object.assign(first ?? {}, { securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } } });
  },
  "the volume's folders of other pods": (_, { containers: [first] }) => {
    Object.assign(first ?? {}, { volumeMounts: [{ name: "work", mountPath: "/all" }] });
  },
  "no resource limits": (_, { containers: [first] }) => {
    Object.assign(first ?? {}, { resources: {} });
  },
};

/** The Jobs that the account which starts builds may create, checked with its real token. */
export function describeBuildJobs(stackOf: () => FleetStack): void {
  describe("the account that starts builds", () => {
    let admin: Cluster;
    let token: Cluster;
    const job = (): Job => filledJob(launchTemplate());

    before(async () => {
      admin = await administrator(stackOf());
      token = await withTokenOf(stackOf(), NAMESPACE, ACCOUNT);
    });
    after(() => {
      token?.close();
      admin?.close();
    });

    it("creates a build's Job as Argo does, finds it unchanged later, and Kubernetes creates the intended pod", async () => {
      const { programs } = await sharedPrograms();
      const kubeconfig = join(stackOf().folder, `${ACCOUNT}.kubeconfig`);
      const apply = ["--kubeconfig", kubeconfig, "-n", NAMESPACE, "apply", "-f", "-", "-o", "json"];
      const applied = async () => {
        const { stdout } = await execa(programs.kubectl, apply, { input: JSON.stringify(job()) });
        return (JSON.parse(stdout) as { metadata: { uid: string; generation: number } }).metadata;
      };
      const first = await applied();
      const again = await applied();
      assert.deepEqual([again.uid, again.generation], [first.uid, 1]);
      const pod = await untilMade(admin, job().metadata.name);
      assert.equal(pod.metadata.labels["kargo-fleet/step"], "build");
      assert.deepEqual(
        pod.spec.volumes.map((volume) => Object.keys(volume).sort()),
        [["name", "persistentVolumeClaim"]],
      );
      await sendOrThrow(admin, {
        method: "DELETE",
        path: `${JOBS}/${job().metadata.name}?propagationPolicy=Background`,
      });
    });

    for (const [what, change] of Object.entries(FORBIDDEN)) {
      it(`cannot create a pod with ${what}`, async () => {
        const open = structuredClone(job()) as unknown as OpenJob;
        change(open, open.spec.template.spec);
        const { status, body } = await token.send({ method: "POST", path: `${JOBS}?${DRY}`, body: open });
        assert.equal(status, 403, JSON.stringify(body));
        assert.match(JSON.stringify(body), /ValidatingAdmissionPolicy 'kargo-fleet-build-jobs'/);
      });
    }

    it("creates no pod, changes and deletes no Job, reads no Secret, and creates no Job in other namespaces", async () => {
      const { name } = job().metadata;
      const pod = { metadata: { name }, spec: job().spec.template.spec };
      const answers = await Promise.all([
        token.send({ method: "POST", path: `${PODS}?${DRY}`, body: pod }),
        token.send({ method: "PATCH", path: `${JOBS}/${name}?${DRY}`, body: { spec: { suspend: true } } }),
        token.send({ method: "DELETE", path: `${JOBS}/${name}?${DRY}` }),
        token.send({ method: "GET", path: `/api/v1/namespaces/${NAMESPACE}/secrets/nginx-push` }),
        token.send({ method: "POST", path: `${JOBS.replace("edge", "identity")}?${DRY}`, body: job() }),
      ]);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [403, 403, 403, 403, 403],
      );
    });

    it("is the only account that the policy limits: an administrator's Job may mount a Secret", async () => {
      const open = structuredClone(job()) as unknown as OpenJob;
      open.spec.template.spec.volumes = [{ name: "work", secret: { secretName: "anything" } }];
      await sendOrThrow(admin, { method: "POST", path: `${JOBS}?${DRY}`, body: open });
    });
  });
}

interface MadePod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly volumes: readonly object[] };
}

/** Waits for the pod that Kubernetes creates for a Job. */
async function untilMade(admin: Cluster, job: string): Promise<MadePod> {
  const path = `${PODS}?labelSelector=${encodeURIComponent(`batch.kubernetes.io/job-name=${job}`)}`;
  for (let attempt = 0; attempt < 100; attempt++) {
    const { body } = await sendOrThrow(admin, { method: "GET", path });
    const [pod] = (body as { items: MadePod[] }).items;
    if (pod) return pod;
    await pause(200);
  }
  throw new Error(`no pod of the Job ${job} within 20 s`);
}
