// What Pulumi takes in a folder before index.ts, so that an old Node says what is wrong.
import "./node-version.cjs";

export default await import("./index.ts");
