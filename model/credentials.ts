import escapeStringRegexp from "escape-string-regexp";
import { z } from "zod";
import { objectName } from "./kubernetes-names.ts";

/** The config keys of secrets that credentials may need. */
export const CREDENTIAL_SECRETS = ["gitPassword", "gitAppPrivateKey", "imagePassword"] as const;
export type CredentialSecret = (typeof CREDENTIAL_SECRETS)[number];

const existing = z.strictObject({
  existingSecret: objectName.meta({
    description: "An existing Secret in kargo-shared-resources with Kargo's label and keys.",
  }),
});

const account = z.strictObject({ username: z.string().min(1) });

/** Identifies a GitHub App and its installation. Its private key is a separate secret. */
export const githubAppFields = {
  clientId: z.string().min(1),
  installationId: z.string().regex(/^[0-9]+$/, "must be the installation's number, as text"),
};

const githubApp = z.strictObject({ githubApp: z.strictObject(githubAppFields) });

/** The sources of Kargo's credentials; the secrets themselves have their own config keys. */
export const credentialsSchema = z.strictObject({
  git: z.union([existing, account, githubApp]).optional(),
  image: z.union([existing, account]).optional(),
});

export type Credentials = z.output<typeof credentialsSchema>;

/** The secrets that these credentials need. */
export function wantedSecrets({ git, image }: Credentials = {}): CredentialSecret[] {
  return [
    ...(git && "username" in git ? (["gitPassword"] as const) : []),
    ...(git && "githubApp" in git ? (["gitAppPrivateKey"] as const) : []),
    ...(image && "username" in image ? (["imagePassword"] as const) : []),
  ];
}

/** The kinds of repositories that Kargo gets credentials for, in its words. */
export const CREDENTIAL_TYPES = ["git", "image"] as const;

/** A Secret for Kargo, without its secret value. */
export interface CredentialPlan {
  readonly name: string;
  readonly type: (typeof CREDENTIAL_TYPES)[number];
  /** Its scope: the exact repository, or an anchored expression for everything below the registry. */
  readonly repoURL: string;
  readonly repoURLIsRegex: boolean;
  /** The Secret's keys that are not secret. */
  readonly plain: Readonly<Record<string, string>>;
  /** The Secret's secret key, and the config key of its value. */
  readonly secret: { readonly key: "password" | "githubAppPrivateKey"; readonly from: CredentialSecret };
}

/** The Secrets that the platform creates; none for an existing Secret. */
export function planCredentials(
  { git, image }: Credentials,
  gitops: string,
  registry: string,
): CredentialPlan[] {
  const plans: CredentialPlan[] = [];
  const repository = {
    name: "kargo-fleet-git",
    type: "git",
    repoURL: gitops,
    repoURLIsRegex: false,
  } as const;
  if (git && "username" in git) {
    const secret = { key: "password", from: "gitPassword" } as const;
    plans.push({ ...repository, plain: { username: git.username }, secret });
  }
  if (git && "githubApp" in git) {
    const { clientId, installationId } = git.githubApp;
    const plain = { githubAppClientID: clientId, githubAppInstallationID: installationId };
    plans.push({ ...repository, plain, secret: { key: "githubAppPrivateKey", from: "gitAppPrivateKey" } });
  }
  if (image && "username" in image) {
    plans.push({
      name: "kargo-fleet-image",
      type: "image",
      repoURL: `^${escapeStringRegexp(registry)}/`,
      repoURLIsRegex: true,
      plain: { username: image.username },
      secret: { key: "password", from: "imagePassword" },
    });
  }
  return plans;
}
