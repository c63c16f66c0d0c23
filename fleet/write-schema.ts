import { writeFileSync } from "node:fs";
import { catalogueJsonSchema, includedJsonSchema } from "../model/catalogue-schema.ts";

/* `npm run schema`: writes the JSON Schemas for `services.json` and its included files. */

const write = (file: string, schema: object) => writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);

write("services.schema.json", catalogueJsonSchema());
write("included.schema.json", includedJsonSchema());
