import { NAME_LIMIT, stableHash } from "./names.ts";

/** The prefix of the program's own labels and annotations. */
const PREFIX = "kargo-fleet";

/**
 * Prefixes of earlier versions. Keep one here until every stack had an `up` with the new prefix: the guard lets the
 * deployer remove its labels.
 */
const FORMER_PREFIXES: readonly string[] = [];

/** The label with the service that an object belongs to. */
export const SERVICE_LABEL = `${PREFIX}/service`;
/** The label with the team that owns the service. */
export const TEAM_LABEL = `${PREFIX}/team`;
/** The label with the stack that owns an object; `recover` and `adopt` import nothing of another stack. */
export const STACK_LABEL = `${PREFIX}/stack`;
/** The labels that the program sets on a service's namespace, now and in earlier versions. */
export const OWN_NAMESPACE_LABELS: readonly string[] = [PREFIX, ...FORMER_PREFIXES].flatMap((prefix) =>
  [SERVICE_LABEL, STACK_LABEL, TEAM_LABEL].map((label) => label.replace(PREFIX, prefix)),
);
/** The label of a build's pods with the step that they run. */
export const STEP_LABEL = `${PREFIX}/step`;
/** The annotation that restarts an EventSource when the secrets of its webhooks change. */
export const SECRETS_ANNOTATION = `${PREFIX}/secrets`;

/**
 * A stack's name as a label value, which is shorter and must end in a letter or digit. A name that is no valid
 * label value is cut and gets a hash.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function stackLabel(stack: string): string {
  if (stack.length <= NAME_LIMIT && /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(stack)) return stack;
  const start = stack.slice(0, 50).replace(/^[^A-Za-z0-9]+/, "");
  return `${start}-${stableHash("stack", stack).toString(36)}`.replace(/^-/, "");
}
