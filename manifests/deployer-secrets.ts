import { CREDENTIAL_NAMES } from "../model/credentials.ts";
import { buildNamespace } from "../model/names.ts";
import { RECEIVER_SECRET } from "./build-steps.ts";
import { SHARED_NAMESPACE } from "./credentials.ts";
import { RECEIVER, SYSTEM_NAMESPACE } from "./kargo-receiver.ts";

/** The Secrets in namespaces that hold others' too: an administrator makes them, the program fills them. */
export function secretsToFill(teams: readonly string[]): readonly { namespace: string; name: string }[] {
  return [
    ...CREDENTIAL_NAMES.map((name) => ({ namespace: SHARED_NAMESPACE, name })),
    { namespace: SYSTEM_NAMESPACE, name: RECEIVER },
    ...teams.map((team) => ({ namespace: buildNamespace(team), name: RECEIVER_SECRET.name })),
  ];
}
