import { MANAGED_BY } from "../../manifests/objects.ts";
import { STACK_LABEL, stackLabel } from "../../model/labels.ts";
import { OPERATED } from "../../model/shards.ts";
import { PROJECT, type StackConfig } from "../../model/stack-config.ts";
import { configOf } from "../../model/stack-file.ts";
import { isSecretKey } from "../../model/stack-secrets.ts";
import type { ValidStack } from "../cluster-stacks.ts";
import { FleetError } from "../fleet-error.ts";
import { resourceName } from "./resource-name.ts";
import type { GitSource } from "./source.ts";

/** A stack that Pulumi's Kubernetes operator runs. */
export type StackResource = ReturnType<typeof stackResource>;

/** What every stack of a cluster has in common when the operator runs it. */
export interface OperatorSettings {
  readonly source: GitSource;
  /** The image of the pods, with Pulumi and Node. */
  readonly image: string;
  /** Quantities of one pod. */
  readonly cpu: string;
  readonly memory: string;
  /** The name of the Secret with the secrets of all stacks. */
  readonly secret: string;
  /** The address of the state. @default Pulumi Cloud */
  readonly backend?: string | undefined;
  /** The organization in Pulumi Cloud. @default the token's */
  readonly organization?: string | undefined;
  /** Whether Git needs a token: the key `gitToken` of the Secret. */
  readonly gitToken: boolean;
}

/**
 * The operator's resource of one stack, of the kind Stack of `pulumi.com/v1`. Its pods run as the deployer, because the
 * guard lets nobody else change a pipeline.
 * @see https://github.com/pulumi/pulumi-kubernetes-operator/blob/v2.9.0/docs/stacks.md
 * @param shared the stack with the cluster's shared objects, which must succeed first; undefined for that stack itself
 */
export function stackResource(
  { name, document, config: { value: config } }: ValidStack,
  shared: string | undefined,
  settings: OperatorSettings,
) {
  const { namespace, name: account } = podAccount(name, config.access.deployer);
  const { source, image, cpu, memory, secret, backend, organization, gitToken } = settings;
  const file = (document.value ?? {}) as { encryptionsalt?: unknown; secretsprovider?: unknown };
  const { secretsprovider: provider } = file;
  const kept = (key: string) => ({ type: "Secret", secret: { name: secret, key } }) as const;
  const literal = (value: string) => ({ type: "Literal", literal: { value } }) as const;
  const secretKeys = Object.keys(configOf(document)).filter(isSecretKey);
  const inPulumiCloud = backend === undefined || backend.startsWith("https://");
  return {
    apiVersion: "pulumi.com/v1",
    kind: "Stack",
    metadata: {
      name: resourceName(name),
      namespace,
      labels: { ...MANAGED_BY, [STACK_LABEL]: stackLabel(name) },
    },
    spec: {
      stack: organization === undefined ? name : `${organization}/${name}`,
      projectRepo: source.repository,
      commit: source.commit,
      ...(source.folder !== "" && { repoDir: source.folder }),
      ...(gitToken && { gitAuth: { accessToken: kept("gitToken") } }),
      ...(backend !== undefined && { backend }),
      ...(typeof provider === "string" && provider !== "passphrase" && { secretsProvider: provider }),
      config: openConfig(document, config),
      secretsRef: Object.fromEntries(secretKeys.map((key) => [key, kept(secretName(key))])),
      envRefs: {
        ...(inPulumiCloud && { PULUMI_ACCESS_TOKEN: kept("accessToken") }),
        ...(file.encryptionsalt !== undefined && { PULUMI_CONFIG_PASSPHRASE: kept("passphrase") }),
        [OPERATED]: literal("true"),
        // The operator runs `npm install`; the tests' packages and the workspaces are not needed.
        NPM_CONFIG_OMIT: literal("dev"),
        NPM_CONFIG_WORKSPACES: literal("false"),
      },
      ...(shared !== undefined && { prerequisites: [{ name: resourceName(shared) }] }),
      serviceAccountName: account,
      workspaceReclaimPolicy: "Delete",
      workspaceTemplate: {
        spec: { image, resources: { requests: { cpu, memory }, limits: { memory } } },
      },
      // One failing service does not stop the others.
      updateTemplate: { spec: { continueOnError: true } },
    },
  };
}

/** The keys of the Secret that these resources refer to, sorted. */
export function keysOfSecret(resources: readonly StackResource[]): string[] {
  const references = resources.flatMap(({ spec: { secretsRef, envRefs, gitAuth } }) =>
    Object.values({ ...secretsRef, ...envRefs, ...gitAuth }),
  );
  const keys = references.flatMap((one) => (one.type === "Secret" ? [one.secret.key] : []));
  return [...new Set(keys)].sort();
}

/** The account of the operator's pods. @throws FleetError if the deployer is no ServiceAccount */
export function podAccount(stack: string, deployer: string) {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(deployer) ?? [];
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  throw new FleetError(
    `The deployer of stack ${stack} is ${JSON.stringify(deployer)}, but the operator's pods run as a ServiceAccount, and the guard lets nobody but the deployer change a pipeline. ` +
      `Write ${PROJECT}:access: { deployer: "system:serviceaccount:<namespace>:<name>" }, and apply npm run fleet -- deployer --stack ${stack} again.`,
  );
}

/**
 * The config without secrets. In the cluster the program uses its pod's credentials, so it gets no context. What a
 * shard differs in is taken from its config, whichever file that came from.
 */
function openConfig(document: ValidStack["document"], config: StackConfig): Record<string, unknown> {
  const { context: _, kubeconfig: __, ...cluster } = config.cluster;
  const open = Object.entries(configOf(document)).filter(([key]) => !isSecretKey(key));
  const written = Object.fromEntries(open);
  const rollout = written[`${PROJECT}:rollout`] as object | undefined;
  return {
    ...written,
    [`${PROJECT}:cluster`]: cluster,
    [`${PROJECT}:platform`]: config.platform,
    [`${PROJECT}:rollout`]: { ...rollout, ...(config.rollout.shard && { shard: config.rollout.shard }) },
  };
}

/** A key of a Secret has no colon: `kargo-fleet:gitPassword` is `gitPassword`, `github:token` is `githubToken`. */
function secretName(key: string): string {
  if (key.startsWith(`${PROJECT}:`)) return key.slice(PROJECT.length + 1);
  return key.replace(/:(.)/, (_, first: string) => first.toUpperCase());
}
