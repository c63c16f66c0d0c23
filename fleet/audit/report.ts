import { clipped, visible } from "../report/escape.ts";
import { drawMatrix, LEGEND, type Paint } from "./draw-matrix.ts";
import type { Finding } from "./finding.ts";
import type { Inspection } from "./inspection.ts";
import type { Matrix } from "./matrix.ts";
import type { Probe } from "./probes.ts";

/** The result of an audit. */
export interface Audit extends Inspection {
  readonly stack: string;
  readonly context: string;
  readonly matrix: Matrix;
  readonly milliseconds: number;
  readonly probes: readonly Probe[];
  /** Versions with known advisories, which are dangerous even if access is right. */
  readonly warnings: readonly string[];
}

export function isRight({ findings, probes }: Audit): boolean {
  return findings.length === 0 && probes.every(({ outcome }) => outcome !== "wrong");
}

/** The audit as JSON, with the number of successful attempts. */
export function auditJson(audit: Audit): string {
  const { matrix, probes, ...rest } = audit;
  const cells = Object.fromEntries([...matrix].map(([row, cells]) => [row, Object.fromEntries(cells)]));
  const attempts = {
    asExpected: probes.filter(({ outcome }) => outcome === "as expected").length,
    wrong: probes.filter(({ outcome }) => outcome === "wrong"),
    notTried: probes.filter(({ outcome }) => outcome === "not tried"),
  };
  return JSON.stringify({ right: isRight(audit), ...rest, matrix: cells, attempts }, null, 2);
}

/** The limits of an audit, so that nobody expects more from it. */
const NOT_CHECKED =
  "Not checked: authorizers other than RBAC, Argo CD's own accounts and argocd-rbac-cm, admission webhooks, the content of Secrets, network policies of other API groups.";

/** The audit as text: the matrix, the checked objects, the attempts by kind, then the findings. */
export function auditText(audit: Audit, width: number, paint: Paint): string {
  const { stack, context, matrix, milliseconds, findings, probes, warnings, known } = audit;
  const { objects, bindings, namespaces, customised } = audit;
  const seconds = (milliseconds / 1000).toFixed(1);
  const wrongProbes = probes.filter(({ outcome }) => outcome === "wrong");
  const wrong = [...findings.map(findingText), ...wrongProbes.map(probeText)];
  const expected = known.length === 0 ? "nobody" : visible(known.join(", "));
  return [
    `Who may do what in stack ${stack}, context ${context}`,
    drawMatrix(matrix, width, paint),
    LEGEND,
    [
      `Checked in ${seconds} s: ${objects} objects that decide about access, and ${bindings} bindings that reach ${namespaces} namespaces.`,
      `Expected subjects with rights there, beside those of the plan: ${expected}.`,
      ...(customised === undefined ? [] : [`Customised: ${visible(customised)}`]),
      NOT_CHECKED,
    ].join("\n"),
    `Attempts to bypass the guard, as dry runs:\n${kinds(probes, paint).join("\n")}`,
    ...(warnings.length === 0 ? [] : [`${paint("red", "Warnings:")}\n  ${warnings.join("\n  ")}`]),
    wrong.length === 0
      ? paint("green", verdict(audit))
      : `${paint("red", `${wrong.length} wrong:`)}\n${wrong.join("\n")}`,
  ].join("\n\n");
}

/** The verdict covers only what was checked. */
function verdict({ objects, namespaces, probes }: Audit): string {
  const tried = probes.filter(({ outcome }) => outcome === "as expected").length;
  return `The ${objects} objects are as planned. In the ${namespaces} namespaces RBAC gives rights that matter only to the plan's subjects and those named above. ${tried} attempts had the expected result.`;
}

/** Text from the cluster may be long and contain terminal escape sequences. */
function shown(text: string): string {
  return visible(clipped(text));
}

function findingText({ where, who, what, because }: Finding): string {
  return `  ${where}  ${shown([...who, what].join(", "))}\n      ${shown(because)}`;
}

function probeText({ who, what, namespace, expected, because }: Probe): string {
  return `  ${namespace}  ${who}  ${what}\n      should be ${expected}, but the API server said: ${shown(because)}`;
}

/** One line per kind of attempt. */
function kinds(probes: readonly Probe[], paint: Paint): string[] {
  return [...Map.groupBy(probes, ({ what }) => what)].map(([what, all]) => {
    const count = (outcome: Probe["outcome"]) => all.filter((probe) => probe.outcome === outcome).length;
    const right = count("as expected");
    const idle = all.filter(({ outcome }) => outcome === "not tried");
    const expected = all[0]?.expected ?? "refused";
    const parts = [
      ...(right > 0 ? [`${expected} ${right} of ${all.length - idle.length}`] : []),
      ...(count("wrong") > 0 ? [paint("red", `${count("wrong")} wrong`)] : []),
      ...(idle.length > 0 ? [`not tried ${idle.length} times (${idle[0]?.because})`] : []),
    ];
    return `  ${what}: ${parts.join(", ")}`;
  });
}
