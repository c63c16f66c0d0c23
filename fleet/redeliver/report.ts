import { counted, listed } from "../../model/diagnostics.ts";
import type { Outcome, Problem, Push, Redelivery } from "./redeliver.ts";

type Style = "green" | "red" | "yellow";

const words: Readonly<Record<Outcome, { text: string; style: Style }>> = {
  found: { text: "not delivered", style: "yellow" },
  delivered: { text: "delivered", style: "green" },
  failed: { text: "failed again", style: "red" },
  unanswered: { text: "no answer yet", style: "yellow" },
  refused: { text: "not tried again", style: "red" },
  overtaken: { text: "overtaken by a newer push", style: "yellow" },
};

/** 0: every push has arrived. 2: some have not. 1: something is unknown or was refused. */
export function exitCodeOf({ pushes, problems }: Redelivery): 0 | 1 | 2 {
  if (problems.length > 0 || pushes.some(({ outcome }) => outcome === "refused")) return 1;
  return pushes.every(({ outcome }) => outcome === "delivered" || outcome === "overtaken") ? 0 : 2;
}

/** One line per push: place, commit, time, last status and outcome. */
export function pushLines(pushes: readonly Push[], paint: (style: Style, text: string) => string): string[] {
  const rows = pushes.map(({ services, detail, since, last, outcome }) => {
    const { text, style } = words[outcome];
    const reference = detail.ref.replace(/^refs\/(heads|tags)\//, "");
    return [services.join(", "), reference, detail.after.slice(0, 7), since, last.status, paint(style, text)];
  });
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
}

export function problemLine({ place, services, message }: Problem): string {
  return `${place} (${listed(services)}): ${message}`;
}

export function summary({ hooks, pushes, problems }: Redelivery, since: Date): string {
  if (hooks === 0) return "There is no webhook: none of these services is built here.";
  const at = since.toISOString().slice(0, 16).replace("T", " ");
  const unread = new Set(problems.map(({ place }) => place)).size;
  const looked = `${counted(hooks - unread, "hook")} read, back to ${at} UTC`;
  if (pushes.length === 0) return `${looked}: every push was delivered.`;
  const parts = (Object.keys(words) as Outcome[]).flatMap((outcome) => {
    const count = pushes.filter((push) => push.outcome === outcome).length;
    return count === 0 || outcome === "found" ? [] : [`${count} ${words[outcome].text}`];
  });
  const were = pushes.length === 1 ? "push was" : "pushes were";
  const became = parts.length === 0 ? "" : `; of these ${parts.join(", ")}`;
  return `${looked}: ${pushes.length} ${were} not delivered${became}.`;
}

export function redeliveryJson(
  redelivery: Redelivery,
  about: { readonly stack: string; readonly since: Date; readonly dryRun: boolean },
): string {
  const pushes = redelivery.pushes.map(({ hook, services, guid, since, detail, last, outcome }) => ({
    hook: hook.target.place,
    services,
    ...detail,
    since,
    guid,
    status: last.status,
    statusCode: last.statusCode,
    outcome,
  }));
  const problems = redelivery.problems.map(({ place, ...rest }) => ({ hook: place, ...rest }));
  const { stack, since, dryRun } = about;
  return JSON.stringify(
    { stack, since: since.toISOString(), dryRun, hooks: redelivery.hooks, pushes, problems },
    null,
    2,
  );
}
