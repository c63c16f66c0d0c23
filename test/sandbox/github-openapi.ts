import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { JSONStringify } from "json-with-bigint";
import { z } from "zod";

const reference = z.object({ $ref: z.string() });
const responseSchema = z.object({
  content: z.record(z.string(), z.object({ schema: z.unknown() })).optional(),
});
const operationSchema = z.object({ responses: z.record(z.string(), z.union([reference, responseSchema])) });
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z
    .object({ responses: z.record(z.string(), responseSchema), schemas: z.record(z.string(), z.unknown()) })
    .loose(),
});

const file = fileURLToPath(import.meta.resolve("@octokit/openapi/generated/api.github.com.json"));

const eventsFile = fileURLToPath(import.meta.resolve("@octokit/webhooks-schemas"));

/** The document is 13 MB: it is read once, and schemas are compiled only when a test asks for them. */
let loaded: { document: z.infer<typeof documentSchema>; ajv: Ajv } | undefined;

/**
 * A validator for the body that GitHub documents for an operation and a status.
 *
 * @param operation - as the documentation writes it: `GET /repos/{owner}/{repo}/hooks`
 * @param status - the HTTP status, which must be documented for the operation and have a JSON body
 * @returns a function that lists what is wrong with a body; an empty list is a body that fits
 */
export function documentedAnswer(operation: string, status: number): (body: unknown) => string[] {
  loaded ??= load();
  const { document, ajv } = loaded;
  const [method = "", path = ""] = operation.split(" ");
  const described = document.paths[path]?.[method.toLowerCase()];
  if (described === undefined) throw new Error(`GitHub documents no ${operation}`);
  const response = operationSchema.parse(described).responses[String(status)];
  if (response === undefined) throw new Error(`GitHub documents no ${status} for ${operation}`);
  const resolved = "$ref" in response ? document.components.responses[nameOf(response.$ref)] : response;
  const schema = resolved?.content?.["application/json"]?.schema;
  if (schema === undefined)
    throw new Error(`GitHub documents no JSON body for the ${status} of ${operation}`);
  const validate = ajv.compile(pointed(schema));
  return (body) => {
    if (validate(withNumbers(body))) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message }) => `${instancePath || "/"} ${message ?? ""}`,
    );
  };
}

/**
 * A validator for the payload of a webhook event, by both descriptions that there are: the one of GitHub's API, and
 * the stricter one that was made from what GitHub sends.
 *
 * @param event - `push`, `ping`
 * @returns as {@link documentedAnswer}
 */
export function documentedEvent(event: string): (payload: unknown) => string[] {
  loaded ??= load();
  const { document, ajv } = loaded;
  const described = document.components.schemas[`webhook-${event}`];
  if (described === undefined) throw new Error(`GitHub documents no event ${event}`);
  const validators = [
    ajv.compile(pointed(described)),
    ajv.compile({ $ref: `events#/definitions/${event}$event` }),
  ];
  return (payload) =>
    validators.flatMap((validate) => {
      if (validate(payload)) return [];
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) =>
          `${instancePath || "/"} ${message ?? ""} ${JSON.stringify(params)}`,
      );
    });
}

function load() {
  const raw: unknown = JSON.parse(readFileSync(file, "utf8"));
  const document = documentSchema.parse(raw);
  const ajv = new Ajv({ strict: false, allErrors: true, discriminator: false, validateSchema: false });
  addFormats.default(ajv);
  ajv.addFormat("timestamp", true);
  ajv.addFormat("uri-template", true);
  ajv.addSchema({ components: asJsonSchema(document.components) }, "github");
  const events: unknown = JSON.parse(readFileSync(eventsFile, "utf8"));
  // Without its list of all events, every one of which ajv would compile for the first that is asked for.
  ajv.addSchema(z.object({ definitions: z.looseObject({}) }).parse(events), "events");
  return { document, ajv };
}

/** A schema of its own that finds the components in the document it was cut from. */
function pointed(schema: unknown): object {
  const text = JSON.stringify(asJsonSchema(schema)).replaceAll('"#/components/', '"github#/components/');
  return z.looseObject({}).parse(JSON.parse(text));
}

/**
 * OpenAPI 3.0 writes "or null" beside a type; JSON Schema, which ajv speaks, writes it as an alternative. And where
 * GitHub writes that exactly one alternative fits, they overlap: every error body is two of them.
 */
function asJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(asJsonSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => {
    return [key === "oneOf" && Array.isArray(value) ? "anyOf" : key, asJsonSchema(value)] as const;
  });
  const { nullable, ...rest }: Record<string, unknown> = Object.fromEntries(entries);
  return nullable === true ? { anyOf: [{ type: "null" }, rest] } : Object.fromEntries(entries);
}

/** ajv takes no bigint for an integer, and how large one is matters to no shape. */
function withNumbers(body: unknown): unknown {
  return JSON.parse(JSONStringify(body));
}

function nameOf(ref: string): string {
  return ref.split("/").at(-1) ?? "";
}
