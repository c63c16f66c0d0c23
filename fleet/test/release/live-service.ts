import { type LiveFreight, type LiveStage, liveFreight, liveStage } from "../../status/live.ts";

/** The image of each {@link freight}. */
export const IMAGE = "registry.example/nginx:20261128133800-bbb1234";

export const ENTRY = {
  service: "nginx",
  stack: "prod-eu",
  project: "kargo-nginx",
  stage: "prod",
  freight: "new",
  images: [IMAGE],
  verifiedIn: ["staging"],
};

/** Freight that staging has verified. @param status Kargo's */
export function freight(name: string, status: object = {}, creationTimestamp = name): LiveFreight {
  return liveFreight({
    metadata: { name, creationTimestamp },
    images: [{ repoURL: "registry.example/nginx", tag: "20261128133800-bbb1234" }],
    status: { verifiedIn: { staging: {} }, ...status },
  });
}

/** @param current the name of its Freight */
export function stage(name: string, current?: string): LiveStage {
  const freightHistory = current === undefined ? [] : [{ items: { "Warehouse/nginx": { name: current } } }];
  return liveStage({ metadata: { name }, status: { freightHistory } });
}
