/** What an administrator applies once so that an identity can deploy; the sandbox applies the same. */
export { deployerObjects, previewerObjects } from "../manifests/deployer.ts";
