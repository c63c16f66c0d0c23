import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import type { Cluster } from "../../fleet/cluster.ts";
import { filledJob, launchTemplate } from "../build-job.ts";
import { administrator, withTokenOf } from "./access-world.ts";
import { sharedPrograms } from "./control-plane.ts";
import type { FleetStack } from "./fleet-stack.ts";
import { dry, get, patch, post, remove, sendOrThrow } from "./requests.ts";

const NAMESPACE = "builds-edge";
const ACCOUNT = "kargo-fleet-launch";
const JOBS = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`;
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

const JOB = filledJob(launchTemplate());
const { metadata: TEMPLATE, spec: POD } = JOB.spec.template;
const [CONTAINER] = POD.containers;

/** Replaced fields of each part of a Job; `undefined` removes a field. */
interface Change {
  readonly metadata?: object;
  readonly spec?: object;
  /** The metadata of its pod. */
  readonly template?: object;
  readonly pod?: object;
  readonly container?: object;
}

/** What a build must not get, as changes of the Job by somebody with the account's token. */
const FORBIDDEN: Readonly<Record<string, Change>> = {
  "a Secret as a volume": { pod: { volumes: [{ name: "work", secret: { secretName: "nginx-push" } }] } },
  "a token as a volume": {
    pod: {
      volumes: [
        ...POD.volumes,
        { name: "token", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
      ],
    },
  },
  "the volume of another Workflow": { metadata: { name: "nginx-000000000000" } },
  "environment variables from a Secret": { container: { envFrom: [{ secretRef: { name: "nginx-push" } }] } },
  "an environment variable from a Secret": {
    container: {
      env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "nginx-push", key: ".dockerconfigjson" } } }],
    },
  },
  "an image pull Secret": { pod: { imagePullSecrets: [{ name: "nginx-push" }] } },
  "a mounted token": { pod: { automountServiceAccountToken: true } },
  "the default, which mounts a token": { pod: { automountServiceAccountToken: undefined } },
  "a ServiceAccount": { pod: { serviceAccountName: ACCOUNT } },
  "a ServiceAccount in the deprecated field": { pod: { serviceAccount: ACCOUNT } },
  "the label of the pods that push": {
    template: { labels: { ...TEMPLATE.labels, "kargo-fleet/step": "push" } },
  },
  "no label": { template: { labels: {} } },
  "the node's network": { pod: { hostUsers: undefined, hostNetwork: true } },
  "the node's processes": { pod: { hostUsers: undefined, hostPID: true } },
  "the node's files": { pod: { volumes: [{ name: "work", hostPath: { path: "/" } }] } },
  "an init container": { pod: { initContainers: [{ ...CONTAINER, name: "before" }] } },
  "a second container": { pod: { containers: [CONTAINER, { ...CONTAINER, name: "beside" }] } },
  "parallelism 5000": { spec: { parallelism: 5000, completions: 5000 } },
  retries: { spec: { backoffLimit: 6 } },
  "no deadline": { spec: { activeDeadlineSeconds: undefined } },
  "an annotation": { template: { annotations: { "example.com/inject": "true" } } },
  "an additional label": { template: { labels: { ...TEMPLATE.labels, "example.com/mine": "true" } } },
  "a chosen node": { pod: { nodeName: "control-plane" } },
  "a node selector": { pod: { nodeSelector: { "node-role.kubernetes.io/control-plane": "" } } },
  "a toleration of every taint": { pod: { tolerations: [{ operator: "Exists" }] } },
  "a priority": { pod: { priorityClassName: "system-cluster-critical" } },
  "a chosen runtime class": { pod: { runtimeClassName: "other" } },
  "the node's user namespace": { pod: { hostUsers: true } },
  "an unspecified user namespace": { pod: { hostUsers: undefined } },
  "a host port": { container: { ports: [{ containerPort: 80, hostPort: 80 }] } },
  "more capabilities": { container: { securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } } } },
  "the volume's folders of other pods": {
    container: { volumeMounts: [{ name: "work", mountPath: "/all" }] },
  },
  "no resource limits": { container: { resources: {} } },
};

function changed({ metadata, spec, template, pod, container }: Change): object {
  const podSpec = { ...POD, containers: [{ ...CONTAINER, ...container }], ...pod };
  return {
    ...JOB,
    metadata: { ...JOB.metadata, ...metadata },
    spec: { ...JOB.spec, ...spec, template: { metadata: { ...TEMPLATE, ...template }, spec: podSpec } },
  };
}

/** The Jobs that the account which starts builds may create, checked with its real token. */
export function describeBuildJobs(stackOf: () => FleetStack): void {
  describe("the account that starts builds", () => {
    let admin: Cluster;
    let token: Cluster;

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
        const { stdout } = await execa(programs.kubectl, apply, { input: JSON.stringify(JOB) });
        return (JSON.parse(stdout) as { metadata: { uid: string; generation: number } }).metadata;
      };
      const first = await applied();
      const again = await applied();
      assert.deepEqual([again.uid, again.generation], [first.uid, 1]);
      const pod = await untilMade(admin, JOB.metadata.name);
      assert.equal(pod.metadata.labels["kargo-fleet/step"], "build");
      assert.deepEqual(
        pod.spec.volumes.map((volume) => Object.keys(volume).sort()),
        [["name", "persistentVolumeClaim"]],
      );
      await sendOrThrow(admin, remove(`${JOBS}/${JOB.metadata.name}?propagationPolicy=Background`));
    });

    for (const [what, change] of Object.entries(FORBIDDEN)) {
      it(`cannot create a pod with ${what}`, async () => {
        const { status, body } = await token.send(dry(post(JOBS, changed(change))));
        assert.equal(status, 403, JSON.stringify(body));
        assert.match(JSON.stringify(body), /ValidatingAdmissionPolicy 'kargo-fleet-build-jobs'/);
      });
    }

    it("creates no pod, changes and deletes no Job, reads no Secret, and creates no Job in other namespaces", async () => {
      const { name } = JOB.metadata;
      const pod = { metadata: { name }, spec: JOB.spec.template.spec };
      const answers = await Promise.all([
        token.send(dry(post(PODS, pod))),
        token.send(dry(patch(`${JOBS}/${name}`, { spec: { suspend: true } }))),
        token.send(dry(remove(`${JOBS}/${name}`))),
        token.send(get(`/api/v1/namespaces/${NAMESPACE}/secrets/nginx-push`)),
        token.send(dry(post(`${JOBS.replace("edge", "identity")}`, JOB))),
      ]);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [403, 403, 403, 403, 403],
      );
    });

    it("is the only account that the policy limits: an administrator's Job may mount a Secret", async () => {
      const volumes = [{ name: "work", secret: { secretName: "anything" } }];
      await sendOrThrow(admin, dry(post(JOBS, changed({ pod: { volumes } }))));
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
    const { body } = await sendOrThrow(admin, get(path));
    const [pod] = (body as { items: MadePod[] }).items;
    if (pod) return pod;
    await pause(200);
  }
  throw new Error(`no pod of the Job ${job} within 20 s`);
}
