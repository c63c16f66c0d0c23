import type { StageStatus } from "../../fleet-status.ts";

/**
 * The place of each Stage in a picture: its column and its row, from 0. A Stage is one column after the last of those
 * before it, and Stages of one column are below each other. A cycle, which Kargo would not promote through, ends at the
 * Stage that closes it.
 */
export function placesOf(stages: readonly Pick<StageStatus, "stage" | "after">[]) {
  const known = new Map(stages.map((stage) => [stage.stage, stage]));
  const columns = new Map<string, number>();
  const columnOf = (name: string, path: ReadonlySet<string>): number => {
    const done = columns.get(name);
    if (done !== undefined) return done;
    const before = (known.get(name)?.after ?? []).filter((each) => known.has(each) && !path.has(each));
    const inside = new Set(path).add(name);
    const column = Math.max(-1, ...before.map((each) => columnOf(each, inside))) + 1;
    columns.set(name, column);
    return column;
  };
  const rows = new Map<number, number>();
  return new Map(
    [...known.keys()].map((name) => {
      const column = columnOf(name, new Set());
      const row = rows.get(column) ?? 0;
      rows.set(column, row + 1);
      return [name, { column, row }] as const;
    }),
  );
}
