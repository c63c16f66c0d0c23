import type { V1SelfSubjectRulesReview, V1SubjectAccessReview } from "@kubernetes/client-node";
import { type Cluster, type ClusterAnswer, type Identity, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import type { Check } from "./checks.ts";
import { type RuleSet, ruleSet } from "./rules.ts";

/** What the API server says to one question. */
export interface Verdict {
  readonly allowed: boolean;
  /** Which binding and role allow it, in the words of Kubernetes' RBAC; empty where nothing does. */
  readonly reason: string;
}

/** The two kinds of questions of an audit, counted. */
export interface Reviews {
  /** Kubernetes' SubjectAccessReview: one actor, one thing. @throws FleetError */
  may(identity: Identity, check: Check, namespace: string): Promise<Verdict>;
  /** Kubernetes' SelfSubjectRulesReview, asked as somebody else; nothing where it is incomplete. @throws FleetError */
  rules(identity: Identity, namespace: string): Promise<RuleSet | undefined>;
  /** How many were asked so far. */
  readonly asked: number;
}

const AUTHORIZATION = "/apis/authorization.k8s.io/v1";

export function reviewsOf(cluster: Cluster): Reviews {
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    may: async (identity, check, namespace) => {
      asked++;
      const review = accessReview(identity, check, namespace);
      const path = `${AUTHORIZATION}/subjectaccessreviews`;
      const answer = await cluster.send({ method: "POST", path, body: review });
      const { status } = demand(answer) as V1SubjectAccessReview;
      return { allowed: status?.allowed ?? false, reason: status?.reason ?? "" };
    },
    rules: async (identity, namespace) => {
      asked++;
      const review: V1SelfSubjectRulesReview = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectRulesReview",
        spec: { namespace },
      };
      const path = `${AUTHORIZATION}/selfsubjectrulesreviews`;
      const answer = await cluster.send({ method: "POST", path, body: review, as: identity });
      const { status } = demand(answer) as V1SelfSubjectRulesReview;
      return ruleSet(status);
    },
  };
}

function accessReview({ user, groups }: Identity, check: Check, namespace: string): V1SubjectAccessReview {
  const { verb, group, resource, subresource, name } = check;
  const where = check.namespace === undefined ? namespace : check.namespace;
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: {
      user,
      groups: [...groups],
      resourceAttributes: {
        verb,
        group,
        resource,
        ...(where !== null && { namespace: where }),
        ...(subresource !== undefined && { subresource }),
        ...(name !== undefined && { name }),
      },
    },
  };
}

function demand(answer: ClusterAnswer): unknown {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  const wayOut =
    answer.status === 403
      ? " The audit needs an administrator's kubeconfig: it asks about others and acts as them."
      : "";
  throw new FleetError(`The API server refused a review (${answer.status}): ${messageOf(answer)}.${wayOut}`);
}
