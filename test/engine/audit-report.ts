import assert from "node:assert/strict";
import type { Finding } from "../../fleet/audit/finding.ts";
import type { Ended } from "./commands.ts";
import type { FleetStack } from "./fleet-stack.ts";

/** The sandbox's identity, whose rights are not in the plan. */
const KNOWN = ["--known", "user sandbox-argo-events"];

/** The fields of `--json` that these tests read. */
export interface Report {
  readonly right: boolean;
  readonly objects: number;
  readonly bindings: number;
  readonly known: readonly string[];
  readonly matrix: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly findings: readonly Finding[];
  readonly warnings: readonly string[];
  readonly attempts: {
    readonly asExpected: number;
    readonly wrong: readonly { what: string; who: string; namespace: string }[];
    readonly notTried: readonly { what: string; because: string }[];
  };
}

/** Runs `fleet audit` on a stack: as a person reads it, and its `--json` with the exit code. */
export function auditOf(stackOf: () => FleetStack) {
  const audit = (...args: readonly string[]): Promise<Ended> =>
    stackOf().fleet("audit", "--kubeconfig", stackOf().admin, ...KNOWN, ...args);
  const report = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await audit("--json", ...args);
    assert.ok(stdout.startsWith("{"), stderr);
    return { ...(JSON.parse(stdout) as Report), code };
  };
  return { audit, report };
}
