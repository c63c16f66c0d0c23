import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { parse } from "yaml";
import type { KubernetesObject } from "../../manifests/objects.ts";
import { WRITTEN } from "../../sandbox/crds/generate-types.ts";
import { definitionTexts } from "../../sandbox/crds/texts.ts";

/** The definitions of the kinds that this project writes, as a check that needs no API server. */
export interface Definitions {
  /** Everything in an object that its definition refuses, fields that it does not know included. */
  problems(object: KubernetesObject): string[];
}

/** A schema of OpenAPI 3 as definitions have it. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly [keyword: string]: unknown;
}

/** Reads the definitions where the sandbox reads them. */
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
  const checkOf = ({ apiVersion, kind }: KubernetesObject) =>
    checks.get(`${apiVersion.split("/")[0]} ${kind}`);
  return {
    problems: (object) => {
      const check = checkOf(object);
      if (check === undefined || check(object)) return [];
      return (check.errors ?? []).map(
        ({ instancePath, message, params }) =>
          `${instancePath} ${message} ${JSON.stringify(params).slice(0, 120)}`,
      );
    },
  };
}

/** What nobody but a controller writes takes long to compile. */
function withoutStatus(schema: Schema): Schema {
  const { status: _, operation: __, ...properties } = schema.properties ?? {};
  return {
    ...schema,
    properties: { ...properties, metadata: { type: "object", additionalProperties: true } },
  };
}

/** The API server drops fields that a definition does not know, or refuses them when asked to: here they are refused. */
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
