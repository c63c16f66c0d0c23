import { matching } from "./patterns.ts";

/** `owner/name` as GitHub allows them. */
export const githubRepository = matching(
  /^(?!-)[A-Za-z0-9-]{1,39}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
  'is no GitHub repository: write it as "owner/name", without a host or ".git".',
).refine((name) => !name.endsWith(".git"), 'ends in ".git": write the repository as "owner/name".');

/** The longest name of a repository that registries and clients take, host included. */
export const IMAGE_LIMIT = 255;

/** An image repository without scheme, tag or digest: the form Kargo's admission accepts, which knows no `--`. */
export const imageRepository = matching(
  /^[a-z0-9]+([.-][a-z0-9]+)*(:[0-9]{1,5})?(\/[a-z0-9]+((\.|_|__|-)[a-z0-9]+)*)+$/,
  "is no image repository: write host/path in lower case, without scheme, tag or digest, and without --.",
).refine((image) => image.length <= IMAGE_LIMIT, {
  error: `is longer than ${IMAGE_LIMIT} characters: no registry takes that`,
});
