import { createHash } from "node:crypto";
import type { Case } from "./cases.ts";

/** What Argo Events' own code answered to a case. */
export interface Recorded {
  readonly name: string;
  /** A digest of what was asked: an answer to another question proves nothing. */
  readonly question: string;
  /** Its message, where it does not run these objects at all. */
  readonly refused?: string;
  readonly status?: number;
  /** Of the triggers that wait for the event, and of the dead ones, in their order. */
  readonly triggers?: readonly {
    readonly trigger: string;
    readonly result: string;
    readonly object?: object;
  }[];
}

export function digestOf({ objects, delivery }: Case): string {
  const body = Buffer.from(delivery.body).toString("base64");
  return createHash("sha256")
    .update(JSON.stringify({ objects, delivery: { ...delivery, body } }))
    .digest("base64url")
    .slice(0, 16);
}
