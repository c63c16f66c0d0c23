import { nameProblem } from "./names.ts";
import { matching, ruled } from "./patterns.ts";

/* Names that the API server accepts: k8s.io/apimachinery/pkg/util/validation. */

const LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const SUBDOMAIN = `(?=.{1,253}$)${LABEL}(\\.${LABEL})*`;
const PART = "[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?";

/** A DNS label (RFC 1123): services, teams, stages, namespaces. names.ts has the limits of derived names. */
export const dnsLabel = ruled(nameProblem);

/** A DNS subdomain (RFC 1123): Secrets, classes, Gateways and most other objects. */
export const objectName = matching(
  new RegExp(`^${SUBDOMAIN}$`),
  'is not a valid name of a Kubernetes object (RFC 1123): lower case, digits, "-" and ".", a letter or digit at both ends.',
);

/** Whether a text is a host name and no IP address, as an Ingress and an HTTPRoute require. */
export function isHostName(host: string): boolean {
  return new RegExp(`^${SUBDOMAIN}$`).test(host) && !/^[0-9.]+$/.test(host);
}

/** A qualified name: the key of a label or an annotation. */
export const labelKey = matching(
  new RegExp(`^((?=.{1,253}/)${LABEL}(\\.${LABEL})*/)?${PART}$`),
  "is not a valid key of a Kubernetes label or annotation: a name of at most 63 letters, digits, '-', '_' or '.', and before it perhaps a host and a slash.",
);

export const labelValue = matching(
  new RegExp(`^(${PART})?$`),
  "is not a valid Kubernetes label value: at most 63 letters, digits, '-', '_' or '.', a letter or digit at both ends.",
);
