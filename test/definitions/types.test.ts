import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Application, appProject } from "../../manifests/argo-cd.ts";
import type { ApplicationDefinition, AppProjectDefinition } from "../../manifests/definitions/argo-cd.ts";
import type {
  ClusterPromotionTaskDefinition,
  ProjectConfigDefinition,
  StageDefinition,
  WarehouseDefinition,
} from "../../manifests/definitions/kargo.ts";
import type { Defined, Surplus } from "../../manifests/definitions.ts";
import type { ProjectConfig, Stage, Warehouse } from "../../manifests/kargo.ts";
import type { ClusterPromotionTask } from "../../manifests/kargo-types.ts";
import { generatedTypes } from "../../sandbox/crds/generate-types.ts";

/** Fields of our objects that a definition lacks. If there is one, this does not compile. */
type Unknown =
  | Surplus<Body<ProjectConfig>, ProjectConfigDefinition, "ProjectConfig">
  | Surplus<Body<Warehouse>, WarehouseDefinition, "Warehouse">
  | Surplus<Body<Stage>, StageDefinition, "Stage">
  | Surplus<Body<ClusterPromotionTask>, ClusterPromotionTaskDefinition, "ClusterPromotionTask">
  | Surplus<Body<ReturnType<typeof appProject>>, AppProjectDefinition, "AppProject">
  | Surplus<Body<Application>, ApplicationDefinition, "Application">;

/** A kind without the metadata, which Kubernetes defines. */
type Body<Kind> = Omit<Kind, "metadata">;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

/** A type with misspelt fields. The two types after it do not compile either. */
interface Misspelt {
  readonly apiVersion: "kargo.akuity.io/v1alpha1";
  readonly kind: "Stage";
  readonly spec: {
    readonly requestedFrieght: readonly string[];
    readonly requestedFreight: readonly {
      readonly origin: { readonly kind: "Warehouse"; readonly nome: string };
    }[];
  };
}
// @ts-expect-error the definition requires an array
interface WrongType extends Defined<StageDefinition> {
  readonly spec: { readonly requestedFreight: string };
}
// @ts-expect-error the definition requires requestedFreight
interface Incomplete extends Defined<StageDefinition> {
  readonly spec: { readonly shard: string };
}

describe("the types of custom resources", function () {
  this.timeout(120_000);

  it("fit the definitions, and have no other fields", () => {
    const none = (field: Unknown): never => field;
    assert.equal(none.length, 1);
  });

  it("do not compile with a misspelt, wrong or missing field", () => {
    const found: Same<
      Surplus<Misspelt, StageDefinition>,
      ".spec.requestedFrieght" | ".spec.requestedFreight[].origin.nome"
    > = true;
    assert.ok(found);
    const broken: (WrongType | Incomplete)[] = [];
    assert.equal(broken.length, 0);
  });

  it("are the output of `npm run definitions` for the pinned releases", async () => {
    for (const [file, text] of await generatedTypes()) assert.equal(await readFile(file, "utf8"), text, file);
  });
});
