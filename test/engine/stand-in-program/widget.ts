import { applyAs, kubectl } from "./kubectl.ts";

/** The apiVersion of the kind that these tests define, a namespaced Widget. */
export const widgetVersion = "stand-in.example.dev/v1";

/** The definition of Widget: `size` is defaulted to 3 and at least 1, `colour` is red or blue. */
export const widgetDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.stand-in.example.dev" },
  spec: {
    group: "stand-in.example.dev",
    names: { kind: "Widget", plural: "widgets" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                required: ["colour"],
                properties: {
                  size: { type: "integer", minimum: 1, default: 3 },
                  colour: { type: "string", enum: ["red", "blue"] },
                  note: { type: "string" },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Defines Widget in the shared control plane and waits until it is served. */
export async function defineWidget(): Promise<void> {
  await applyAs("test", widgetDefinition);
  await kubectl("wait", "--for=condition=Established", `crd/${widgetDefinition.metadata.name}`);
}
