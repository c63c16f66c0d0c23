import { z } from "zod";
import { SERVICE_PIPELINE } from "../manifests/inventory/service.ts";
import { serviceArgsSchema } from "../model/service-args.ts";

/** A type in a Pulumi package schema. @see https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/ */
interface TypeSpec {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  readonly description?: string;
  readonly plain?: boolean;
}

interface ObjectSpec {
  readonly type: "object";
  readonly properties: Readonly<Record<string, TypeSpec>>;
  readonly required: readonly string[];
}

/** The parts of JSON Schema that are used here. */
interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | false;
}

const NAME = "kargo-fleet";
const TEXTS: TypeSpec = { type: "array", items: { type: "string" } };

/** The package schema of {@link ServicePipeline}. Its inputs come from the schema that checks the arguments. */
export function packageSchema(version: string): object {
  const types: Record<string, ObjectSpec> = {};
  const root = z.toJSONSchema(serviceArgsSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const { properties, required } = objectOf(root, "", types);
  const text: TypeSpec = { type: "string" };
  return {
    name: NAME,
    version,
    description: "Continuous promotion of one service with Kargo and Argo CD.",
    resources: {
      [SERVICE_PIPELINE]: {
        isComponent: true,
        inputProperties: properties,
        requiredInputs: required,
        properties: { namespace: text, project: text, applications: TEXTS, promote: TEXTS, sync: TEXTS },
        required: ["namespace", "project", "applications", "promote", "sync"],
      },
    },
    types,
  };
}

/** Names each object type after its path, because a package schema has no anonymous objects. */
function objectOf(
  { properties = {}, required = [] }: JsonSchema,
  path: string,
  types: Record<string, ObjectSpec>,
): ObjectSpec {
  const own = Object.entries(properties).map(([key, schema]) => {
    const description = schema.description === undefined ? {} : { description: schema.description };
    return [
      key,
      { ...typeOf(schema, path + key.charAt(0).toUpperCase() + key.slice(1), types), ...description },
    ];
  });
  return { type: "object", properties: Object.fromEntries(own), required };
}

function typeOf(schema: JsonSchema, path: string, types: Record<string, ObjectSpec>): TypeSpec {
  if (schema.type === "array") return { type: "array", items: typeOf(schema.items ?? {}, path, types) };
  if (schema.type === "object" && schema.properties) {
    const token = `${NAME}:index:${path}`;
    types[token] = objectOf(schema, path, types);
    return { $ref: `#/types/${token}` };
  }
  if (schema.type === "object")
    return { type: "object", additionalProperties: typeOf(schema.additionalProperties || {}, path, types) };
  if (schema.type !== undefined) return { type: schema.type };
  return { $ref: "pulumi.json#/Any" };
}
