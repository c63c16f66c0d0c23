import { InvalidArgumentError } from "commander";
import type { LiveObject } from "./live-objects.ts";

/** A subject of a binding. */
interface BoundSubject {
  readonly kind: string;
  readonly name: string;
  /** Only for a ServiceAccount. */
  readonly namespace?: string | undefined;
}

/**
 * `group AD-Edge`, `user jane`, `ServiceAccount kargo/kargo-api`. A binding may also name a ServiceAccount by its
 * user name.
 */
export function labelOf({ kind, name, namespace }: BoundSubject): string {
  if (kind === "ServiceAccount") return `ServiceAccount ${namespace ?? ""}/${name}`;
  if (kind === "Group") return `group ${name}`;
  const [, account] = /^system:serviceaccount:([^:]+:[^:]+)$/.exec(name) ?? [];
  return account === undefined ? `user ${name}` : `ServiceAccount ${account.replace(":", "/")}`;
}

/** The subjects of a binding. */
export function subjectsOf(binding: LiveObject): readonly BoundSubject[] {
  const { subjects } = binding as { readonly subjects?: readonly BoundSubject[] };
  return subjects ?? [];
}

/** Parses a subject in the form of {@link labelOf}; the kind is case-insensitive. */
export function readSubject(text: string, previous: readonly string[] = []): readonly string[] {
  const [, kind = "", name = ""] = /^(group|user|serviceaccount) +(.+)$/i.exec(text.trim()) ?? [];
  const [, namespace, account = ""] = /^([^/ ]+)\/([^/ ]+)$/.exec(name) ?? [];
  switch (kind.toLowerCase()) {
    case "group":
      return [...previous, labelOf({ kind: "Group", name })];
    case "user":
      return [...previous, labelOf({ kind: "User", name })];
    case "serviceaccount":
      if (namespace !== undefined)
        return [...previous, labelOf({ kind: "ServiceAccount", name: account, namespace })];
  }
  throw new InvalidArgumentError(
    'Write it as "group <name>", "user <name>" or "ServiceAccount <namespace>/<name>".',
  );
}
