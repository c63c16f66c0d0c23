import { fenced } from "../report/escape.ts";
import type { Drifted } from "./drifted.ts";

const SHOWN = 200;
const PATHS = 10;

/** The text of an issue about a stack that has drifted. */
export function driftNote(stack: string, drifted: readonly Drifted[]): string {
  const many = drifted.length === 1 ? "1 resource is" : `${drifted.length} resources are`;
  const lines = drifted.slice(0, SHOWN).map(({ name, is, paths }) => {
    const more = paths.length > PATHS ? `, and ${paths.length - PATHS} more` : "";
    return `${name}  ${is}${paths.length === 0 ? "" : `: ${paths.slice(0, PATHS).join(", ")}${more}`}`;
  });
  const rest = drifted.length > SHOWN ? [`and ${drifted.length - SHOWN} more`] : [];
  return [
    `**The cluster of the stack \`${stack}\` has drifted: ${many} changed outside Pulumi.**`,
    "",
    fenced([...lines, ...rest]),
    "",
    "The next `pulumi up` with `--refresh` restores them. If the cluster is right, change the files instead.",
    "This issue is updated with every check, and closed when nothing has drifted any more.",
    "",
  ].join("\n");
}
