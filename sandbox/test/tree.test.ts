import assert from "node:assert/strict";
import { application, appProject } from "../../manifests/argo-cd.ts";
import { project, projectConfig, projectNamespace, stage, warehouse } from "../../manifests/kargo.ts";
import { promotionTask } from "../../manifests/promotion-task.ts";
import { deployingStages } from "../../model/plan.ts";
import { servicePlan } from "../../test/sources.ts";
import { drawTree, type ObjectLists, treeOf } from "../tree.ts";

function listsOf(): ObjectLists {
  const plan = servicePlan();
  const lists = {
    namespaces: [projectNamespace(plan)],
    projects: [project(plan)],
    projectConfigs: [projectConfig(plan)],
    warehouses: [warehouse(plan)],
    stages: plan.stages.map((each) => stage(plan, each)).reverse(),
    promotionTasks: [promotionTask({ name: "kargo-fleet-promote-v1", version: "v1", by: "push" })],
    appProjects: [appProject(plan)],
    applications: deployingStages(plan).map((each) => application(plan, each)),
  };
  return JSON.parse(JSON.stringify(lists)) as ObjectLists;
}

describe("the tree of objects", () => {
  it("shows a service with its gates, and Stages in the order of promotion", () => {
    assert.equal(
      drawTree(treeOf(listsOf(), { "acme/nginx": ["https://hooks.acme.example/nginx"], "acme/gitops": [] })),
      `for all services
└─ ClusterPromotionTask kargo-fleet-promote-v1
nginx                            team edge
├─ Namespace kargo-nginx         Kargo Project of the same name
│  ├─ ProjectConfig kargo-nginx
│  ├─ Warehouse nginx            watches registry.example/nginx
│  ├─ Stage dev                  from the Warehouse; auto-promotion
│  ├─ Stage staging              from dev; auto-promotion
│  └─ Stage prod                 from staging; manual promotion
└─ Namespace argocd
   ├─ AppProject nginx
   ├─ Application nginx-dev      auto-sync
   ├─ Application nginx-staging  auto-sync
   └─ Application nginx-prod     manual sync
GitHub
└─ acme/nginx
   └─ webhook https://hooks.acme.example/nginx`,
    );
  });

  it("shows a Project that has lost its namespace", () => {
    assert.match(drawTree(treeOf({ ...listsOf(), namespaces: [] }, {})), /Namespace kargo-nginx +is missing/);
  });
});
