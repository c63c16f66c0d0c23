import { writeFileSync } from "node:fs";
import { catalogueJsonSchema } from "../model/catalogue-schema.ts";

/* `npm run schema`: writes services.schema.json, which editors read beside services.json. */

writeFileSync("services.schema.json", `${JSON.stringify(catalogueJsonSchema(), null, 2)}\n`);
