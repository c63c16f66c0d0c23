import { InvalidArgumentError } from "commander";
import { stringify } from "yaml";
import type { z } from "zod";
import { pinnedImage } from "../model/image.ts";
import { objectName } from "../model/kubernetes-names.ts";
import { quantity } from "../model/quantity.ts";
import { command, flag, option, required } from "./command.ts";
import { clusterResources } from "./operator/cluster-stacks.ts";
import { gitSource, httpsAddress } from "./operator/source.ts";
import { keysOfSecret, type StackResource } from "./operator/stack-resource.ts";
import { gitFiles } from "./preview/git-files.ts";

export const operatorCommand = command({
  name: "operator",
  description:
    "Prints a Stack resource for each stack of a cluster, for Pulumi's Kubernetes operator, as YAML.",
  argument: ["<stack>", "any stack of the cluster"],
  options: {
    image: required("<image>", "the image of the pods: Pulumi and Node, pinned by digest", by(pinnedImage)),
    commit: option("<ref>", "the commit to run; it must be on a remote branch", String, "HEAD"),
    repository: option("<url>", "clone from here (default: the remote origin)", https),
    gitToken: flag("the repository is private: use the key gitToken of the Secret"),
    secret: option("<name>", "the Secret with the stacks' secrets", by(objectName), "kargo-fleet"),
    backend: option("<url>", "where the state is (default: Pulumi Cloud)", backend),
    organization: option("<name>", "the organization in Pulumi Cloud (default: the token's)"),
    memory: option("<quantity>", "the memory of a pod, requested and limit", by(quantity), "2Gi"),
    cpu: option("<quantity>", "the CPU that a pod requests", by(quantity), "1"),
  },
  help: `
It reads all files from the commit, not from the working directory. The stack with the shared objects goes first: the
others name it as their prerequisite. The pods run as access.deployer, in its namespace. The output contains no secret;
the keys that the Secret must have are listed on standard error. docs/scale.md says when to use the operator.

Exit codes: 0 the resources were printed, 1 they could not be made.

Examples:
  npm run --silent fleet -- operator prod-eu --image "$IMAGE" | kubectl apply --server-side -f -
  npm run --silent fleet -- operator prod-eu --image "$IMAGE" --commit v1.4.0 --git-token --backend s3://acme-state`,
  run({ commit, repository, ...settings }, stack) {
    const source = gitSource(commit, repository);
    const prefix = source.folder === "" ? "" : `${source.folder}/`;
    const files = gitFiles(source.commit, prefix, source.commit.slice(0, 12));
    const resources = clusterResources(stack, files, { ...settings, source });
    process.stdout.write(resources.map((resource) => stringify(resource, { lineWidth: 0 })).join("---\n"));
    process.stderr.write(note(resources, settings.secret));
  },
});

function note(resources: readonly StackResource[], secret: string): string {
  const [first] = resources;
  const count = resources.length === 1 ? "1 stack" : `${resources.length} stacks`;
  return (
    `${count} at commit ${first?.spec.commit.slice(0, 12)}; ${first?.spec.stack} goes first.\n` +
    `The Secret ${first?.metadata.namespace}/${secret} must have: ${keysOfSecret(resources).join(", ")}.\n`
  );
}

/** A parser of an option by a schema of the model. */
function by(schema: z.ZodType): (text: string) => string {
  return (text) => {
    const { success, error } = schema.safeParse(text);
    if (success) return text;
    throw new InvalidArgumentError(`${JSON.stringify(text)} ${error.issues[0]?.message}`);
  };
}

function https(url: string): string {
  if (url.startsWith("https://") && httpsAddress(url) === url) return url;
  throw new InvalidArgumentError(
    "Write an https address without user and password; --git-token adds a token.",
  );
}

function backend(url: string): string {
  const { password, searchParams } = URL.parse(url) ?? { password: "?" };
  if (/^(https|s3|gs|azblob|postgres):\/\//.test(url) && password === "" && !searchParams?.has("password"))
    return url;
  throw new InvalidArgumentError(
    "Write https://, s3://, gs://, azblob:// or postgres://, without a password. A file would be lost with its pod.",
  );
}
