import type { ClusterPromotionTaskDefinition } from "./definitions/kargo.ts";
import type { Defined } from "./definitions.ts";

/*
 * The part of Kargo's API (kargo.akuity.io/v1alpha1, Kargo 1.11) that the definitions leave open: step configs. The
 * API server would accept mistakes there. These types make them compile errors.
 */

export const KARGO_API = "kargo.akuity.io/v1alpha1";

interface Variable {
  readonly name: string;
  /** Undefined in a task means that the caller must set it. */
  readonly value?: string;
}

export interface ClusterPromotionTask extends Defined<ClusterPromotionTaskDefinition> {
  readonly spec: { readonly vars: readonly Variable[]; readonly steps: readonly Step[] };
}

export interface Retry {
  readonly errorThreshold: number;
  readonly timeout: string;
}

interface StepBase {
  readonly as: string;
  readonly if?: string;
  /** Whether a failure of the step leaves the Promotion's result as it is. */
  readonly continueOnError?: true;
  readonly retry?: Retry;
}

/** The promotion steps of the shared task, with the keys of Kargo's step reference. */
export type Step = StepBase &
  (
    | {
        readonly uses: "git-clone";
        readonly config: {
          readonly repoURL: string;
          readonly blobless: true;
          readonly checkout: readonly {
            readonly branch: string;
            readonly path: string;
            readonly sparse: readonly string[];
          }[];
        };
      }
    | {
        readonly uses: "yaml-update";
        readonly config: {
          readonly path: string;
          /** A list, or an expression that gives one. */
          readonly updates: readonly { readonly key: string; readonly value: string }[] | string;
        };
      }
    | { readonly uses: "git-commit"; readonly config: { readonly path: string; readonly message: string } }
    | {
        readonly uses: "git-push";
        readonly config: { readonly path: string; readonly maxAttempts: number } & (
          | { readonly targetBranch: string }
          | { readonly generateTargetBranch: true }
        );
      }
    | {
        readonly uses: "git-open-pr";
        readonly config: {
          readonly repoURL: string;
          readonly sourceBranch: string;
          readonly targetBranch: string;
          readonly provider: "github";
        };
      }
    | {
        readonly uses: "git-wait-for-pr";
        readonly config: {
          readonly repoURL: string;
          readonly prNumber: string;
          readonly provider: "github";
        };
      }
    | {
        readonly uses: "http";
        readonly config: {
          readonly method: "GET" | "POST";
          readonly url: string;
          readonly headers: readonly { readonly name: string; readonly value: string }[];
          readonly body?: string;
          readonly responseContentType?: "text/plain";
          readonly outputs?: readonly { readonly name: string; readonly fromExpression: string }[];
        };
      }
    | {
        readonly uses: "argocd-update";
        readonly config: { readonly apps: readonly { readonly name: string; readonly namespace: string }[] };
      }
  );
