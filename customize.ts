import { customize } from "./manifests/inventory/customize.ts";

// Your platform team's changes of the program's objects, and objects to add to each service. See docs/customize.md.
customize({});
