import type { ClusterRequest } from "../../../fleet/cluster.ts";
import { KARGO } from "../access-world.ts";
import { patch } from "../requests.ts";
import { create, inside, repository } from "./attack.ts";

const stage = inside("kargo-nginx", "stages/dev", KARGO);
const sent = (vars: readonly object[], more: object = {}) => ({
  spec: {
    promotionTemplate: {
      spec: {
        steps: [
          { task: { name: "kargo-fleet-promote-v1", kind: "ClusterPromotionTask" }, as: "x", vars, ...more },
        ],
      },
    },
  },
});

const withVariable = (name: string, value: string) => patch(stage, sent([{ name, value }]));

/** Attacks on what Kargo promotes. */
export const ON_KARGO: Readonly<Record<string, ClusterRequest>> = {
  promote: create(inside("kargo-nginx", "promotions", KARGO), "prod.x", {
    spec: { stage: "prod", freight: "abc", steps: [{ uses: "git-clone" }] },
  }),
  "read a shared Secret by a Stage": withVariable("image", "${{ sharedSecret('x') }}"),
  "have a Stage promote an image from elsewhere beside its own": withVariable(
    "images",
    "web=registry.example/nginx worker=evil.example/nginx",
  ),
  "send the Git credential to another repository": withVariable("repoURL", repository.repoURL),
  "send the token of commit statuses to another part of GitHub": withVariable("source", "acme/nginx/hooks?"),
  "send the token of commit statuses above a repository": withVariable("source", "acme/.."),
  "give a Stage steps of its own": patch(stage, {
    spec: {
      promotionTemplate: { spec: { steps: [{ uses: "http", config: { url: "https://example.com" } }] } },
    },
  }),
  "give a Stage a task of its own": patch(stage, sent([], { task: { name: "mine", kind: "PromotionTask" } })),
  "change the steps of all promotions": patch(`${KARGO}/clusterpromotiontasks/kargo-fleet-promote-v1`, {
    spec: { steps: [{ uses: "http" }] },
  }),
  "make a task of its own": create(`${KARGO}/clusterpromotiontasks`, "mine", {
    spec: { steps: [{ uses: "http" }] },
  }),
  "deploy an image from anywhere": patch(inside("kargo-nginx", "warehouses/nginx", KARGO), {
    spec: { subscriptions: [{ image: { repoURL: "registry.example.evil/nginx" } }] },
  }),
  "have a Warehouse read a repository": patch(inside("kargo-nginx", "warehouses/nginx", KARGO), {
    spec: { subscriptions: [{ git: repository }] },
  }),
  "take a receiver of its own": patch(inside("kargo-nginx", "projectconfigs/kargo-nginx", KARGO), {
    spec: { webhookReceivers: [{ name: "mine", github: { secretRef: { name: "mine" } } }] },
  }),
  "take a receiver for the cluster": create(`${KARGO}/clusterconfigs`, "cluster", { spec: {} }),
};
