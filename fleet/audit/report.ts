import { drawMatrix, LEGEND, type Paint } from "./draw-matrix.ts";
import type { Finding } from "./findings.ts";
import type { Matrix } from "./matrix.ts";
import type { Probe } from "./probes.ts";

/** All that an audit found out. */
export interface Audit {
  readonly stack: string;
  readonly context: string;
  readonly matrix: Matrix;
  readonly cells: number;
  /** Questions that the API server was asked. */
  readonly asked: number;
  readonly milliseconds: number;
  readonly findings: readonly Finding[];
  readonly probes: readonly Probe[];
  /** What is dangerous though everybody may do what they should: versions with known advisories. */
  readonly warnings: readonly string[];
}

export function isRight({ findings, probes }: Audit): boolean {
  return findings.length === 0 && probes.every(({ outcome }) => outcome !== "wrong");
}

/** For machines: everything, the attempts that were as expected as a count. */
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

/** For people: the matrix, the attempts by kind, then each wrong cell. */
export function auditText(audit: Audit, width: number, paint: Paint): string {
  const { stack, context, matrix, cells, asked, milliseconds, findings, probes, warnings } = audit;
  const seconds = (milliseconds / 1000).toFixed(1);
  const wrongProbes = probes.filter(({ outcome }) => outcome === "wrong");
  const wrong = [...findings.map(findingText), ...wrongProbes.map(probeText)];
  const namespaces = [...matrix.values()][0]?.size ?? 0;
  return [
    `Who may do what in stack ${stack}, context ${context}`,
    drawMatrix(matrix, width, paint),
    LEGEND,
    `${cells} cells of ${matrix.size} rows and ${namespaces} namespaces, decided by ${asked} questions to the API server in ${seconds} s.`,
    `Past the guard, as dry runs:\n${kinds(probes, paint).join("\n")}`,
    ...(warnings.length === 0 ? [] : [`${paint("red", "Warnings:")}\n  ${warnings.join("\n  ")}`]),
    wrong.length === 0
      ? paint("green", "Everybody may do what the list says, and nothing else.")
      : `${paint("red", `${wrong.length} wrong:`)}\n${wrong.join("\n")}`,
  ].join("\n\n");
}

function findingText({ who, what, where, expected, actual, because }: Finding): string {
  const verdict = actual ? "is allowed and should not be" : "is refused and should be allowed";
  return `  ${where}  ${who}  ${what}\n      ${verdict} (expected ${expected ? "yes" : "no"}): ${because}`;
}

function probeText({ who, what, namespace, expected, because }: Probe): string {
  return `  ${namespace}  ${who}  ${what}\n      should be ${expected}, but the API server said: ${because}`;
}

/** One line a kind of attempt. */
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
