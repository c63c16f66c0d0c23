// What Pulumi starts, so that an old Node says what is wrong; the program is index.ts.
import "./node-version.cjs";

export default await import("./index.ts");
