import { MANAGED_BY } from "../../manifests/objects.ts";
import { STACK_LABEL, stackLabel } from "../../model/labels.ts";
import { OPERATED } from "../../model/shards.ts";
import { PROJECT, type StackConfig } from "../../model/stack-config.ts";
import { configOf } from "../../model/stack-file.ts";
import { isSecretKey } from "../../model/stack-secrets.ts";
import type { RightStack } from "../cluster-stacks.ts";
import { FleetError } from "../fleet-error.ts";
import { resourceName } from "./resource-name.ts";
import type { GitSource } from "./source.ts";

/** A value that the operator reads from a Secret in its own namespace, or a literal that is no secret. */
export type Reference =
  | { readonly type: "Secret"; readonly secret: { readonly name: string; readonly key: string } }
  | { readonly type: "Literal"; readonly literal: { readonly value: string } };

/**
 * A stack that Pulumi's Kubernetes operator runs: the part of `pulumi.com/v1` that this command writes.
 * @see https://github.com/pulumi/pulumi-kubernetes-operator/blob/v2.9.0/docs/stacks.md
 */
export interface StackResource {
  readonly apiVersion: "pulumi.com/v1";
  readonly kind: "Stack";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly stack: string;
    readonly projectRepo: string;
    readonly commit: string;
    readonly repoDir?: string;
    readonly gitAuth?: { readonly accessToken: Reference };
    readonly backend?: string;
    readonly secretsProvider?: string;
    /** Structured values by full keys, without secrets. */
    readonly config: Readonly<Record<string, unknown>>;
    readonly secretsRef: Readonly<Record<string, Reference>>;
    readonly envRefs: Readonly<Record<string, Reference>>;
    readonly prerequisites?: readonly { readonly name: string }[];
    readonly serviceAccountName: string;
    readonly workspaceReclaimPolicy: "Delete";
    readonly workspaceTemplate: {
      readonly spec: {
        readonly image: string;
        readonly resources: {
          readonly requests: { readonly cpu: string; readonly memory: string };
          readonly limits: { readonly memory: string };
        };
      };
    };
    readonly updateTemplate: { readonly spec: { readonly continueOnError: true } };
  };
}

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

/** The account that the operator's pods run as, from `access.deployer`. */
interface PodAccount {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The operator's resource of one stack. Its pods run as the deployer, because the guard lets nobody else change a
 * pipeline.
 * @param shared the stack with the cluster's shared objects, which must succeed first; undefined for that stack itself
 */
export function stackResource(
  { name, document, config: { value: config } }: RightStack,
  shared: string | undefined,
  settings: OperatorSettings,
): StackResource {
  const { namespace, name: account } = podAccount(name, config.access.deployer);
  const { source, image, cpu, memory, secret, backend, organization, gitToken } = settings;
  const file = (document.value ?? {}) as { encryptionsalt?: unknown; secretsprovider?: unknown };
  const { secretsprovider: provider } = file;
  const kept = (key: string): Reference => ({ type: "Secret", secret: { name: secret, key } });
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
      secretsRef: Object.fromEntries(secretKeys(document).map((key) => [key, kept(secretName(key))])),
      envRefs: {
        ...(inPulumiCloud(backend) && { PULUMI_ACCESS_TOKEN: kept("accessToken") }),
        ...(file.encryptionsalt !== undefined && { PULUMI_CONFIG_PASSPHRASE: kept("passphrase") }),
        [OPERATED]: { type: "Literal", literal: { value: "true" } },
        // The operator runs `npm install`; the tests' packages and the workspaces are not needed.
        NPM_CONFIG_OMIT: { type: "Literal", literal: { value: "dev" } },
        NPM_CONFIG_WORKSPACES: { type: "Literal", literal: { value: "false" } },
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
  const references = resources.flatMap(({ spec: { secretsRef, envRefs, gitAuth } }) => [
    ...Object.values(secretsRef),
    ...Object.values(envRefs),
    ...(gitAuth ? [gitAuth.accessToken] : []),
  ]);
  const keys = references.flatMap((one) => (one.type === "Secret" ? [one.secret.key] : []));
  return [...new Set(keys)].sort();
}

/** @throws FleetError if the deployer is no ServiceAccount */
export function podAccount(stack: string, deployer: string): PodAccount {
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
function openConfig(document: RightStack["document"], config: StackConfig): Record<string, unknown> {
  const { context: _, kubeconfig: __, ...cluster } = config.cluster;
  const written = Object.entries(configOf(document)).filter(([key]) => !isSecretKey(key));
  const rollout = { ...(written.find(([key]) => key === `${PROJECT}:rollout`)?.[1] as object | undefined) };
  return {
    ...Object.fromEntries(written),
    [`${PROJECT}:cluster`]: cluster,
    [`${PROJECT}:platform`]: config.platform,
    [`${PROJECT}:rollout`]: { ...rollout, ...(config.rollout.shard && { shard: config.rollout.shard }) },
  };
}

function secretKeys(document: RightStack["document"]): string[] {
  return Object.keys(configOf(document)).filter(isSecretKey);
}

/** A key of a Secret has no colon: `kargo-fleet:gitPassword` is `gitPassword`, `github:token` is `githubToken`. */
function secretName(key: string): string {
  if (key.startsWith(`${PROJECT}:`)) return key.slice(PROJECT.length + 1);
  return key.replace(/:(.)/, (_, first: string) => first.toUpperCase());
}

function inPulumiCloud(backend: string | undefined): boolean {
  return backend === undefined || backend.startsWith("https://");
}
