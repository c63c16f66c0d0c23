// Pulumi starts this file, so that an old Node gives a clear error. The program is index.ts.
import "./node-version.cjs";

export default await import("./index.ts");
