import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";

/** The identities that authenticate with a token. */
export const IDENTITIES = {
  admin: { user: "admin", groups: ["system:masters"] },
  deployer: { user: "kargo-fleet-deployer", groups: [] },
  "controller-manager": { user: "system:kube-controller-manager", groups: [] },
  "argo-events": { user: "sandbox-argo-events", groups: [] },
  "argo-cd": { user: "system:serviceaccount:argocd:argocd-application-controller", groups: [] },
} as const;

type IdentityName = keyof typeof IDENTITIES;

/** The secrets of one control plane. */
export interface Credentials {
  readonly tokens: Readonly<Record<IdentityName, string>>;
  /** The token file for `--token-auth-file`. */
  readonly tokenFile: string;
  /** The private key that signs the tokens of ServiceAccounts. */
  readonly serviceAccountKey: string;
}

/** Creates new tokens and a new key in files that only the owner can read. */
export async function writeCredentials(directory: string): Promise<Credentials> {
  const names = Object.keys(IDENTITIES) as IdentityName[];
  const tokens = Object.fromEntries(
    names.map((name) => [name, randomBytes(24).toString("base64url")]),
  ) as Credentials["tokens"];
  const tokenFile = join(directory, "tokens.csv");
  // https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
  const rows = names.map((name) => {
    const { user, groups } = IDENTITIES[name];
    return `${tokens[name]},${user},${user},"${groups.join(",")}"\n`;
  });
  await writeFile(tokenFile, rows.join(""), { mode: 0o600 });
  const serviceAccountKey = join(directory, "service-account.key");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(serviceAccountKey, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
  return { tokens, tokenFile, serviceAccountKey };
}

/**
 * Writes `<name>.kubeconfig`, which only the owner can read. Cluster and context are called `sandbox`.
 * @param authority the CA certificate of the API server, as PEM
 * @returns the file's path
 */
export async function writeKubeconfig(
  directory: string,
  name: IdentityName,
  connection: { url: string; token: string; authority: string },
): Promise<string> {
  const file = join(directory, `${name}.kubeconfig`);
  const { user } = IDENTITIES[name];
  const authority = Buffer.from(connection.authority).toString("base64");
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "sandbox", cluster: { server: connection.url, "certificate-authority-data": authority } },
    ],
    users: [{ name: user, user: { token: connection.token } }],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user } }],
    "current-context": "sandbox",
  };
  await writeFile(file, stringify(kubeconfig, { lineWidth: 0 }), { mode: 0o600 });
  return file;
}

/**
 * The CA certificate of the API server's self-signed one. The file has the server's certificate first, then the
 * CA's.
 */
export async function readAuthority(certificateFile: string): Promise<string | undefined> {
  const text = await readFile(certificateFile, "utf8").catch(() => "");
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
  return certificates.length > 1 ? certificates.at(-1) : undefined;
}
