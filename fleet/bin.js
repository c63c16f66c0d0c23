#!/usr/bin/env node
// `npx fleet <command>`. An old Node gives a clear error.
import "../node-version.cjs";

await import("./main.ts");
