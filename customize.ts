import { customize } from "./manifests/inventory/customize.ts";

// What your platform team changes of the program's objects, and what it adds to each service: docs/customize.md.
customize({});
