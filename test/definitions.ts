import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { parse } from "yaml";
import type { KubernetesObject } from "../manifests/objects.ts";
import { downloadReleases } from "../sandbox/crds/download.ts";
import { readFolder } from "../sandbox/crds/folder.ts";
import { nameOf, RELEASES } from "../sandbox/crds/releases.ts";

/** The definitions at hand, as a check that needs no API server. */
export interface Definitions {
  /** Where they come from, in words: which, and for which kinds there are none. */
  readonly source: string;
  /** The kinds that are checked. */
  readonly kinds: readonly string[];
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

/** Reads the definitions where the sandbox reads them: `CRDS_DIR`, else the pinned releases or their cached files. */
export async function readDefinitions(environment: NodeJS.ProcessEnv = process.env): Promise<Definitions> {
  const texts = await definitionTexts(environment);
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
  const missing = WRITTEN.length - texts.size;
  const place = environment.CRDS_DIR ? "CRDS_DIR" : "the pinned releases";
  return {
    source: missing === 0 ? place : `${place}, without ${missing} of ${WRITTEN.length}`,
    kinds: [...checks.keys()].map((key) => key.split(" ")[1] ?? key),
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

/** The kinds that this project writes. */
const WRITTEN = RELEASES.flatMap((release) =>
  release.definitions
    .filter(({ kind }) =>
      [
        "Project",
        "ProjectConfig",
        "Warehouse",
        "Stage",
        "ClusterPromotionTask",
        "AppProject",
        "Application",
      ].includes(kind),
    )
    .map((definition) => ({ name: nameOf(release, definition), sha256: definition.sha256 })),
);

/** The definitions of the kinds that this project writes, those that can be had here: name in the cluster → text. */
export async function definitionTexts(environment: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, string>> {
  const folder = environment.CRDS_DIR;
  const found = folder ? await readFolder(folder) : undefined;
  const { texts } = found ? { texts: found } : await downloadReleases(environment, RELEASES);
  return new Map(
    WRITTEN.flatMap(({ name, sha256 }) => {
      const text = texts.get(found ? name : sha256);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
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
