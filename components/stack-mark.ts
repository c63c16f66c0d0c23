import type * as pulumi from "@pulumi/pulumi";
import { STACK_LABEL, stackLabel } from "../manifests/objects.ts";

/**
 * Labels every Kubernetes object below a component with its stack. It is a transformation, so no object is
 * forgotten. The output of `fleet render` has no such label, because no stack owns it.
 */
export function stackMark(stack: string): pulumi.ResourceTransformation {
  const mark = { [STACK_LABEL]: stackLabel(stack) };
  return ({ type, props, opts }) => {
    if (!type.startsWith("kubernetes:")) return undefined;
    const { metadata } = props as { metadata?: { labels?: object } };
    return { props: { ...props, metadata: { ...metadata, labels: { ...metadata?.labels, ...mark } } }, opts };
  };
}
