import type { BuildsConfig } from "../model/builds.ts";
import { SERVICE_LABEL, STEP_LABEL } from "../model/labels.ts";
import type { ContainerTemplate, RetryStrategy } from "./argo-workflows-types.ts";
import { MANAGED_BY } from "./objects.ts";

/** The Secret in each build namespace with the address that notifies Kargo of a new image, and its key. */
export const RECEIVER_SECRET = { name: "kargo-fleet-receiver", key: "curl.conf" } as const;
/** The volume that the pods of a build share. */
export const WORK = "work";
/** An unprivileged user, the `nobody` of distroless images. */
export const USER = 65532;

/** The paths of the source and of the resulting image file in the pods of a build. */
export const SOURCE = "/workspace/source";
export const IMAGE = "/workspace/image";
/** The path of the checked copy in the pod that pushes. */
const CHECKED = "/workspace/checked";
const CREDENTIAL = "/credential";
const REFERENCE = "/tmp/reference";

/** Parameters reach the script as environment variables and are never inserted into its text. */
const CLONE = `umask 022
git init --quiet .
git -c credential.helper='!f() { test "$1" != get || test ! -f ${CREDENTIAL}/password || printf "username=%s\\npassword=%s\\n" "$(cat ${CREDENTIAL}/username)" "$(cat ${CREDENTIAL}/password)"; }; f' \\
  fetch --quiet --depth 1 --no-tags "$REPOSITORY" "$COMMIT"
git -c advice.detachedHead=false checkout --quiet --force "$COMMIT"`;

/** Clones the pushed commit, with a credential that no other step sees. */
export function clone({ credentials, images }: BuildsConfig, github: string): ContainerTemplate {
  return {
    name: "clone",
    metadata: labels("clone"),
    retryStrategy: retry("Always", 3),
    volumes: [
      // A public repository needs none.
      {
        name: "credential",
        secret: { secretName: ofService(credentials.clone), optional: true },
      },
      { name: "tmp", emptyDir: {} },
    ],
    container: {
      image: images.clone,
      command: ["sh", "-euc"],
      args: [CLONE],
      env: [
        { name: "REPOSITORY", value: `${github}/{{workflow.parameters.repository}}.git` },
        { name: "COMMIT", value: "{{workflow.parameters.commit}}" },
        { name: "HOME", value: "/tmp" },
        { name: "GIT_TERMINAL_PROMPT", value: "0" },
        // The volume's root may have another owner, in which case Git would refuse to work in it.
        { name: "GIT_CONFIG_COUNT", value: "1" },
        { name: "GIT_CONFIG_KEY_0", value: "safe.directory" },
        { name: "GIT_CONFIG_VALUE_0", value: SOURCE },
      ],
      workingDir: SOURCE,
      resources: small("1", "1Gi"),
      securityContext: UNPRIVILEGED,
      volumeMounts: [
        { name: WORK, mountPath: SOURCE, subPath: "source" },
        { name: "credential", mountPath: CREDENTIAL, readOnly: true },
        { name: "tmp", mountPath: "/tmp" },
      ],
    },
  };
}

/**
 * Copies the output of the build. crane treats a folder as an OCI layout and follows links, so a Dockerfile could
 * make it push a file of its own pod, such as the credential. This container has no credential, and copies a link
 * as a link.
 */
const CHECK = `umask 022
fail() { echo "$FROM $1. A build leaves its image there as a docker tar." >&2; exit 1; }
rm -rf "$TO"
test ! -L "$FROM" && test -f "$FROM" || fail "is no regular file"
cp -P "$FROM" "$TO"
test ! -L "$TO" && test -f "$TO" || fail "is no regular file"
tar -xOf "$TO" manifest.json | head -c 1 | grep -qF "[" || fail "is no docker tar"`;

/** Pushes the checked copy of the image, which nothing else can write, and prints its digest. */
export function push({ credentials, images }: BuildsConfig): ContainerTemplate {
  return {
    name: "push",
    inputs: { parameters: [{ name: "destination" }] },
    outputs: { parameters: [{ name: "image", valueFrom: { path: REFERENCE } }] },
    metadata: labels("push"),
    retryStrategy: retry("Always", 5),
    volumes: [
      {
        name: "credential",
        secret: {
          secretName: ofService(credentials.push),
          optional: false,
          items: [{ key: ".dockerconfigjson", path: "config.json" }],
        },
      },
      { name: "tmp", emptyDir: {} },
    ],
    initContainers: [
      {
        name: "check",
        image: images.clone,
        command: ["sh", "-euc"],
        args: [CHECK],
        env: [
          { name: "FROM", value: `${IMAGE}/image.tar` },
          { name: "TO", value: `${CHECKED}/image.tar` },
        ],
        resources: small("1", "1Gi"),
        securityContext: UNPRIVILEGED,
        volumeMounts: [
          { name: WORK, mountPath: IMAGE, subPath: "image", readOnly: true },
          { name: WORK, mountPath: CHECKED, subPath: "checked" },
        ],
      },
    ],
    container: {
      image: images.push,
      command: ["/ko-app/crane"],
      args: [
        "push",
        `${CHECKED}/image.tar`,
        "{{inputs.parameters.destination}}",
        `--image-refs=${REFERENCE}`,
      ],
      env: [
        { name: "DOCKER_CONFIG", value: CREDENTIAL },
        { name: "HOME", value: "/tmp" },
      ],
      resources: small("1", "1Gi"),
      securityContext: UNPRIVILEGED,
      volumeMounts: [
        { name: WORK, mountPath: CHECKED, subPath: "checked", readOnly: true },
        { name: "credential", mountPath: CREDENTIAL, readOnly: true },
        { name: "tmp", mountPath: "/tmp" },
      ],
    },
  };
}

/** Notifies Kargo of the image. The address is a secret, so curl reads it from a file instead of an argument. */
export function notify({ images }: BuildsConfig): ContainerTemplate[] {
  if (images.notify === undefined)
    throw new Error("internal error: builds.images.notify is missing, although planProblems checks this");
  return [
    {
      name: "notify",
      metadata: labels("notify"),
      retryStrategy: retry("Always", 3),
      volumes: [{ name: "receiver", secret: { secretName: RECEIVER_SECRET.name, optional: false } }],
      container: {
        image: images.notify,
        command: ["curl"],
        args: [
          `--config=/receiver/${RECEIVER_SECRET.key}`,
          "--fail",
          "--silent",
          "--show-error",
          "--max-time",
          "30",
          "--header",
          "Content-Type: application/json",
          "--data",
          '{"image":"{{workflow.parameters.image}}"}',
        ],
        resources: small("100m", "64Mi"),
        securityContext: UNPRIVILEGED,
        volumeMounts: [{ name: "receiver", mountPath: "/receiver", readOnly: true }],
      },
    },
  ];
}

/** Converts `{service}` of the stack's config to an expression of Argo Workflows. */
function ofService(template: string): string {
  return template.replaceAll("{service}", "{{workflow.parameters.service}}");
}

function labels(step: string) {
  return {
    labels: { ...MANAGED_BY, [STEP_LABEL]: step, [SERVICE_LABEL]: "{{workflow.parameters.service}}" },
  };
}

/** With increasing pauses. */
export function retry(retryPolicy: RetryStrategy["retryPolicy"], limit: number): RetryStrategy {
  return { limit, retryPolicy, backoff: { duration: "5s", factor: 3, maxDuration: "5m" } };
}

function small(cpu: string, memory: string) {
  return { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu, memory } };
}

const UNPRIVILEGED = {
  runAsUser: USER,
  runAsGroup: USER,
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} as const;
