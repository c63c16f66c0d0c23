import escapeStringRegexp from "escape-string-regexp";
import { z } from "zod";
import { objectName } from "./kubernetes-names.ts";

/** The config keys of the secrets that credentials may want. */
export const CREDENTIAL_SECRETS = ["gitPassword", "gitAppPrivateKey", "imagePassword"] as const;
export type CredentialSecret = (typeof CREDENTIAL_SECRETS)[number];

const existing = z.strictObject({
  existingSecret: objectName.meta({
    description: "A Secret in kargo-shared-resources that somebody else keeps, with Kargo's label and keys.",
  }),
});

const account = z.strictObject({ username: z.string().min(1) });

const githubApp = z.strictObject({
  githubApp: z.strictObject({
    clientId: z.string().min(1),
    installationId: z.string().regex(/^[0-9]+$/, "must be the installation's number, as text"),
  }),
});

/** Where Kargo's credentials come from; the secrets themselves are config keys of their own. */
export const credentialsSchema = z.strictObject({
  git: z.union([existing, account, githubApp]).optional(),
  image: z.union([existing, account]).optional(),
});

export type Credentials = z.output<typeof credentialsSchema>;

/** The secrets that these credentials cannot do without. */
export function wantedSecrets({ git, image }: Credentials = {}): CredentialSecret[] {
  return [
    ...(git && "username" in git ? (["gitPassword"] as const) : []),
    ...(git && "githubApp" in git ? (["gitAppPrivateKey"] as const) : []),
    ...(image && "username" in image ? (["imagePassword"] as const) : []),
  ];
}

/** A Secret that Kargo reads, without its secret part. */
export interface CredentialPlan {
  readonly name: string;
  readonly type: "git" | "image";
  /** What it opens: the exact repository, or everything below the registry as an anchored expression. */
  readonly repoURL: string;
  readonly repoURLIsRegex: boolean;
  /** The keys of the Secret that are no secret. */
  readonly plain: Readonly<Record<string, string>>;
  /** The one key of the Secret that is, and the config key that it comes from. */
  readonly secret: { readonly key: "password" | "githubAppPrivateKey"; readonly from: CredentialSecret };
}

const GIT = "kargo-fleet-git";
const IMAGE = "kargo-fleet-image";

/** The names that the platform's Secrets can have. */
export const CREDENTIAL_NAMES: readonly string[] = [GIT, IMAGE];

/** The Secrets that the platform makes: none for what somebody else keeps. */
export function planCredentials(
  { git, image }: Credentials,
  gitops: string,
  registry: string,
): CredentialPlan[] {
  const plans: CredentialPlan[] = [];
  const repository = {
    name: GIT,
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
      name: IMAGE,
      type: "image",
      repoURL: `^${escapeStringRegexp(registry)}/`,
      repoURLIsRegex: true,
      plain: { username: image.username },
      secret: { key: "password", from: "imagePassword" },
    });
  }
  return plans;
}
