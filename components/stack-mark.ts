import type * as pulumi from "@pulumi/pulumi";
import { STACK_LABEL, stackLabel } from "../manifests/objects.ts";

/**
 * Labels every Kubernetes object below a component with the stack that owns it. As a transformation, so that no object
 * can be forgotten; what `fleet render` prints carries no such label, since then no stack owns it.
 */
export function stackMark(stack: string): pulumi.ResourceTransformation {
  const mark = { [STACK_LABEL]: stackLabel(stack) };
  return ({ type, props, opts }) => {
    if (!type.startsWith("kubernetes:")) return undefined;
    const { metadata } = props as { metadata?: { labels?: object } };
    return { props: { ...props, metadata: { ...metadata, labels: { ...metadata?.labels, ...mark } } }, opts };
  };
}
