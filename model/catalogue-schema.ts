import { z } from "zod";
import { catalogueSchema } from "./catalogue.ts";
import { includedSchema } from "./included-files.ts";

/**
 * The JSON Schema of `services.json`, with which editors complete and explain. References, name collisions and
 * graphs are checked by the program only.
 * @see https://json-schema.org/draft/2020-12
 */
export function catalogueJsonSchema(): object {
  const schema = z.toJSONSchema(catalogueSchema, { io: "input" });
  return {
    ...schema,
    title: "services.json of kargo-fleet",
    description: "The teams and services of a company. Written by npm run schema from the checks themselves.",
  };
}

/** The JSON Schema of a file that `services.json` includes. */
export function includedJsonSchema(): object {
  return {
    ...z.toJSONSchema(includedSchema, { io: "input" }),
    title: "A file that services.json of kargo-fleet includes",
    description: "The services of one team. Written by npm run schema from the checks themselves.",
  };
}
