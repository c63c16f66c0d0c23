import "../customize.ts";

/** The objects that an administrator applies for the deployer; the sandbox applies the same. */
export { deployerObjects, previewerObjects } from "../manifests/deployer.ts";
