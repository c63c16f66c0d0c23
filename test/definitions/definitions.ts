import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { parse } from "yaml";
import type { KubernetesObject } from "../../manifests/objects.ts";
import { WRITTEN } from "../../sandbox/crds/generate-types.ts";
import { definitionTexts } from "../../sandbox/crds/texts.ts";

/** Validates objects against the definitions of this project's kinds, without an API server. */
export interface Definitions {
  /** All violations of an object's definition, including unknown fields. */
  problems(object: KubernetesObject): string[];
}

/** An OpenAPI 3 schema of a definition. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly [keyword: string]: unknown;
}

/** Reads the definitions from the sandbox's places. */
export async function readDefinitions(environment: NodeJS.ProcessEnv = process.env): Promise<Definitions> {
  const texts = await definitionTexts(environment, WRITTEN);
  const checks = new Map<string, ValidateFunction>();
  const ajv = formats.default(
    new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, logger: false }),
  );
  for (const text of texts.values()) {
    const { spec } = parse(text) as {
      spec: { group: string; names: { kind: string }; versions: { schema: { openAPIV3Schema: Schema } }[] };
    };
    const schema = spec.versions[0]?.schema.openAPIV3Schema;
    if (schema) checks.set(`${spec.group} ${spec.names.kind}`, ajv.compile(strict(withoutStatus(schema))));
  }
  return {
    problems: (object) => {
      const check = checks.get(`${object.apiVersion.split("/")[0]} ${object.kind}`);
      if (check === undefined || check(object)) return [];
      return (check.errors ?? []).map(
        ({ instancePath, message, params }) =>
          `${instancePath} ${message} ${JSON.stringify(params).slice(0, 120)}`,
      );
    },
  };
}

/** Drops the status, which only controllers write and which is slow to compile. */
function withoutStatus(schema: Schema): Schema {
  const { status: _, operation: __, ...properties } = schema.properties ?? {};
  return {
    ...schema,
    properties: { ...properties, metadata: { type: "object", additionalProperties: true } },
  };
}

/** Makes unknown fields an error, as strict validation in the API server does. */
function strict(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, strict(inner)])),
      additionalProperties: open ? true : additionalProperties ? strict(Object(additionalProperties)) : false,
    }),
    ...(!properties &&
      typeof additionalProperties === "object" && { additionalProperties: strict(additionalProperties) }),
    ...(items && { items: strict(items) }),
  };
}
